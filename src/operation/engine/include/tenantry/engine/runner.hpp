#pragma once

// Runs the machines of one target. One thread takes events, each in one transaction of the journal: the event in, the
// next states, new commands, the ledger's line; then workers run the commands, in order for each machine, and their
// results are events again. Recovery is the same: commands without a result are run once more (each looks first, then
// acts), and what every environment wants is asked for again.

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/plan/environment_machine.hpp>
#include <tenantry/ports/ports.hpp>
#include <tenantry/ports/state_store.hpp>
#include <tenantry/world/event_record.hpp>
#include <tenantry/world/status.hpp>

namespace tenantry::engine {

/// Everything must outlive the runner.
struct Ports {
    ports::Files& files;
    ports::Network& network;
    ports::Ingress& ingress;
    ports::Containers& containers;
    ports::Stores& stores;
    ports::Probe& probe;
    ports::Checker& checker;
    ports::StateStore& store;
    ports::Clock& clock;
};

/// Where a test may end the process.
enum class Moment : std::uint8_t { beforeEffect, afterEffect, afterResult };
using Hook = std::function<void(Moment, const ports::StoredCommand&)>;

/// How often the use of CPU by services with a range is looked at (plan/scaling.hpp counts in these).
struct ScalePace {
    std::chrono::milliseconds every{3'000};
};

/// A line for the operator's log: event name and fields.
using Log = std::function<void(const std::string&)>;

class Runner {
  public:
    Runner(Ports ports, Log log, Hook hook = {}, ScalePace pace = {});
    ~Runner();

    /// Takes the journal up again and runs until `stop` is asked for: then no new command begins, those that run end.
    /// An error where the journal cannot be read or written any more; tasks go on then.
    Result<void> run(const std::stop_token& stop);

    /// From any thread; returns when the journal has it. `by` is who asked, for the ledger.
    Result<void> up(world::EnvironmentSpec spec, std::string by,
                    plan::OnViolation onViolation = plan::OnViolation::byPlace);
    Result<void> down(const world::Placement& placement, std::string by, bool destroyData = false);
    /// Begins a run of a job that has times, though none has come; its number. An error says why it does not. `resets`:
    /// who asks knows that stores are emptied before it, where it has a reset.
    Result<std::uint64_t> run_job(const world::Placement& placement, const std::string& job, bool resets,
                                  std::string by);

    /// Makes `spec` what a placement shall be, in the way of its last `up`, where that was for `before` and it is not
    /// told to go; true where that is so. For what changes of itself, as the versions of secrets do.
    Result<bool> renew(const std::shared_ptr<const world::EnvironmentSpec>& before, world::EnvironmentSpec spec);
    /// What the last `up` of a placement was for, whether it is that yet or not.
    [[nodiscard]] std::shared_ptr<const world::EnvironmentSpec> asked(const world::Placement& placement) const;
    /// A line of the ledger about what no machine does.
    Result<void> note(const world::Placement& placement, std::string what, std::string by);

    /// Whether there is an environment that is not absent: much cheaper than `status`.
    [[nodiscard]] bool any_present() const;
    [[nodiscard]] world::Status status() const;
    /// Waits until the status has another version than `version`, at most `limit`.
    [[nodiscard]] world::Status status_after(std::uint64_t version, std::chrono::milliseconds limit) const;
    /// What happened behind a number, oldest first; waits until there is something, at most `limit`.
    struct Events {
        std::vector<world::EventRecord> records;
        std::uint64_t last = 0;
    };
    [[nodiscard]] Events events_after(std::uint64_t number, std::chrono::milliseconds limit) const;
    /// The spec of a placement as it is wanted.
    [[nodiscard]] std::shared_ptr<const world::EnvironmentSpec> spec(const world::Placement& placement) const;

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace tenantry::engine

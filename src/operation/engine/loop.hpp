#pragma once

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include <tenantry/engine/runner.hpp>

#include "event_ring.hpp"
#include "executor.hpp"
#include "machines.hpp"
#include "mailbox.hpp"
#include "scaler.hpp"
#include "timetable.hpp"
#include "watcher.hpp"

namespace tenantry::engine {

/// The thread that takes events. Others put them into the mailbox.
class Runner::Loop {
  public:
    Loop(Ports ports, Log log, Hook hook, ScalePace pace)
        : ports_(ports), log_(std::move(log)), hook_(std::move(hook)), pace_(pace), timetable_(ports.clock) {}

    Result<void> run(const std::stop_token& stop);
    /// Puts an event and waits until the journal has it.
    Result<void> ask(Event event);
    /// The same of an Up that only replaces one for `before`; true where it does.
    Result<bool> renew(Event event, const std::string& before);
    /// A line of the ledger alone.
    Result<void> note(const world::Placement& placement, std::string what, std::string by);
    Result<std::uint64_t> run_job(const world::Placement& placement, const std::string& job, bool resets,
                                  std::string by);
    [[nodiscard]] bool any_present() const;
    [[nodiscard]] world::Status status() const;
    [[nodiscard]] world::Status status_after(std::uint64_t version, std::chrono::milliseconds limit) const;
    [[nodiscard]] std::shared_ptr<const world::EnvironmentSpec> spec(const world::Placement& placement) const;
    [[nodiscard]] std::shared_ptr<const world::EnvironmentSpec> asked(const world::Placement& placement) const;
    [[nodiscard]] Events events_after(std::uint64_t number, std::chrono::milliseconds limit) const;

  private:
    struct Mail {
        Event event;
        std::shared_ptr<std::promise<Result<void>>> answer;
        std::optional<std::string> renews = {};  ///< digest of the spec that it replaces
        std::shared_ptr<bool> renewed = {};      ///< with `renews`: told whether it did
        std::string note = {};                   ///< a line of the ledger in the place of an event
    };
    Result<void> post(Mail mail);
    Result<void> recover();
    /// What refuses the event, or nothing. An error: the journal cannot be written.
    Result<std::string> take(const Event& event);
    Result<std::string> take(Mail& mail);
    void answer(const Mail& mail, const Result<std::string>& taken);
    void follow(const Event& event, const Change& change);
    void work(const ports::StoredCommand& command);
    /// Whether its environment still asks for it.
    [[nodiscard]] bool is_asked(const ports::StoredCommand& command) const;
    Result<void> wake_those_due();
    Result<void> look_at_clock();
    [[nodiscard]] std::chrono::steady_clock::time_point next_wake() const;
    void close(const Error& error);
    [[nodiscard]] std::vector<Ranged> ranged() const;

    Ports ports_;
    Log log_;
    Hook hook_;
    ScalePace pace_;
    Mailbox<Mail> mail_;
    mutable std::mutex mutex_;  // guards machines_, version_ and events_ against readers; only the loop's thread writes
    mutable std::condition_variable changed_;
    Machines machines_;
    EventRing events_;
    std::uint64_t version_ = 1;
    std::atomic<bool> ending_ = false;
    bool recovered_ = false;
    bool closed_ = false;
    mutable Timetable timetable_;            // has a lock of its own
    std::optional<world::WallTime> lookAt_;  // only the loop's thread uses these
    world::WallTime lookedAt_;
    std::unique_ptr<Executor> executor_;
    std::unique_ptr<Watcher> watcher_;
    std::unique_ptr<Scaler> scaler_;
};

}  // namespace tenantry::engine

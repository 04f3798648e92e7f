#pragma once

// What the engine asks of a machine. Every function may be called any number of times with one end: it looks first,
// then acts. Calls for different placements may come from several threads at once, those of one placement's network,
// texts and ingress never.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/world/observed.hpp>
#include <tenantry/world/store_spec.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::ports {

/// Namespaces, links, addresses, routes, neighbours and rules.
class Network {
  public:
    virtual ~Network() = default;
    /// Makes the kernel's tables equal to the spec and the rule set; what is there and not in the spec goes. `rules` is
    /// nftables.json; the router's rule set is replaced in one transaction. Connections go on, but those that may not
    /// begin any more by these rules: they end.
    virtual Result<void> ensure(const world::NetSpec& spec, std::string_view rules) = 0;
    /// Replaces the rule set alone. The network must be there.
    virtual Result<void> set_rules(const world::Placement& placement, std::string_view rules) = 0;
    /// How many TCP connections to a task's address pass through the router and have not ended.
    virtual Result<std::size_t> connections(const world::Placement& placement, Ipv4 to) = 0;
    /// Removes all of it.
    virtual Result<void> remove(const world::Placement& placement) = 0;
    /// Reads back what the kernel has, every namespace that is pinned for the placement.
    virtual Result<world::ObservedNetwork> observe(const world::Placement& placement) = 0;
};

/// The listening unix sockets of an environment's hosts. They live as long as the placement, whoever restarts.
class Ingress {
  public:
    virtual ~Ingress() = default;
    virtual Result<void> ensure(const world::Placement& placement, std::span<const world::SocketSpec> sockets) = 0;
    virtual Result<void> remove(const world::Placement& placement) = 0;
};

/// The files of an environment below `folder_of(placement)`, the images that it uses, and its certificates.
class Files {
  public:
    virtual ~Files() = default;
    /// Writes the texts (each whole or not at all), takes away others, mounts the images, makes what is missing or
    /// about to end of the certificates: one for all hosts of the environment, of the machine's own authority.
    virtual Result<void> ensure(const world::EnvironmentSpec& spec) = 0;
    /// Of them those alone that hold secrets: after the passwords in a store have changed.
    virtual Result<void> ensure_secrets(const world::EnvironmentSpec& spec) = 0;
    /// What stores hold, secrets, certificates and logs stay.
    virtual Result<void> remove(const world::Placement& placement) = 0;
    /// Removes what these stores of the spec hold, for good, and makes them as new ones are. They must not run.
    virtual Result<void> empty(const world::EnvironmentSpec& spec, std::span<const std::string> stores) = 0;
    /// Removes all that stayed but the logs, for good; after `remove`.
    virtual Result<void> destroy(const world::Placement& placement) = 0;
};

/// The users and rights inside of stores that run.
/// Whether what is waited for is still wanted; asked again and again by what waits, which ends with an error when not.
using StillWanted = std::function<bool()>;

class Stores {
  public:
    virtual ~Stores() = default;
    /// Waits until the store takes what it is asked, at most a minute; then its users are the spec's, with those rights
    /// and with their passwords, and nobody else is. True where a password is another one now; sessions go on then.
    virtual Result<bool> ensure(const world::Placement& placement, const world::StoreSpec& store,
                                const StillWanted& isWanted) = 0;
    /// When nobody has an old password any more: it is worth nothing from then on, and sessions that began with it end.
    /// True where there was one.
    virtual Result<bool> settle(const world::Placement& placement, const world::StoreSpec& store,
                                const StillWanted& isWanted) = 0;
    virtual Result<world::ObservedStore> observe(const world::Placement& placement, const world::StoreSpec& store) = 0;
};

class Containers {
  public:
    virtual ~Containers() = default;
    /// Starts a task whose texts are there. One that runs with this digest is left alone and given back, a job that has
    /// ended with it too; one that runs with another digest is an error (stop it first).
    virtual Result<world::TaskProcess> start(const world::Placement& placement, const world::TaskSpec& task) = 0;
    /// SIGTERM, up to `drain` for its end, SIGKILL; then everything of the container goes. Fine where there is none.
    virtual Result<void> stop(const world::Placement& placement, std::string_view task,
                              std::chrono::milliseconds drain) = 0;
    /// Tells a load balancer that runs which of the tasks behind it get new connections. Fine where it does not run,
    /// and where it does not know a task: it begins with what its file says.
    virtual Result<void> direct(const world::Placement& placement, std::string_view balancer,
                                std::span<const world::BehindSpec> behind) = 0;
    /// The process of a task, where it runs.
    virtual std::optional<world::TaskProcess> find(const world::Placement& placement, std::string_view task) = 0;
    /// How a task ended, once it has. Nothing while it runs and where nothing is known of it.
    virtual std::optional<world::TaskEnd> ended(const world::Placement& placement, std::string_view task) = 0;
    virtual Result<world::ObservedSandbox> observe(const world::Placement& placement, std::string_view task) = 0;
    /// CPU time that a task has used since its start; nothing where it is not known.
    virtual std::optional<std::chrono::microseconds> cpu_used(const world::Placement& placement,
                                                              std::string_view task) = 0;
    /// The last lines that it wrote, oldest first, without what the log's frame adds.
    virtual Result<std::vector<std::string>> last_lines(const world::Placement& placement, std::string_view task,
                                                        std::size_t count) = 0;
};

/// Questions to what runs.
class Probe {
  public:
    virtual ~Probe() = default;
    /// Asks a task from inside its namespace; an error says what came instead of an answer.
    virtual Result<void> healthy(const world::Placement& placement, const world::TaskSpec& task) = 0;
    /// GET https://HOST/ through the ingress socket of the host as the edge does, the answer's status. The certificate
    /// must be valid for the host.
    virtual Result<int> answers(const world::Placement& placement, std::string_view host) = 0;
};

/// Decides the claims on what the kernel has.
class Checker {
  public:
    virtual ~Checker() = default;
    /// The first claim that is not proved, with what shows it, `NET-5: ...`; nothing where all are. An error: they
    /// could not be decided at all.
    virtual Result<std::optional<std::string>> prove(const world::EnvironmentSpec& spec,
                                                     const world::ObservedNetwork& observed) = 0;
};

class Clock {
  public:
    virtual ~Clock() = default;
    /// Milliseconds since boot (CLOCK_BOOTTIME).
    virtual std::int64_t boot_ms() = 0;
    /// `2026-11-24T08:00:00.123Z`
    virtual std::string wall() = 0;
    /// The same clock: it may be set, back too.
    virtual world::WallTime wall_time() = 0;
    /// What clocks of a zone show from one time to another. An error: the machine does not know the zone.
    virtual Result<world::ZoneRules> zone(const std::string& name, world::WallTime from, world::WallTime to) = 0;
};

}  // namespace tenantry::ports

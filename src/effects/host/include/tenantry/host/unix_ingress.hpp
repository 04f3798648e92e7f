#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/host/workspace.hpp>
#include <tenantry/ports/ports.hpp>

namespace tenantry::host {

/// Listening sockets in /run/tenantry/in (0710, root and the edge's group; a socket 0660): a task never sees the
/// folder. They are held open here, and by the monitor of the task that got them, from where a new daemon takes them
/// back, so that a connection waits in the queue and is not refused while a load balancer or the daemon starts again.
class UnixIngress final : public ports::Ingress {
  public:
    /// Sockets are of the edge's group, whose process connects to them.
    explicit UnixIngress(std::uint32_t edgeGroup) : edgeGroup_(edgeGroup) {}

    /// Makes the folders of the sockets: the edge's container mounts one of them.
    [[nodiscard]] Result<void> prepare() const;

    Result<void> ensure(const world::Placement& placement, std::span<const world::SocketSpec> sockets) override;
    Result<void> remove(const world::Placement& placement) override;

    /// The sockets of a placement, in the order of their descriptor numbers, 3 and up; valid until the next `ensure` or
    /// `remove` of the placement. An error where the numbers have a gap.
    [[nodiscard]] Result<std::vector<int>> descriptors(const world::Placement& placement) const;

    /// The sockets of a placement that are open here, each listening and found at its path.
    [[nodiscard]] std::vector<world::SocketSpec> sockets(const world::Placement& placement) const;

  private:
    struct Held {
        world::SocketSpec spec;
        Descriptor listener;
    };
    [[nodiscard]] Result<Descriptor> listener_of(const world::Placement& placement, const world::SocketSpec& spec);
    [[nodiscard]] Result<Descriptor> make(const world::SocketSpec& spec) const;

    std::uint32_t edgeGroup_;
    mutable std::mutex mutex_;  // of the map; one placement's entry is used by one thread at a time
    std::map<world::Placement, std::vector<Held>> held_;
};

}  // namespace tenantry::host

#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include <tenantry/host/authority.hpp>
#include <tenantry/ports/ports.hpp>

namespace tenantry::host {

/// Asks tasks from inside their network namespaces (a socket is of the namespace in which it was made) and load
/// balancers through their ingress sockets. Each question ends within the deadline. Of an answer only the first line is
/// read, 4 KiB at most. May be called from any thread. `authority` must outlive it.
class NamespaceProbe final : public ports::Probe {
  public:
    explicit NamespaceProbe(const Authority& authority, std::chrono::milliseconds deadline = std::chrono::seconds(2))
        : authority_(authority), deadline_(deadline) {}

    Result<void> healthy(const world::Placement& placement, const world::TaskSpec& task) override;
    Result<int> answers(const world::Placement& placement, std::string_view host) override;

    struct Target {
        Ipv4 address;
        std::uint16_t port = 0;
        std::optional<Ipv4> source = {};  ///< to send it under; nothing: the task's own
    };
    /// Which targets a TCP connection from the task's namespace arrives at: it is taken, or refused by who has the
    /// address; under another's address: its first packet is delivered to any task. All are tried at once, for
    /// `within`; in the order of the targets, 4,096 at most.
    Result<std::vector<bool>> arrivals(const world::Placement& placement, std::string_view task,
                                       std::span<const Target> targets, std::chrono::milliseconds within);

  private:
    const Authority& authority_;
    std::chrono::milliseconds deadline_;
};

}  // namespace tenantry::host

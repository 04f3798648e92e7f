#pragma once

// The networks of environments in the kernel of this machine: namespaces(7), veth(4), rtnetlink(7), nftables. Needs
// root (CAP_SYS_ADMIN, CAP_NET_ADMIN).

#include <functional>
#include <vector>

#include <tenantry/ports/ports.hpp>

namespace tenantry::host {

/// The namespaces of a placement are pinned as files in `namespaces_of(placement)`, which is a tmpfs of its own with
/// private propagation: pins appear in no other mount namespace. A process that is given a mount namespace of its own
/// has to leave them behind (pivot_root(2)), or the network namespaces live as long as it does.
///
/// The thread that calls stays in its namespaces: the work is done by threads of their own. Calls for different
/// placements may come from several threads.
class KernelNetwork final : public ports::Network {
  public:
    /// The ingress sockets that are open for a placement: they are not the kernel's network, but `network.json` lists
    /// them. Called by `observe`, in the thread that calls that.
    using Sockets = std::function<std::vector<world::SocketSpec>(const world::Placement&)>;

    explicit KernelNetwork(Sockets sockets = {}) : sockets_(std::move(sockets)) {}

    /// The rules stand before the first link does. What is equal is not touched; nothing of the machine's own network
    /// ever is. A namespace path of the spec is `namespaces_of` its placement and the namespace's name. After an error,
    /// or where the process was killed on the way, another call goes on from there.
    Result<void> ensure(const world::NetSpec& spec, std::string_view rules) override;

    Result<void> set_rules(const world::Placement& placement, std::string_view rules) override;
    /// As conntrack has them: without those in TIME-WAIT, CLOSE and LAST-ACK.
    Result<std::size_t> connections(const world::Placement& placement, Ipv4 to) override;

    /// Ends when no pin and no folder of the placement is left. A namespace in which a process still runs lives until
    /// that ends, without a link to another one.
    Result<void> remove(const world::Placement& placement) override;

    /// Namespaces by name, the router first. What the kernel has and the format has no words for stands in `other` of
    /// its namespace (docs/local-files.md), so that it is told and not lost. Where nothing is pinned there are no
    /// namespaces and no rules, and the block is 0.0.0.0/32.
    Result<world::ObservedNetwork> observe(const world::Placement& placement) override;

  private:
    Sockets sockets_;
};

}  // namespace tenantry::host

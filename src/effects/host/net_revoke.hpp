#pragma once

// What a new rule set no longer allows ends at once: an established connection passes a router whatever the rules say
// of new ones.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/error.hpp>

#include "net_space.hpp"

namespace tenantry::host {

/// Which connections may begin, as the sets `sources` and `calls` of an emitted rule set say it.
class Permits {
  public:
    static Result<Permits> read(std::string_view rules);
    /// From a task to a port of another one, by their own addresses, behind every translation.
    [[nodiscard]] bool allow(Ipv4 caller, Ipv4 callee, std::uint8_t protocol, std::uint16_t port) const;

  private:
    using Call = std::tuple<std::string, std::string, std::string, std::uint16_t>;
    std::map<Ipv4, std::string> interfaces_;
    std::set<Call> calls_;
};

/// Ends every connection that the router tracks and that may not begin any more: the sockets of both ends in their
/// namespaces, where the kernel can do that (CONFIG_INET_DIAG_DESTROY), and what the router knows of it, so that
/// nothing of it passes. All others go on. `spaces`: the router first, then the tasks; `addresses`: of each of them.
/// Leaves the thread in any of the namespaces.
Result<void> cut_refused(const Permits& permits, const std::vector<Space>& spaces, const std::vector<Ipv4>& addresses);

}  // namespace tenantry::host

#pragma once

#include <compare>
#include <string>

namespace tenantry::world {

/// An environment on this machine; what state, leases and the ledger speak of.
struct Placement {
    std::string platform;     ///< `lend`
    std::string environment;  ///< `acme/production`
    auto operator<=>(const Placement&) const = default;
    [[nodiscard]] std::string str() const { return "local/" + platform + "/" + environment; }
};

/// Where the files of a placement lie: `/run/tenantry/platforms/lend/environments/acme/production`.
inline std::string folder_of(const Placement& placement) {
    return "/run/tenantry/platforms/" + placement.platform + "/environments/" + placement.environment;
}
/// Where its namespaces are pinned: `/run/tenantry/platforms/lend/net/acme/production`, a file each.
inline std::string namespaces_of(const Placement& placement) {
    return "/run/tenantry/platforms/" + placement.platform + "/net/" + placement.environment;
}

}  // namespace tenantry::world

#pragma once

#include <span>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/world/net_spec.hpp>
#include <tenantry/world/observed.hpp>
#include <tenantry/world/placement.hpp>

namespace tenantry::host {

/// The work of KernelNetwork::observe. The thread ends in any namespace: call it from `on_own_thread`.
Result<world::ObservedNetwork> observe_network(const world::Placement& placement,
                                               std::span<const world::SocketSpec> sockets);

}  // namespace tenantry::host

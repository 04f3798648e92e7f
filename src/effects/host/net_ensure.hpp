#pragma once

#include <string_view>

#include <tenantry/base/error.hpp>
#include <tenantry/world/net_spec.hpp>

namespace tenantry::host {

/// The work of KernelNetwork::ensure. The thread ends in any namespace: call it from `on_own_thread`.
Result<void> ensure_network(const world::NetSpec& spec, const std::string& folder, std::string_view rules);

}  // namespace tenantry::host

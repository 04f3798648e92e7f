#pragma once

#include <string>
#include <vector>

#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {

/// Marks the blocks of a tenant that is no more: nobody else ever gets them. Returns the environments that had one, in
/// the order of their blocks.
std::vector<std::string> retire(Lock& lock, const TenantName& tenant);

}  // namespace tenantry::blueprint

#pragma once

// To which tasks the router spreads the connections to a service.

#include <set>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::engine {

/// The environment's nftables.json with each service's connections spread over those of its tasks that are in
/// `serving`. A service of which none is stays as it is: connections to it are refused where its tasks are gone.
Result<std::string> spread_over(const world::EnvironmentSpec& spec, const std::set<std::string>& serving);

/// The tasks behind the environment's load balancer, and which of them are in `serving`.
std::vector<world::BehindSpec> behind_balancer(const world::EnvironmentSpec& spec,
                                               const std::set<std::string>& serving);

}  // namespace tenantry::engine

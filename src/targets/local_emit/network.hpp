#pragma once

#include <tenantry/world/net_spec.hpp>

#include "fill.hpp"

namespace tenantry::local_emit {

/// A namespace, a link and an address for each task, and one router between them: a routed network without a bridge
/// and without a route to anywhere else.
world::NetSpec network(const Filling& filling);

}  // namespace tenantry::local_emit

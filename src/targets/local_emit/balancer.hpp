#pragma once

#include <tenantry/blueprint/shape.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// haproxy.cfg of an environment's load balancer.
TemplateText balancer_text(const blueprint::Shape& shape);

}  // namespace tenantry::local_emit

#pragma once

#include <tenantry/blueprint/shape.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

/// nftables.json of an environment's router: what the shape fixes (table, sets, chains, rules) and behind it what the
/// environment adds (elements, the rules that spread new connections over tasks).
TemplateText rule_set_text(const blueprint::Shape& shape);

}  // namespace tenantry::local_emit

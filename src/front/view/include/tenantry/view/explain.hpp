#pragma once

#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/explain.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// The value, the line that decides it, and what that overrode; of a group its children; of a service or job what its
/// tasks see.
std::string explain_text(const Sources& sources, const compile::Explanation& said, const Style& style);

/// Members `environment`, `path`, `note`; of a setting `value`, `decidedBy`, `overridden` (with `addsUp`: what else
/// makes the value), `builtIn`; of a group `children`, `writtenAt`; of a service or job `task`.
void explain_json(const Sources& sources, const compile::Explanation& said, JsonText& json);

}  // namespace tenantry::view

#pragma once

#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// What applying the platform would change, grouped by tenant and environment. Nothing is known to be applied, so
/// everything is new, and the text says so. Its first line tells how much is touched.
std::string plan_text(const compile::Compiled& compiled, const Style& style);

/// Members `tenants`, `create`, `provisional`, `environments`, `shapes`.
void plan_json(const compile::Compiled& compiled, JsonText& json);

/// Every shape with its members, and for each but the largest the first thing that differs from the largest and the
/// line of the platform that causes it.
std::string shapes_text(const Sources& sources, const compile::Compiled& compiled, const Style& style);

/// Member `shapes`.
void shapes_json(const Sources& sources, const compile::Compiled& compiled, JsonText& json);

}  // namespace tenantry::view

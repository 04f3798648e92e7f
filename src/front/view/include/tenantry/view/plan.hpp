#pragma once

#include <string>
#include <string_view>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/plan.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// What applying the platform would change, grouped by tenant and environment, with what it costs and why. The first
/// line tells how much is touched. `against` says what the plan was made against (`what runs on this machine`); empty:
/// nothing is known to be applied, so everything is new, and the text says so.
std::string plan_text(const compile::Compiled& compiled, const compile::Plan& plan, std::string_view against,
                      const Style& style);

/// Members `target`, `against`, `touches`, `provisional`, `ofAllEnvironments`, `environments`, `shapes`.
void plan_json(const compile::Compiled& compiled, const compile::Plan& plan, std::string_view against, JsonText& json);

/// Every shape with its members, the largest first, and for each other the first thing that differs from the one before
/// it that it is most like, and the line of the platform that causes it.
std::string shapes_text(const Sources& sources, const compile::Compiled& compiled, const Style& style);

/// Member `shapes`.
void shapes_json(const Sources& sources, const compile::Compiled& compiled, JsonText& json);

}  // namespace tenantry::view

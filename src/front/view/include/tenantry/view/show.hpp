#pragma once

#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// One environment whole, every default filled in: one thing a line, rows by name.
std::string show_text(const compile::Compiled& compiled, const blueprint::Environment& environment);

/// The same, as members of the open object.
void show_json(const compile::Compiled& compiled, const blueprint::Environment& environment, JsonText& json);

}  // namespace tenantry::view

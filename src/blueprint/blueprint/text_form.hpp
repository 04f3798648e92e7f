#pragma once

#include <string>
#include <vector>

#include <tenantry/blueprint/build.hpp>

namespace tenantry::blueprint {

/// The lines of a shape with a TAB, the number of the slot and a TAB in the place of each parameter (no text of a
/// platform holds a TAB); the list of slots is left out.
std::vector<ShapeLine> open_lines(const Shape& shape);

/// A value as the lines of an environment show it.
std::string to_text(const Value& value);

}  // namespace tenantry::blueprint

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include <tenantry/blueprint/shape.hpp>

namespace tenantry::laws {

/// The shape that a text of `blueprint::to_text` is of; what the text says is all that it is made from. Where the text
/// is none, the line and why. It shows that the text leaves nothing out: equal texts are equal shapes.
std::expected<blueprint::Shape, std::string> read_shape(std::string_view text);

}  // namespace tenantry::laws

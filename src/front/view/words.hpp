#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <tenantry/blueprint/blueprint.hpp>

namespace tenantry::view {

/// `1 task`, `2 tasks`.
inline std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// `shapes: 4 for 12 environments (at most 37 parameters)`
std::string shape_summary(const blueprint::Blueprint& blueprint);

}  // namespace tenantry::view

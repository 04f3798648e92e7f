#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// What would become of a file, in unified format with three lines around each change (POSIX `diff -u`); nothing stands
/// for no file. Empty where the two are equal.
std::string file_diff(std::string_view path, std::optional<std::string_view> before,
                      std::optional<std::string_view> after, const Style& style);

}  // namespace tenantry::view

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenantry::syntax {

/// A scalar in the layout of `format_yaml`: the first line stands behind its key, the others two spaces deeper; an
/// empty line has no spaces.
struct ScalarLines {
    std::vector<std::string> lines;
    bool endsInEmptyLines = false;  ///< empty lines behind it would belong to it
};

/// `token`: as it is written, with its quotes; `value`: what it says.
ScalarLines scalar_lines(std::string_view token, std::string_view value, bool quoted);

/// The same on one line. Empty where that is not possible: a text without quotes that has line ends.
std::string scalar_on_one_line(std::string_view token, std::string_view value, bool quoted);

}  // namespace tenantry::syntax

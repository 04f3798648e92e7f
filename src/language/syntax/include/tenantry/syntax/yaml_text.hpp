#pragma once

#include <string>
#include <string_view>

namespace tenantry::syntax {

/// A text as a YAML scalar on one line, good in a block and in brackets: as it is where no reader of YAML 1.1 or 1.2
/// takes it for anything but this text, else in double quotes. `text` is valid UTF-8.
std::string yaml_scalar(std::string_view text);

/// The same, always in double quotes.
std::string yaml_quoted(std::string_view text);

}  // namespace tenantry::syntax

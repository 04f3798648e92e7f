#pragma once

#include <string>

namespace tenantry::world {

/// A line that a task wrote, valid UTF-8: other bytes are U+FFFD.
struct LogLine {
    std::string time;    ///< RFC 3339, as the log has it; of a line in parts that of the last one
    std::string stream;  ///< `stdout`, `stderr`
    std::string text;
    bool operator==(const LogLine&) const = default;
};

}  // namespace tenantry::world

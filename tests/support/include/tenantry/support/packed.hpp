#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenantry::support {

/// Several files in one text: each begins behind a line `--- PATH`. What stands before the first such line is dropped.
inline std::vector<std::pair<std::string, std::string>> unpack(std::string_view packed) {
    std::vector<std::pair<std::string, std::string>> files;
    while (!packed.empty()) {
        const std::size_t end = std::min(packed.find('\n'), packed.size() - 1) + 1;
        const std::string_view line = packed.substr(0, end);
        packed.remove_prefix(end);
        if (line.starts_with("--- "))
            files.emplace_back(line.substr(4, line.size() - 4 - (line.ends_with('\n') ? 1 : 0)), "");
        else if (!files.empty())
            files.back().second += line;
    }
    return files;
}

}  // namespace tenantry::support

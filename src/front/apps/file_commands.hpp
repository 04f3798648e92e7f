#pragma once

// Commands that change the files that people write: platform.yaml and its tenants.

#include <string>
#include <vector>

#include "command.hpp"

namespace tenantry::apps {

struct FormatOptions {
    std::vector<std::string>
        files;  ///< beneath the folder; none: platform.yaml and what it includes; `-`: standard input
    bool check = false;
};

Exit format(const Options& options, const FormatOptions& own);

}  // namespace tenantry::apps

#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace tenantry::apps {

struct ReclaimOptions {
    std::vector<std::string> environments;
    std::string confirm;  ///< the tenant's name once more
};

Exit network_show(const Options& options);
Exit network_reclaim(const Options& options, const ReclaimOptions& own);

}  // namespace tenantry::apps

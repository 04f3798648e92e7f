#pragma once

// Whether this machine can run environments, one question after the other.

#include <string>
#include <vector>

namespace tenantry::host {

struct Finding {
    std::string what;  ///< `nftables`
    bool good = false;
    std::string detail;  ///< what was seen
    std::string help;    ///< what to do; empty where all is good
};

/// Looks, and changes nothing but what it undoes at once (a namespace, a mount in it).
std::vector<Finding> examine_machine();

}  // namespace tenantry::host

#pragma once

#include <compare>
#include <string>
#include <vector>

#include <tenantry/base/cidr.hpp>

namespace tenantry {

/// Addresses that a machine uses itself, so that no environment on it should have them.
struct MachineRange {
    Cidr range;
    std::string owner;  ///< `docker0`, `a route over wg0`; may hold any bytes that the kernel takes
    auto operator<=>(const MachineRange&) const = default;
};

/// Those of one machine, sorted. None is an answer too: where nobody looked, there is no such list.
using MachineRanges = std::vector<MachineRange>;

}  // namespace tenantry

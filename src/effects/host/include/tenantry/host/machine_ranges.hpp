#pragma once

#include <tenantry/base/error.hpp>
#include <tenantry/base/machine_range.hpp>

namespace tenantry::host {

/// The IPv4 ranges of this process's network namespace: of each address with its mask, and of each route in any table
/// that leads somewhere or forbids. Left out are 127.0.0.0/8, which every namespace has for itself, and routes wider
/// than /8: no private range is wider (RFC 1918), so they are ways to everywhere else. Read from the kernel by
/// getifaddrs(3) and rtnetlink(7), at most 1 million routes.
Result<MachineRanges> machine_ranges();

}  // namespace tenantry::host

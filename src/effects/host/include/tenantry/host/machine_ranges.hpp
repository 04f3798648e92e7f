#pragma once

#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/error.hpp>
#include <tenantry/base/machine_range.hpp>

namespace tenantry::host {

/// The IPv4 ranges of this process's network namespace: of each address with its mask, and of each route in any table
/// that leads somewhere or forbids. Left out are 127.0.0.0/8, which every namespace has for itself, and routes wider
/// than /8: no private range is wider (RFC 1918), so they are ways to everywhere else. Read from the kernel by
/// getifaddrs(3) and rtnetlink(7), at most 1 million routes.
Result<MachineRanges> machine_ranges();

/// The IPv4 addresses of this process's network namespace, sorted, without those of 127.0.0.0/8.
Result<std::vector<Ipv4>> machine_addresses();

}  // namespace tenantry::host

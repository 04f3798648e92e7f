#pragma once

#include "network.hpp"
#include "reading.hpp"

namespace tenantry::local_read {

/// Reads a router's rule set, as commands or as the kernel lists it, into the chains of its device.
void read_nftables(const Scope& scope, const Networks& networks, Index<verify::Device> router, SourceId source);

}  // namespace tenantry::local_read

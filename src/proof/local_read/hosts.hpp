#pragma once

#include <vector>

#include "reading.hpp"

namespace tenantry::local_read {

/// A hosts(5) file: an address and its names on a line, `#` comments.
std::vector<verify::HostEntry> read_hosts(const Scope& scope, SourceId source);

}  // namespace tenantry::local_read

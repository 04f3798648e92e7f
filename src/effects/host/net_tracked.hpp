#pragma once

// Connections that the network namespace tracks that the thread is in (conntrack).

#include <cstddef>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// TCP connections to an address, before or behind a translation, that one of both sides may still use.
Result<std::size_t> count_connections(Ipv4 to);

}  // namespace tenantry::host

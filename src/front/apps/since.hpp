#pragma once

#include <cstdint>
#include <string>

#include <tenantry/base/error.hpp>

namespace tenantry::apps {

/// Milliseconds since 1970 of what `--since` says: how long ago (`10m`), or an instant of RFC 3339. Empty: 0.
Result<std::int64_t> since_of(const std::string& text);

}  // namespace tenantry::apps

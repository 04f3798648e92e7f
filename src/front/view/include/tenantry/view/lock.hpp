#pragma once

#include <string>
#include <vector>

#include <tenantry/base/json_text.hpp>
#include <tenantry/blueprint/resolve_lock.hpp>

namespace tenantry::view {

/// What `tenantry lock` did to platform.lock.
struct LockChange {
    blueprint::Resolution resolution;  ///< the lock as it is now, and what mending changed
    std::vector<std::string> added;    ///< environments that had no block
    bool written = false;              ///< the file's bytes changed
};

/// Every environment that got a block, moved or was forgotten, with the reason.
std::string lock_text(const LockChange& change);

/// Members `written`, `added`, `moved`, `chosen`.
void lock_json(const LockChange& change, JsonText& json);

}  // namespace tenantry::view

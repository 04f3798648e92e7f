#pragma once

#include <memory>
#include <string>

#include <tenantry/ports/state_store.hpp>

namespace tenantry::store {

/// The state store in one SQLite file (WAL). `path` must lie in a folder that only root can change; the file is made
/// with mode 0600. One process at a time: the caller holds the daemon's lock.
Result<std::unique_ptr<ports::StateStore>> open_sqlite(const std::string& path);

/// Version of the tables; the file says its own in `user_version`.
inline constexpr int schemaVersion = 1;

}  // namespace tenantry::store

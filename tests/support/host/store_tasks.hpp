#pragma once

#include <tenantry/world/task_spec.hpp>

namespace tenantry::support {

/// Makes stores of the services `books` (PostgreSQL) and `cache` (Redis) of tests/data/host_stores: their tasks get the
/// programs, mounts and texts of stores. `api` writes both and reads a made secret, `web` reads both, `deploy` owns
/// them.
void make_stores(world::EnvironmentSpec& spec);
/// The emitted users.acl of the store `cache`, for the users that it has now.
void write_acl(world::EnvironmentSpec& spec);

}  // namespace tenantry::support

#pragma once

// The users and rights of a PostgreSQL: what HostStores says of it.

#include <map>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/world/store_spec.hpp>

#include "postgresql.hpp"

namespace tenantry::host {

/// Makes the store's database where there is none. `session` is of the database `template1`.
Result<void> make_database(PostgresqlSession& session, const world::StoreSpec& store);

/// Makes users and rights those of the spec, in one transaction; `session` is of the store's database. `passwords` has
/// one for each user. Who has another one loses its sessions, but not where it is the user's of `replaced`.
Result<void> ensure_users(PostgresqlSession& session, const world::StoreSpec& store,
                          const std::map<std::string, Secret>& passwords,
                          const std::map<std::string, Secret>& replaced = {});

/// Ends the sessions of a user that began before a moment, which is a `timestamptz` of this server.
Result<void> end_older_sessions(PostgresqlSession& session, const std::string& user, const std::string& moment);

/// What the catalogue says of everybody but the superuser `tenantry`, the three groups and PostgreSQL's own roles.
/// Rights that come by membership count, as do those on tables that will be made.
Result<world::ObservedStore> observe_users(PostgresqlSession& session, const world::StoreSpec& store);

}  // namespace tenantry::host

#pragma once

// What a store's task finds beside its data: key and certificate, users, the folder of its control socket.

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/host/vault.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::host {

/// The user that the daemon itself is in every store.
inline constexpr const char* controlUser = "tenantry";

/// The password of a store's user as it is now, made where there is none.
Result<Secret> store_password(const Vault& vault, const world::Placement& placement, const world::StoreSpec& store,
                              std::string_view user);
/// The certificate of a store, which is there once `write_store_files` has been.
Result<std::string> store_certificate(const world::Placement& placement, const std::string& store);

Result<void> write_store_files(const world::EnvironmentSpec& spec, const world::StoreSpec& store, const Vault& vault);
/// Of them those that tell a store its users: the users.acl of each Redis.
Result<void> write_store_users(const world::EnvironmentSpec& spec, const Vault& vault);
/// A password as a users.acl has it: `#` and its SHA-256 in hexadecimal.
std::string redis_digest(const Secret& password);
/// Takes away the folders of stores that the spec does not have; their data stay where they are kept.
Result<void> remove_other_stores(const world::EnvironmentSpec& spec);

/// The users.acl that a store is started with: the emitted one, which may be asked for its users, with the SHA-256 of
/// each one's password, of the next one and the one before too. `default` has none.
Result<Secret> users_with_passwords(std::string_view emitted, const Vault& vault, const world::Placement& placement,
                                    const world::StoreSpec& store);

}  // namespace tenantry::host

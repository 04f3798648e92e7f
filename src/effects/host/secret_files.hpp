#pragma once

// Secrets as those find them who read them: files below `secrets/READER` of the environment's folder.

#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/host/vault.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::host {

/// Where a task finds the files of its folder.
inline constexpr const char* secretsInTask = "/run/secrets";

/// How a user reaches a store, with the password.
Result<Secret> store_url(const world::StoreSpec& store, const std::string& user, const Secret& password);

/// Writes the files of every reader and takes away all others. A given secret that is not in the vault is an error.
Result<void> write_secret_files(const world::EnvironmentSpec& spec, const Vault& vault);

}  // namespace tenantry::host

#pragma once

// Which secrets the tasks of an environment read, by version: what makes a new value another task.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <tenantry/world/task_spec.hpp>

namespace tenantry::world {

/// By the names that the vault has for them.
using SecretVersions = std::map<std::string, std::uint32_t, std::less<>>;

/// The vault's name of a store user's password: `store.books.api`. No secret of a platform has a dot in its name.
std::string password_name(std::string_view store, std::string_view user);

/// Puts the versions into what is read, 1 where there is none, and into the digests of the services' tasks that read
/// it. A job's digest stays: it does not run again for a new value, and finds that when it runs.
void use_versions(EnvironmentSpec& spec, const SecretVersions& versions);

}  // namespace tenantry::world

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tenantry::world {

/// Who may use a store, and how: a service, job or access entry by its name.
struct StoreUserSpec {
    std::string name;    ///< `api`; its name in the store, too
    std::string access;  ///< `read`, `readWrite`, `owner`
    bool operator==(const StoreUserSpec&) const = default;
};

/// A data service of an environment. It runs as a task of its own; its data outlives that.
struct StoreSpec {
    std::string name;    ///< `books`: its host name and, where the engine has such a thing, its database's
    std::string engine;  ///< `postgresql`, `redis`, `mongodb`
    std::string task;    ///< `books-1`
    std::uint32_t uid = 0;
    std::uint16_t port = 0;
    std::vector<StoreUserSpec> users;  ///< sorted by name
    std::string backing = {};          ///< `documents-postgresql`: the service that has what it holds; empty: itself
    bool operator==(const StoreSpec&) const = default;
};

/// A secret that somebody reads.
struct SecretUseSpec {
    std::string name;             ///< `jwt_key`
    std::uint32_t makeBytes = 0;  ///< so many random bytes are made once for the environment; 0: it is given
    bool operator==(const SecretUseSpec&) const = default;
};

/// A service or job whose tasks find secrets as files: those that it names, and for each store that it uses the
/// password and the connection string. The folder is `secrets/NAME` of the environment.
struct ReaderSpec {
    std::string name;
    std::uint32_t uid = 0;
    std::vector<SecretUseSpec> secrets;
    bool operator==(const ReaderSpec&) const = default;
};

/// What a store's own catalogue says of one user. Rights are words, sorted: `administer` (more than its data: users,
/// settings, other databases), `connect`, `own` (makes and drops what holds data), `read`, `write`.
struct ObservedStoreUser {
    std::string name;  ///< `*`: everybody who connects
    std::vector<std::string> rights;
    auto operator<=>(const ObservedStoreUser&) const = default;
};

struct ObservedStore {
    std::string store, engine;
    std::vector<ObservedStoreUser> users;  ///< sorted by name; the control user is not among them
    auto operator<=>(const ObservedStore&) const = default;
};

/// stores/STORE/observed.json of docs/local-files.md.
std::string to_text(const ObservedStore& seen);

}  // namespace tenantry::world

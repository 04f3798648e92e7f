#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenantry::world {

/// Who may use a store, and how: a service, job or access entry by its name.
struct StoreUserSpec {
    std::string name;           ///< `api`; its name in the store, too
    std::string access;         ///< `read`, `readWrite`, `owner`
    std::uint32_t version = 1;  ///< of its password
    bool operator==(const StoreUserSpec&) const = default;
};

/// The PostgreSQL that keeps what a store holds, as the store's own user. Nobody but the store comes to it, over its
/// socket.
struct BackingSpec {
    std::string name;        ///< `documents-postgresql`: its service, and its folder below `stores`
    std::string task;        ///< `documents-postgresql-1`
    std::uint16_t port = 0;  ///< of its socket's name
    bool operator==(const BackingSpec&) const = default;
};

/// A data service of an environment. It runs as a task of its own; its data outlives that.
struct StoreSpec {
    std::string name;    ///< `books`: its host name and, where the engine has such a thing, its database's
    std::string engine;  ///< `postgresql`, `redis`, `mongodb`
    std::string task;    ///< `books-1`
    std::uint32_t uid = 0;
    std::uint16_t port = 0;
    std::vector<StoreUserSpec> users;         ///< sorted by name
    std::optional<BackingSpec> backing = {};  ///< nothing: it keeps what it holds itself
    bool operator==(const StoreSpec&) const = default;
};

/// The server that keeps what a store holds, as a store of its own: `store` itself, or the one behind it.
StoreSpec keeper_of(const StoreSpec& store);

/// A secret that somebody reads.
struct SecretUseSpec {
    std::string name;             ///< `jwt_key`
    std::uint32_t makeBytes = 0;  ///< so many random bytes are made once for the environment; 0: it is given
    std::uint32_t version = 1;    ///< of its value
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

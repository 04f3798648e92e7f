#pragma once

// The passwords of stores' users in the vault. Beside a password, `store.books.api`, there may be for a time:
//
//     store.books.api.next     what it shall be: a store that runs takes it first, and then it is the password
//     store.books.api.before   what it was: tasks that run still have it. It goes when all of them are replaced
//     store.books.api.since    when the store took the new one, in the store's own words: sessions that are older, and
//                              are there when the old password goes, end with it

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>
#include <tenantry/host/vault.hpp>

namespace tenantry::host {

/// True of `store.STORE.USER`, but for the user that the daemon itself is.
bool is_user_password(std::string_view name);
std::string next_password(std::string_view name);

/// What a user logs in with.
struct UserPassword {
    Secret now;
    std::optional<Secret> next, before;
    std::string since;  ///< of `before`

    /// What the store shall take in the end.
    [[nodiscard]] const Secret& last() const { return next ? *next : now; }
};

/// By the vault's name of it; made where there is none.
Result<UserPassword> password_of(const Vault& vault, const world::Placement& placement, const std::string& name);
/// The store has taken `next`: it is the password from now on.
Result<void> password_taken(const Vault& vault, const world::Placement& placement, const std::string& name,
                            const UserPassword& password, const std::string& since);
/// Nobody has the one before any more.
Result<void> forget_password_before(const Vault& vault, const world::Placement& placement, const std::string& name);

/// The version that a secret has once everything that is asked for is done.
Result<std::uint32_t> version_to_be(const Vault& vault, const world::Placement& placement, const SecretInfo& info);

}  // namespace tenantry::host

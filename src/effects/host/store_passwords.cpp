#include <algorithm>

#include <tenantry/host/store_passwords.hpp>

#include "store_files.hpp"

namespace tenantry::host {
namespace {

using world::Placement;

constexpr std::size_t passwordBytes = 32;
constexpr std::string_view prefix = "store.";

std::string before(const std::string& name) { return name + ".before"; }
std::string since(const std::string& name) { return name + ".since"; }

}  // namespace

// Stores and users have no dot in their names.
bool is_user_password(std::string_view name) {
    if (!name.starts_with(prefix) || std::ranges::count(name, '.') != 2) return false;
    return name.substr(name.rfind('.') + 1) != controlUser;
}

std::string next_password(std::string_view name) { return std::string(name) + ".next"; }

Result<UserPassword> password_of(const Vault& vault, const Placement& placement, const std::string& name) {
    UserPassword password{.now = TRY(vault.get_or_make(placement, name, passwordBytes)),
                          .next = TRY(vault.get(placement, next_password(name))),
                          .before = TRY(vault.get(placement, before(name))),
                          .since = {}};
    // Whoever was killed in password_taken may have left it.
    if (password.next && password.next->reveal() == password.now.reveal()) password.next.reset();
    if (const auto kept = TRY(vault.get(placement, since(name)))) password.since = kept->reveal();
    return password;
}

Result<void> password_taken(const Vault& vault, const Placement& placement, const std::string& name,
                            const UserPassword& password, const std::string& when) {
    if (!password.next) return {};
    TRY_VOID(vault.set(placement, before(name), password.now));
    TRY_VOID(vault.set(placement, since(name), Secret(when)));
    TRY_VOID(vault.set(placement, name, *password.next));
    return vault.remove(placement, next_password(name));
}

Result<void> forget_password_before(const Vault& vault, const Placement& placement, const std::string& name) {
    TRY_VOID(vault.remove(placement, before(name)));
    return vault.remove(placement, since(name));
}

Result<std::uint32_t> version_to_be(const Vault& vault, const Placement& placement, const SecretInfo& info) {
    if (!is_user_password(info.name) || !TRY(vault.info(placement, next_password(info.name)))) return info.version;
    return TRY(password_of(vault, placement, info.name)).next ? info.version + 1 : info.version;
}

}  // namespace tenantry::host

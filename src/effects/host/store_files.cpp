#include "store_files.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>

#include <fmt/format.h>
#include <sodium.h>

#include <tenantry/base/text.hpp>
#include <tenantry/host/authority.hpp>
#include <tenantry/host/store_passwords.hpp>
#include <tenantry/host/workspace.hpp>
#include <tenantry/world/secret_versions.hpp>

#include "files.hpp"
#include "mounts.hpp"
#include "store_data.hpp"

namespace tenantry::host {
namespace {

using std::filesystem::path;
using world::EnvironmentSpec;
using world::Placement;
using world::StoreSpec;

constexpr const char *certificateName = "store.pem", *keyName = "store.key", *usersName = "users.acl";

// Not written again where it is the same: what runs has this very file open or mounted.
Result<void> write_for(const path& file, std::string_view bytes, std::uint32_t user) {
    const auto there = read_small(file);
    if (there && *there == bytes) return {};
    return write_whole(file, bytes, 0400, FileOwner{user, user});
}

Result<OwnCertificate> certificate_of(const Placement& placement, const std::string& store) {
    const path kept = kept_store_folder(placement, store) / "tls";
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto certificate = read_small(kept / certificateName), key = read_small(kept / keyName);
    if (certificate && key)
        if (OwnCertificate there{*std::move(certificate), *std::move(key)}; still_good(there, now)) return there;
    const auto name = StoreName::parse(store);
    if (!name) return fail("the name `{}` {}", store, name.error());
    OwnCertificate made = TRY(own_certificate(*name));
    TRY_VOID(make_folder(kept, 0700));
    // One alone does not fit the other, and is made anew.
    TRY_VOID(write_whole(kept / keyName, made.key, 0600));
    TRY_VOID(write_whole(kept / certificateName, made.certificate, 0600));
    return made;
}

Result<void> write_certificate(const Placement& placement, const StoreSpec& store) {
    const OwnCertificate own = TRY(certificate_of(placement, store.name));
    const path tls = run_store_folder(placement, store.name) / "tls";
    TRY_VOID(make_folder(tls, 0750, FileOwner{.uid = 0, .gid = store.uid}));
    TRY_VOID(write_for(tls / keyName, own.key, store.uid));
    return write_for(tls / certificateName, own.certificate, store.uid);
}

Result<void> write_redis_users(const EnvironmentSpec& spec, const StoreSpec& store, const Vault& vault) {
    const std::string emitted = fmt::format("services/{}/{}", store.name, usersName);
    const world::TextSpec* text = spec.text(emitted);
    if (text == nullptr) return fail("it has no {}", emitted);
    const Secret users = TRY(users_with_passwords(text->text, vault, spec.placement, store));
    const path folder = run_store_folder(spec.placement, store.name) / "users";
    TRY_VOID(make_folder(folder, 0750, FileOwner{.uid = 0, .gid = store.uid}));
    return write_for(folder / usersName, users.reveal(), store.uid);
}

std::string sha256_hex(const std::string& bytes) {
    std::string digest(crypto_hash_sha256_BYTES, '\0'), text(2 * crypto_hash_sha256_BYTES + 1, '\0');
    auto* raw = reinterpret_cast<unsigned char*>(digest.data());
    crypto_hash_sha256(raw, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    sodium_bin2hex(text.data(), text.size(), raw, digest.size());
    text.pop_back();
    return text;
}

// Those that are on their way are good too: tasks have one or the other, until all of them are replaced.
std::string password_digests(const UserPassword& password) {
    std::string text = redis_digest(password.now);
    for (const std::optional<Secret>* one : {&password.next, &password.before})
        if (*one) text += " " + redis_digest(**one);
    return " " + text;
}

}  // namespace

std::string redis_digest(const Secret& password) { return "#" + sha256_hex(password.reveal()); }

Result<Secret> store_password(const Vault& vault, const Placement& placement, const StoreSpec& store,
                              std::string_view user) {
    return TRY(password_of(vault, placement, world::password_name(store.name, user))).now;
}

Result<std::string> store_certificate(const Placement& placement, const std::string& store) {
    return read_small(kept_store_folder(placement, store) / "tls" / certificateName);
}

Result<Secret> users_with_passwords(std::string_view emitted, const Vault& vault, const Placement& placement,
                                    const StoreSpec& store) {
    std::istringstream lines{std::string(emitted)};
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string user, name;
        words >> user >> name;
        const bool known =
            name == controlUser || std::ranges::count(store.users, name, &world::StoreUserSpec::name) == 1;
        if (user != "user" || (!known && name != "default"))
            return fail("its {} has the line `{}`, which is no user of it", usersName, line);
        text += line;
        if (known) text += password_digests(TRY(password_of(vault, placement, world::password_name(store.name, name))));
        text += '\n';
    }
    return Secret(std::move(text));
}

Result<void> write_store_users(const EnvironmentSpec& spec, const Vault& vault) {
    for (const StoreSpec& store : spec.stores)
        if (store.engine == "redis")
            TRY_VOID(wrap(write_redis_users(spec, store, vault), "preparing the users of {}", store.name));
    return {};
}

Result<void> write_store_files(const EnvironmentSpec& spec, const StoreSpec& store, const Vault& vault) {
    for (const world::StoreUserSpec& user : store.users)
        if (user.name == controlUser) return fail("the name `{}` is the daemon's own in every store", user.name);
    if (store.engine == "redis")
        TRY_VOID(write_redis_users(spec, store, vault));
    else
        TRY_VOID(write_certificate(spec.placement, store));
    const path folder = run_store_folder(spec.placement, keeper_of(store).name);
    const FileOwner owner{.uid = store.uid, .gid = store.uid};
    // By the one the daemon comes to it, by the other the store that it is behind.
    if (store.backing) TRY_VOID(make_folder(folder / "socket", 0700, owner));
    return make_folder(folder / "control", 0700, owner);
}

Result<void> remove_other_stores(const EnvironmentSpec& spec) {
    const Workspace folder = TRY(Workspace::open(world::folder_of(spec.placement)));
    for (const std::string& name : TRY(folder.list("stores"))) {
        const auto has = [&](const StoreSpec& store) { return store.name == name || keeper_of(store).name == name; };
        if (std::ranges::any_of(spec.stores, has)) continue;
        const path gone = run_store_folder(spec.placement, name);
        TRY_VOID(unmount(gone / "data"));
        TRY_VOID(remove_tree(gone));
    }
    return {};
}

}  // namespace tenantry::host

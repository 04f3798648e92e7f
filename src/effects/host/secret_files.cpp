#include "secret_files.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"
#include "store_files.hpp"

namespace tenantry::host {
namespace {

using world::EnvironmentSpec;
using world::ReaderSpec;
using Files = std::map<std::string, Secret>;

Result<Secret> value_of(const EnvironmentSpec& spec, const world::SecretUseSpec& secret, const Vault& vault) {
    if (secret.makeBytes > 0) return vault.get_or_make(spec.placement, secret.name, secret.makeBytes);
    const auto info = TRY(vault.info(spec.placement, secret.name));
    auto given = TRY(vault.get(spec.placement, secret.name));
    if (info && info->origin == SecretOrigin::given && given) return *std::move(given);
    return fail("the secret {0} of {1} is given, and has no value: `tenantry secret set {1} {0}` gives it one",
                secret.name, spec.placement.environment);
}

Result<void> add_store(Files& files, const EnvironmentSpec& spec, const world::StoreSpec& store,
                       const std::string& user, const Vault& vault) {
    const Secret password = TRY(store_password(vault, spec.placement, store, user));
    files[store.name + ".url"] = TRY(store_url(store, user, password));
    files[store.name + ".password"] = password;
    if (store.engine != "redis") files[store.name + ".ca"] = Secret(TRY(store_certificate(spec.placement, store.name)));
    return {};
}

Result<Files> files_of(const EnvironmentSpec& spec, const ReaderSpec& reader, const Vault& vault) {
    Files files;
    for (const world::SecretUseSpec& secret : reader.secrets) files[secret.name] = TRY(value_of(spec, secret, vault));
    for (const world::StoreSpec& store : spec.stores)
        if (std::ranges::count(store.users, reader.name, &world::StoreUserSpec::name) > 0)
            TRY_VOID(add_store(files, spec, store, reader.name, vault));
    return files;
}

// What tasks that run have mounted is this folder: it is filled, never replaced.
Result<void> fill(const std::filesystem::path& folder, const Files& files, std::uint32_t user) {
    TRY_VOID(make_folder(folder, 0750, FileOwner{.uid = 0, .gid = user}));
    const Workspace there = TRY(Workspace::open(folder.string()));
    for (const std::string& name : TRY(there.list("")))
        if (!files.contains(name)) TRY_VOID(remove_tree(folder / name));
    for (const auto& [name, value] : files) {
        const auto before = read_small(folder / name);
        if (before && *before == value.reveal()) continue;
        TRY_VOID(write_whole(folder / name, value.reveal(), 0400, FileOwner{user, user}));
    }
    return {};
}

}  // namespace

Result<Secret> store_url(const world::StoreSpec& store, const std::string& user, const Secret& password) {
    // Names are labels and passwords base64url: nothing in them has to be quoted.
    const std::string login = fmt::format("{}:{}@{}:{}", user, password.reveal(), store.name, store.port);
    const std::string authority = fmt::format("{}/{}.ca", secretsInTask, store.name);
    if (store.engine == "postgresql")
        return Secret(
            fmt::format("postgresql://{}/{}?sslmode=verify-full&sslrootcert={}", login, store.name, authority));
    if (store.engine == "redis") return Secret(fmt::format("redis://{}/0", login));
    if (store.engine == "mongodb")
        return Secret(
            fmt::format("mongodb://{}/{}?authMechanism=PLAIN&tls=true&tlsCAFile={}", login, store.name, authority));
    return fail("{} is of an unknown engine, {}", store.name, store.engine);
}

Result<void> write_secret_files(const EnvironmentSpec& spec, const Vault& vault) {
    const std::filesystem::path folder = std::filesystem::path(world::folder_of(spec.placement)) / "secrets";
    const Workspace environment = TRY(Workspace::open(world::folder_of(spec.placement)));
    for (const std::string& name : TRY(environment.list("secrets")))
        if (std::ranges::count(spec.readers, name, &ReaderSpec::name) == 0) TRY_VOID(remove_tree(folder / name));
    for (const ReaderSpec& reader : spec.readers) {
        const Files files = TRY(wrap(files_of(spec, reader, vault), "collecting the secrets of {}", reader.name));
        TRY_VOID(fill(folder / reader.name, files, reader.uid));
    }
    return {};
}

}  // namespace tenantry::host

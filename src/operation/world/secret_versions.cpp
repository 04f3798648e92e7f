#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/world/secret_versions.hpp>

namespace tenantry::world {
namespace {

std::uint32_t version_of(const SecretVersions& versions, std::string_view name) {
    const auto found = versions.find(name);
    return found == versions.end() ? 1 : found->second;
}

// A line for each that is not the first of its name any more: an environment whose secrets were never changed has the
// tasks that it would have without them.
std::string changed_text(const EnvironmentSpec& spec, const ReaderSpec& reader) {
    std::string text;
    for (const SecretUseSpec& secret : reader.secrets)
        if (secret.version != 1) text += fmt::format("{} {}\n", secret.name, secret.version);
    for (const StoreSpec& store : spec.stores)
        for (const StoreUserSpec& user : store.users)
            if (user.name == reader.name && user.version != 1)
                text += fmt::format("{} {}\n", password_name(store.name, user.name), user.version);
    return text;
}

}  // namespace

std::string password_name(std::string_view store, std::string_view user) {
    return fmt::format("store.{}.{}", store, user);
}

void use_versions(EnvironmentSpec& spec, const SecretVersions& versions) {
    for (ReaderSpec& reader : spec.readers)
        for (SecretUseSpec& secret : reader.secrets) secret.version = version_of(versions, secret.name);
    for (StoreSpec& store : spec.stores)
        for (StoreUserSpec& user : store.users)
            user.version = version_of(versions, password_name(store.name, user.name));
    for (TaskSpec& task : spec.tasks) {
        const auto reader = std::ranges::find(spec.readers, task.service, &ReaderSpec::name);
        if (task.kind != TaskKind::service || reader == spec.readers.end()) continue;
        if (task.withoutSecrets.empty()) task.withoutSecrets = task.digest;
        const std::string changed = changed_text(spec, *reader);
        task.digest = changed.empty() ? task.withoutSecrets : blake2b(task.withoutSecrets + "\n" + changed).hex();
    }
}

}  // namespace tenantry::world

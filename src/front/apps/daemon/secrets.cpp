#include "secrets.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/host/store_passwords.hpp>
#include <tenantry/world/secret_versions.hpp>

namespace tenantry::daemon {
namespace {

using host::SecretInfo;
using host::SecretOrigin;
using world::EnvironmentSpec;
using world::Placement;

// What a placement keeps at the most: names are an outsider's words.
constexpr std::size_t mostSecrets = 1000;

/// What was made, by its name in the vault, and how many random bytes another value has.
using Made = std::map<std::string, std::size_t>;

// base64url without padding (vault.hpp): four letters are three bytes.
std::size_t bytes_in(std::size_t letters) { return letters * 3 / 4; }

bool is_shown(std::string_view name) { return !grammar::secret_name(name) || host::is_user_password(name); }

// What is kept is changed even where nothing names it any more; what runs says better who made it.
Result<Made> made_ones(const host::Vault& vault, const Placement& placement, const EnvironmentSpec* spec) {
    Made made;
    for (const SecretInfo& info : TRY(vault.list(placement))) {
        if (info.origin != SecretOrigin::made || !is_shown(info.name)) continue;
        const auto value = TRY(vault.get(placement, info.name));
        if (value) made[info.name] = bytes_in(value->reveal().size());
    }
    if (spec == nullptr) return made;
    for (const world::ReaderSpec& reader : spec->readers)
        for (const world::SecretUseSpec& secret : reader.secrets) {
            if (secret.makeBytes > 0 && TRY(vault.info(placement, secret.name))) made[secret.name] = secret.makeBytes;
            if (secret.makeBytes == 0) made.erase(secret.name);
        }
    return made;
}

// `jwt_key`, `store.books.api`, or all users of a store by its name alone.
bool is_meant(const std::string& name, const std::string& wanted, const Made& made) {
    if (wanted.empty() || name == wanted) return true;
    const std::string store = wanted.starts_with("store.") ? wanted : "store." + wanted;
    return !made.contains(wanted) && name.starts_with(store + ".");
}

std::unexpected<Error> no_such(const Placement& placement, const std::string& name, bool given) {
    if (given)
        return fail("the secret {0} of {1} is given, not made: `tenantry secret set {1} {0}` gives it another value",
                    name, placement.environment);
    return fail("{0} has no secret {1} that was made: `tenantry secret list {0}` names what it has",
                placement.environment, name.empty() ? "at all" : name);
}

}  // namespace

Result<world::SecretVersions> SecretKeeper::versions(const Placement& placement) const {
    world::SecretVersions versions;
    for (const SecretInfo& info : TRY(vault_.list(placement)))
        if (is_shown(info.name)) versions[info.name] = TRY(host::version_to_be(vault_, placement, info));
    return versions;
}

Result<void> SecretKeeper::prepare(EnvironmentSpec& spec) const {
    world::use_versions(spec, TRY(versions(spec.placement)));
    std::map<std::string, std::string> commands;
    for (const world::ReaderSpec& reader : spec.readers)
        for (const world::SecretUseSpec& secret : reader.secrets) {
            if (secret.makeBytes > 0) continue;
            const auto info = TRY(vault_.info(spec.placement, secret.name));
            if (!info || info->origin != SecretOrigin::given)
                commands[secret.name] =
                    fmt::format("`tenantry secret set {} {}`", spec.placement.environment, secret.name);
        }
    if (commands.empty()) return {};
    std::string all;
    for (const auto& [name, command] : commands) all += (all.empty() ? "" : ", ") + command;
    return fail("{}: {} that somebody gives {} no value yet: {}", spec.placement.environment,
                commands.size() == 1 ? "a secret" : "secrets", commands.size() == 1 ? "has" : "have", all);
}

Result<wire::Secrets> SecretKeeper::kept(const std::string& platform) const {
    wire::Secrets all;
    for (const Placement& placement : TRY(vault_.placements(platform))) {
        wire::KeptSecrets one{placement, {}};
        for (const SecretInfo& info : TRY(vault_.list(placement)))
            if (is_shown(info.name))
                one.secrets.push_back({info.name, info.version, info.made.time_since_epoch().count(),
                                       info.origin == SecretOrigin::given});
        all.placements.push_back(std::move(one));
    }
    return all;
}

Result<wire::SecretAnswer> SecretKeeper::set(const Placement& placement, const std::string& name,
                                             const std::string& value, const std::string& by) {
    if (const auto spec = runner_.asked(placement))
        for (const world::ReaderSpec& reader : spec->readers)
            for (const world::SecretUseSpec& secret : reader.secrets)
                if (secret.name == name && secret.makeBytes > 0)
                    return fail("the secret {0} of {1} is made, not given: `tenantry secret rotate {1} {0}` makes "
                                "another one",
                                name, placement.environment);
    if (TRY(vault_.list(placement)).size() >= mostSecrets)
        return fail("{} keeps {} secrets already", placement.environment, mostSecrets);
    TRY_VOID(runner_.note(placement, fmt::format("the secret {} is given a value", name), by));
    const std::uint32_t version = TRY(vault_.set(placement, name, host::Secret(value), SecretOrigin::given));
    return wire::SecretAnswer{version, TRY(renew(placement)), {}};
}

Result<wire::RotateAnswer> SecretKeeper::rotate(const wire::RotateRequest& request, const std::string& by) {
    const Placement& placement = request.placement;
    const auto spec = runner_.asked(placement);
    const Made made = TRY(made_ones(vault_, placement, spec.get()));
    wire::RotateAnswer answer;
    for (const auto& [name, bytes] : made)
        if (is_meant(name, request.name, made)) answer.names.push_back(name);
    if (answer.names.empty()) {
        const bool given = !grammar::secret_name(request.name) && TRY(vault_.info(placement, request.name));
        return no_such(placement, request.name, given);
    }
    for (const std::string& name : answer.names) {
        TRY_VOID(runner_.note(placement, fmt::format("the secret {} is rotated", name), by));
        TRY_VOID(rotate_one(placement, name, made.at(name), spec != nullptr));
    }
    answer.rolls = TRY(renew(placement));
    return answer;
}

// A store that runs takes the next password itself, and only then it is the password.
Result<void> SecretKeeper::rotate_one(const Placement& placement, const std::string& name, std::size_t bytes,
                                      bool runs) {
    const std::string to = runs && host::is_user_password(name) ? host::next_password(name) : name;
    TRY_VOID(vault_.renew(placement, to, bytes));
    return {};
}

Result<bool> SecretKeeper::renew(const Placement& placement) {
    const auto before = runner_.asked(placement);
    if (!before) return false;
    EnvironmentSpec after = *before;
    world::use_versions(after, TRY(versions(placement)));
    return after == *before ? Result<bool>(false) : runner_.renew(before, std::move(after));
}

Result<void> SecretKeeper::catch_up() {
    for (const world::EnvironmentStatus& one : runner_.status().environments) {
        const auto renewed = renew(one.placement);
        // One that cannot be looked at must not keep the others from running.
        if (!renewed || *renewed)
            TRY_VOID(runner_.note(one.placement,
                                  renewed ? "its readers get secrets that came while no daemon ran"
                                          : "its secrets cannot be read: " + renewed.error().text(),
                                  ""));
    }
    return {};
}

}  // namespace tenantry::daemon

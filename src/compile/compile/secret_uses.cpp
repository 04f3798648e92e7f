#include <algorithm>

#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/secret_uses.hpp>
#include <tenantry/world/secret_versions.hpp>

namespace tenantry::compile {
namespace {

using blueprint::Shape;

template <class Rows>
void add_readers(const Rows& rows, const SecretName& secret, std::vector<std::string>& readers) {
    for (const auto& row : rows)
        if (std::ranges::find(row.secrets, secret) != row.secrets.end()) readers.push_back(row.name.str());
}

template <class Rows>
void add_users(const Rows& rows, Index<blueprint::Store> store, std::vector<std::string>& users) {
    for (const auto& row : rows)
        if (std::ranges::find(row.stores, store, &blueprint::Grant::store) != row.stores.end())
            users.push_back(row.name.str());
}

}  // namespace

std::vector<SecretUse> secret_uses(const Shape& shape) {
    std::vector<SecretUse> uses;
    for (const blueprint::Secret& secret : shape.secrets) {
        SecretUse use{.name = secret.name.str(),
                      .kind = secret.makeBytes ? SecretUse::Kind::made : SecretUse::Kind::given,
                      .rotate = secret.rotate,
                      .asVariable = secret.asVariable,
                      .readers = {}};
        add_readers(shape.workloads, secret.name, use.readers);
        add_readers(shape.jobs, secret.name, use.readers);
        std::ranges::sort(use.readers);
        if (!use.readers.empty()) uses.push_back(std::move(use));
    }
    for (std::uint32_t at = 0; at < shape.stores.size(); ++at) {
        std::vector<std::string> users;
        add_users(shape.workloads, {at}, users);
        add_users(shape.jobs, {at}, users);
        add_users(shape.access, {at}, users);
        std::ranges::sort(users);
        for (const std::string& user : users)
            uses.push_back({.name = world::password_name(shape.stores[at].name.str(), user),
                            .kind = SecretUse::Kind::password,
                            .rotate = {},
                            .asVariable = shape.stores[at].asVariable,
                            .readers = {user}});
    }
    return uses;
}

Diagnostics missing_secrets(const Compiled& compiled, const GivenSecrets& given,
                            std::optional<std::span<const std::string>> only) {
    Diagnostics diagnostics;
    for (const blueprint::Environment& environment : compiled.blueprint.environments) {
        const std::string name = environment.name();
        if (only && std::ranges::find(*only, name) == only->end()) continue;
        const auto there = given.find(name);
        for (const SecretUse& use : secret_uses(compiled.blueprint.shape(environment))) {
            if (use.kind != SecretUse::Kind::given || (there != given.end() && there->second.contains(use.name)))
                continue;
            diagnostics.add(code::missingSecret, compiled.model.platform.secret(use.name)->at,
                            fmt::format("`{}` of {} is given, and nobody has given it.", use.name, name),
                            fmt::format("type `tenantry secret set {} {}`, and the value", name, use.name));
        }
    }
    return diagnostics;
}

}  // namespace tenantry::compile

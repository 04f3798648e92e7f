// Stores, secrets, and who beside the services uses them.

#include "programs.hpp"

namespace tenantry::model {
namespace {

// A name from a key, or a diagnostic.
template <class Name>
std::optional<Name> name_of(const syntax::Entry& entry, std::string_view what, Diagnostics& diagnostics) {
    auto name = Name::parse(entry.key);
    if (name) return *std::move(name);
    diagnostics.add(code::badValue, entry.keyAt,
                    fmt::format("The {} name {} {}.", what, quote(entry.key), name.error()));
    return std::nullopt;
}

void warn_variable(const MapReader& map, std::string_view what, Diagnostics& diagnostics) {
    if (const auto place = map.find("as"))
        diagnostics.add(code::inVariable, place->keyAt,
                        fmt::format("{} stands in a variable of each task that uses it.", what),
                        "leave `as` out when the program can read a file");
}

}  // namespace

void read_stores(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`stores`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        auto name = name_of<StoreName>(entry, "store", diagnostics);
        if (!name) continue;
        MapReader map({entry.value, entry.keyAt}, fmt::format("the store `{}`", entry.key), keys::store(), diagnostics);
        Store store{*std::move(name), entry.keyAt, Engine::postgresql, false, false, {}};
        store.engine = map.scalar("engine", parse_engine).value_or(Engine::postgresql);
        store.cache = map.scalar("role", parse_cache).value_or(false);
        store.asVariable = map.scalar("as", parse_as_variable).value_or(false);
        store.size = read_per_stage<Bytes>(map.find("size"), "The size", stages, diagnostics, parse_bytes);
        if (store.asVariable) warn_variable(map, fmt::format("The password of `{}`", store.name.str()), diagnostics);
        platform.stores.push_back(std::move(store));
    }
}

void read_secrets(const Place& place, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`secrets`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        auto name = name_of<SecretName>(entry, "secret", diagnostics);
        if (!name) continue;
        MapReader map({entry.value, entry.keyAt}, fmt::format("the secret `{}`", entry.key), keys::secret(),
                      diagnostics);
        Secret secret{*std::move(name), entry.keyAt, {}, {}, false};
        secret.makeBytes = map.scalar("make", parse_make);
        const bool given = map.scalar("given", parse_given).value_or(false);
        secret.rotate = map.scalar("rotate", parse_duration);
        secret.asVariable = map.scalar("as", parse_as_variable).value_or(false);
        if (map.is_map() && !map.find("make") && !map.find("given"))
            diagnostics.add(code::missingKey, entry.keyAt,
                            fmt::format("The secret `{}` needs `make` or `given`.", entry.key),
                            "write `make: 32 bytes`, or `given: per tenant`");
        if (secret.makeBytes && given)
            diagnostics.add(code::badValue, entry.keyAt, fmt::format("The secret `{}` is made and given.", entry.key),
                            "keep one of `make` and `given`");
        if (secret.rotate && given)
            diagnostics.add(code::badValue, map.find("rotate")->keyAt,
                            fmt::format("Who gives the secret `{}` rotates it.", entry.key),
                            "leave `rotate` out, or write `make`");
        if (secret.asVariable) warn_variable(map, fmt::format("The secret `{}`", secret.name.str()), diagnostics);
        platform.secrets.push_back(std::move(secret));
    }
}

void read_access(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`access`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        auto name = name_of<AccessName>(entry, "access", diagnostics);
        if (!name) continue;
        MapReader map({entry.value, entry.keyAt}, fmt::format("the access `{}`", entry.key), keys::access(),
                      diagnostics);
        AccessEntry access{*std::move(name), entry.keyAt, {}, {}};
        access.stores = read_store_uses(map.find("stores"), diagnostics);
        access.stages = read_stage_list(map.find("stages"), stages, diagnostics);
        platform.access.push_back(std::move(access));
    }
}

}  // namespace tenantry::model

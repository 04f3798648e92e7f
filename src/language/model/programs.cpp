#include "programs.hpp"

namespace tenantry::model {
namespace {}  // namespace

Environ read_env(const Place& place, Diagnostics& diagnostics) {
    Environ env;
    if (!expect_map(place, "`env`", diagnostics)) return env;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        auto key = EnvKey::parse(entry.key);
        if (!key)
            diagnostics.add(code::badValue, entry.keyAt,
                            fmt::format("The variable {} {}.", quote(entry.key), key.error()));
        auto value =
            read_scalar(entry.value, fmt::format("The value of {}", quote(entry.key)), diagnostics, FreeText::parse);
        if (key && value) env.emplace(*std::move(key), *std::move(value));
    }
    return env;
}

std::vector<FreeText> read_words(const std::optional<Place>& place, std::string_view what, Diagnostics& diagnostics) {
    std::vector<FreeText> words;
    if (!place || !expect_list(*place, what, diagnostics)) return words;
    for (std::size_t i = 0; i < place->node.size(); ++i)
        if (auto word = read_scalar(place->node.item(i), "The argument", diagnostics, FreeText::parse))
            words.push_back(*std::move(word));
    return words;
}

std::vector<StoreUse> read_store_uses(const std::optional<Place>& place, Diagnostics& diagnostics) {
    std::vector<StoreUse> uses;
    if (!place || !expect_map(*place, "`stores`", diagnostics)) return uses;
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Entry entry = place->node.entry(i);
        auto store = StoreName::parse(entry.key);
        if (!store)
            diagnostics.add(code::badValue, entry.keyAt,
                            fmt::format("The store {} {}.", quote(entry.key), store.error()));
        const auto access = read_scalar(entry.value, "The access", diagnostics, parse_access);
        // With a wrong word it is still a use: a message that nobody uses the store would be wrong.
        if (store) uses.push_back({*std::move(store), access.value_or(Access::read), entry.keyAt});
    }
    sort_unique(uses, &StoreUse::store);
    return uses;
}

std::vector<SecretUse> read_secret_uses(const std::optional<Place>& place, Diagnostics& diagnostics) {
    std::vector<SecretUse> uses;
    if (!place || !expect_list(*place, "`secrets`", diagnostics)) return uses;
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Node item = place->node.item(i);
        if (auto secret = read_scalar(item, "The secret", diagnostics, SecretName::parse))
            uses.push_back({*std::move(secret), item.at()});
    }
    sort_unique(uses, &SecretUse::secret);
    return uses;
}

std::vector<HostPort> read_egress(const std::optional<Place>& place, Diagnostics& diagnostics) {
    std::vector<HostPort> names;
    if (!place || !expect_list(*place, "`egress`", diagnostics)) return names;
    for (std::size_t i = 0; i < place->node.size(); ++i)
        if (auto name = read_scalar(place->node.item(i), "The name", diagnostics, parse_host_port))
            names.push_back(*std::move(name));
    sort_unique(names);
    return names;
}

bool is_stage(const syntax::Entry& entry, const StageNames& stages, Diagnostics& diagnostics) {
    if (std::ranges::find(stages, entry.key) != stages.end()) return true;
    diagnostics.add(code::unknownName, entry.keyAt, fmt::format("There is no stage {}.", quote(entry.key)),
                    suggest(entry.key, stages));
    return false;
}

std::vector<StageName> read_stage_list(const std::optional<Place>& place, const StageNames& stages,
                                       Diagnostics& diagnostics) {
    std::vector<StageName> list;
    if (!place) {
        for (const std::string_view stage : stages) list.push_back(*StageName::parse(stage));
    } else if (expect_list(*place, "`stages`", diagnostics)) {
        for (std::size_t i = 0; i < place->node.size(); ++i) {
            const syntax::Node item = place->node.item(i);
            auto stage = read_scalar(item, "The stage", diagnostics, StageName::parse);
            if (!stage) continue;
            if (std::ranges::find(stages, stage->str()) != stages.end())
                list.push_back(*std::move(stage));
            else
                diagnostics.add(code::unknownName, item.at(), fmt::format("There is no stage {}.", quote(stage->str())),
                                suggest(stage->str(), stages));
        }
    }
    sort_unique(list);
    return list;
}

}  // namespace tenantry::model

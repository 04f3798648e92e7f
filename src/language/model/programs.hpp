#pragma once

// What services and jobs have in common, and values that may stand once or one a stage.

#include <algorithm>
#include <string_view>
#include <vector>

#include "reading.hpp"

namespace tenantry::model {

/// `env`: keys and free text.
Environ read_env(const Place& place, Diagnostics& diagnostics);
/// A list of free texts; empty where `place` is nothing.
std::vector<FreeText> read_words(const std::optional<Place>& place, std::string_view what, Diagnostics& diagnostics);
/// `{ books: readWrite }`, sorted by name.
std::vector<StoreUse> read_store_uses(const std::optional<Place>& place, Diagnostics& diagnostics);
/// `[jwt_key]`, sorted, each once.
std::vector<SecretUse> read_secret_uses(const std::optional<Place>& place, Diagnostics& diagnostics);
/// `["api.bureau.example:443"]`, sorted, each once.
std::vector<HostPort> read_egress(const std::optional<Place>& place, Diagnostics& diagnostics);
/// A list of known stages, sorted, each once; all where `place` is nothing.
std::vector<StageName> read_stage_list(const std::optional<Place>& place, const StageNames& stages,
                                       Diagnostics& diagnostics);
/// False, and told, where a map that is keyed by stages has another key.
bool is_stage(const syntax::Entry& entry, const StageNames& stages, Diagnostics& diagnostics);

template <class T, class Parse>
PerStage<T> read_per_stage(const std::optional<Place>& place, std::string_view what, const StageNames& stages,
                           Diagnostics& diagnostics, Parse parse) {
    PerStage<T> values;
    if (!place) return values;
    if (!place->node.is_map()) {
        values.all = read_scalar(place->node, what, diagnostics, parse);
        return values;
    }
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Entry entry = place->node.entry(i);
        if (!is_stage(entry, stages, diagnostics)) continue;
        if (const auto value = read_scalar(entry.value, what, diagnostics, parse)) values.of.emplace(entry.key, *value);
    }
    return values;
}

/// Sorted, and of equal ones the first alone.
template <class Row, class Projection = std::identity>
void sort_unique(std::vector<Row>& rows, Projection projection = {}) {
    std::ranges::stable_sort(rows, {}, projection);
    const auto twice = std::ranges::unique(rows, {}, projection);
    rows.erase(twice.begin(), twice.end());
}

}  // namespace tenantry::model

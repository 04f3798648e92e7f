#include "reading.hpp"

#include <fmt/format.h>

namespace tenantry::local_read {

std::optional<SourceId> Reading::text(std::string_view path) const {
    const auto found = texts.find(path);
    if (found == texts.end()) return std::nullopt;
    return found->second;
}

void Scope::unclear(Span at, std::string what) const {
    reading.facts.notUnderstood.push_back({owner, std::move(what), at});
}

std::string Scope::folder() const {
    if (!owner) return std::string(machineRoot);
    const auto platform = reading.platforms.find(reading.facts.environments[owner->at].name);
    return fmt::format("{}platforms/{}/", machineRoot, platform == reading.platforms.end() ? "" : platform->second);
}

std::string Scope::kept() const {
    const auto platform = reading.platforms.find(reading.facts.environments[owner->at].name);
    return fmt::format("{}{}/", keptRoot, platform == reading.platforms.end() ? "" : platform->second);
}

Span start_of(SourceId source) { return {source, 0, 0}; }

}  // namespace tenantry::local_read

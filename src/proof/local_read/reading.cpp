#include "reading.hpp"

namespace tenantry::local_read {

std::optional<SourceId> Reading::text(std::string_view path) const {
    const auto found = texts.find(path);
    if (found == texts.end()) return std::nullopt;
    return found->second;
}

void Scope::unclear(Span at, std::string what) const {
    reading.facts.notUnderstood.push_back({owner, std::move(what), at});
}

Span start_of(SourceId source) { return {source, 0, 0}; }

}  // namespace tenantry::local_read

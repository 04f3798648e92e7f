#pragma once

#include <optional>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// Reads one YAML 1.1 document (libyaml's events) whose bytes are `sources.text(id)`. Anchors, aliases, merge keys,
/// tags, several documents, duplicate keys, keys that are no scalars, tabs, invalid UTF-8 and what passes the limits
/// are diagnostics; nothing is returned then. An empty document is an empty map.
std::optional<Tree> parse_yaml(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics);

}  // namespace tenantry::syntax

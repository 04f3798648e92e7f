#pragma once

#include <optional>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// Reads one JSON text (RFC 8259) whose bytes are `sources.text(id)`: strings are quoted scalars, numbers and literals
/// plain ones. Duplicate keys, invalid UTF-8, lone surrogates and what passes the limits are diagnostics; nothing is
/// returned then.
std::optional<Tree> parse_json(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics);

}  // namespace tenantry::syntax

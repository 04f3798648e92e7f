#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// The same YAML in the one layout of platform files: two spaces a level, one space after a colon, double quotes where
/// a text is quoted, line feeds, at most one empty line in a row; maps and lists in brackets stay on their line where
/// that has at most 120 characters, and become lines of their own otherwise. The order of keys, every comment, and the
/// lines of long texts stay. Formatting the result again changes nothing, and it reads as the same values.
/// Nothing, and why, where the text is no YAML that `parse_yaml` reads.
std::optional<std::string> format_yaml(const Sources& sources, SourceId id, const Limits& limits,
                                       Diagnostics& diagnostics);

/// True where two trees say the same: kinds, texts, keys in order, and which scalars are null.
bool same_values(const Node& a, const Node& b);

}  // namespace tenantry::syntax

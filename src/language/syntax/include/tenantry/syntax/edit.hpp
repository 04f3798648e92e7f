#pragma once

// Changes of a text that was read as a tree: every byte beside the change stays.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// Bytes to take out, and what to put in their place.
struct TextEdit {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::string text;
};

/// The text with all edits made; they do not overlap.
std::string edited(std::string_view text, std::vector<TextEdit> edits);

/// A `key: value` to put into a map. All texts are YAML already (`yaml_scalar`).
struct NewEntry {
    std::string key;
    std::vector<std::string> members;  ///< `name: Acme`; the value is a map of these
    std::string scalar;                ///< the value, where there are no members
};

/// Puts an entry behind the last one of a map, written as that one is: in brackets, or as lines of its own.
/// `map` is of a tree that was read from `text`; the map of a text without any value is the root of its tree.
std::vector<TextEdit> insert_entry(std::string_view text, const Node& map, const NewEntry& entry);

/// Takes the entry at `index` out of `holder`'s map, with the comments on its lines and the deeper ones below; the last
/// one leaves `{}`.
std::vector<TextEdit> remove_entry(std::string_view text, const Entry& holder, std::size_t index);

/// The entry as a text of its own: one line for the key, one for each member.
std::string as_lines(const NewEntry& entry, std::size_t indent, std::string_view lineEnd);

}  // namespace tenantry::syntax

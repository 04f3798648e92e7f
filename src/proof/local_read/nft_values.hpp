#pragma once

// The right side of an nft match: values, sets of them, and the named sets of a table.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json_fields.hpp"
#include "match.hpp"
#include "network.hpp"
#include "nft_key.hpp"
#include "reading.hpp"

namespace tenantry::local_read {

/// A named set or map; its elements were collected from the set itself and from `add element`.
struct NamedSet {
    bool isMap = false;
    bool vague = false;  ///< something about it is not understood, so what it holds is not sure
    std::vector<Node> elements;
};

/// What reading the rules of one router's table needs.
struct NftContext {
    Scope scope;
    const Networks& networks;
    Index<verify::Device> router;
    Budget budget;
    std::map<std::string, NamedSet, std::less<>> sets;
};

/// An element of a set: which packets it stands for, and of a map what it maps to.
struct SetElement {
    Match match;
    Span at;
    std::optional<Node> data;
};

/// Packets whose looked-at values are `value`, or lie in it (prefix, range, wildcard).
Match read_value(NftContext& context, const Key& key, const Node& value);

/// True for `@name` and `{"set": ...}`.
bool is_set(const Node& value);

/// The elements of a set or a map, in the order of what they match, so that a listing by the kernel gives the same.
/// What looking implies is not in their matches yet. A set that is not known is one element that may match everything.
std::vector<SetElement> read_elements(NftContext& context, const Key& key, const Node& set, bool wantMap);

/// Packets that `value op values` matches for `<`, `>`, `<=`, `>=`; nothing where the key or the value has no order.
std::optional<Match> read_comparison(const Key& key, std::string_view op, const Node& value);

}  // namespace tenantry::local_read

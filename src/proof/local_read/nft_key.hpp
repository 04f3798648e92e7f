#pragma once

// The left side of an nft match: what of a packet is looked at.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/syntax/tree.hpp>

#include "match.hpp"

namespace tenantry::local_read {

/// What the values of a selector are, and so how they are written.
enum class ValueKind { interfaceName, address, protocol, family, port, state, icmpType };

/// One thing that is looked at: `iifname`, `tcp dport`.
struct Selector {
    ValueKind kind = ValueKind::port;
    Field field = Field::source;  ///< not for family and icmpType, which no field holds
    /// The protocol that looking implies (`tcp dport`: only TCP has it).
    std::optional<std::uint32_t> implied;
    bool anyTransport = false;  ///< `th`: the port's bytes of whatever protocol it is
};

/// One selector, or several side by side (`ip daddr . tcp dport`).
struct Key {
    std::vector<Selector> selectors;

    [[nodiscard]] bool is(ValueKind kind) const { return selectors.size() == 1 && selectors[0].kind == kind; }
};

/// Nothing where the expression, or a part of it, is not known.
std::optional<Key> read_key(const syntax::Node& expression);

/// The packets whose looked-at values lie in `values`, which says nothing yet of what looking implies.
Match looked_at(const Key& key, Match values, Budget& budget);

}  // namespace tenantry::local_read

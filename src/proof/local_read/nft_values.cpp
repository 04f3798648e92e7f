#include "nft_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace tenantry::local_read {
namespace {

/// What the model can say of one value. Vague: it matches some of `intervals`.
struct Values {
    std::vector<Interval> intervals;
    bool vague = false;
};

struct NamedNumber {
    std::string_view name;
    std::uint32_t number;
};
// IANA protocol numbers under the names that nft prints (/etc/protocols).
constexpr std::array protocolNames{NamedNumber{"icmp", 1},       NamedNumber{"igmp", 2},   NamedNumber{"tcp", 6},
                                   NamedNumber{"udp", 17},       NamedNumber{"dccp", 33},  NamedNumber{"gre", 47},
                                   NamedNumber{"esp", 50},       NamedNumber{"ah", 51},    NamedNumber{"icmpv6", 58},
                                   NamedNumber{"ipv6-icmp", 58}, NamedNumber{"comp", 108}, NamedNumber{"sctp", 132},
                                   NamedNumber{"udplite", 136}};

constexpr std::uint32_t number_of(verify::State state) { return static_cast<std::uint32_t>(state); }
constexpr std::array stateNames{NamedNumber{"new", number_of(verify::State::fresh)},
                                NamedNumber{"established", number_of(verify::State::established)},
                                NamedNumber{"related", number_of(verify::State::related)},
                                NamedNumber{"invalid", number_of(verify::State::invalid)},
                                NamedNumber{"untracked", number_of(verify::State::untracked)}};

template <class Names>
std::optional<std::uint32_t> by_name(const Names& names, std::string_view name) {
    const auto found = std::ranges::find(names, name, &NamedNumber::name);
    return found == names.end() ? std::nullopt : std::optional(found->number);
}

// nft takes a number in quotes like one without.
std::optional<std::uint32_t> read_number(const Node& node, std::uint32_t limit) {
    if (!node.is_scalar()) return std::nullopt;
    const std::string_view text = node.text();
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || text.empty() || value > limit) return std::nullopt;
    return value;
}

std::optional<std::uint32_t> read_scalar(ValueKind kind, const Node& node) {
    const std::string_view text = as_text(node).value_or("");
    switch (kind) {
        case ValueKind::address: {
            const auto address = Ipv4::parse(text);
            return address ? std::optional(address->value) : std::nullopt;
        }
        case ValueKind::protocol: {
            const auto number = by_name(protocolNames, text);
            return number ? number : read_number(node, 255);
        }
        case ValueKind::port:
            return read_number(node, 65535);
        case ValueKind::state:
            return by_name(stateNames, text);
        case ValueKind::interfaceName:
        case ValueKind::family:
        case ValueKind::icmpType:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Values> one(std::optional<Interval> interval) {
    if (!interval) return std::nullopt;
    return Values{{*interval}, false};
}

std::optional<Interval> read_range(ValueKind kind, const Node& range) {
    if (!range.is_list() || range.size() != 2) return std::nullopt;
    const auto low = read_scalar(kind, range.item(0));
    const auto high = read_scalar(kind, range.item(1));
    if (!low || !high || *low > *high || kind == ValueKind::state) return std::nullopt;
    return Interval{*low, *high};
}

std::optional<Interval> read_prefix(const Node& prefix) {
    const auto text = prefix.find("addr");
    const auto length = prefix.find("len");
    if (!text || !length || prefix.size() != 2) return std::nullopt;
    const auto address = read_scalar(ValueKind::address, *text);
    const auto bits = read_number(*length, 32);
    if (!address || !bits) return std::nullopt;
    const std::uint32_t hostBits = *bits == 0 ? 0xffffffffU : (std::uint32_t{1} << (32 - *bits)) - 1;
    return Interval{*address & ~hostBits, *address | hostBits};
}

// `eth*` is every name that begins so; `eth\*` is the name `eth*` itself (nft(8), "IFNAME TYPE").
std::optional<Values> read_interface(const NftContext& context, const Node& node) {
    const auto text = as_text(node);
    if (!text || text->empty() || *text == "*") return std::nullopt;
    Values values;
    const auto add = [&](Index<verify::Interface> found) { values.intervals.push_back({found.at + 1, found.at + 1}); };
    const bool escaped = text->ends_with("\\*");
    if (!escaped && text->ends_with('*')) {
        const std::string_view prefix = text->substr(0, text->size() - 1);
        const verify::Facts& facts = context.scope.reading.facts;
        for (const auto interface : facts.devices[context.router.at].interfaces)
            if (facts.interfaces[interface.at].name.starts_with(prefix)) add(interface);
        return values;
    }
    const std::string name = escaped ? std::string(text->substr(0, text->size() - 2)) + '*' : std::string(*text);
    // A name that the router does not have matches nothing.
    if (const auto found = context.networks.interface(context.router, name)) add(*found);
    return values;
}

std::optional<Values> read_family(const Node& node) {
    if (node.is_scalar() && (node.text() == "ipv4" || node.text() == "2")) return Values{{{0, 255}}, false};
    // No packet of the model is IPv6.
    if (node.is_scalar() && (node.text() == "ipv6" || node.text() == "10")) return Values{};
    return std::nullopt;
}

std::optional<Values> read_component(const NftContext& context, const Selector& selector, const Node& node) {
    switch (selector.kind) {
        case ValueKind::interfaceName:
            return read_interface(context, node);
        case ValueKind::family:
            return read_family(node);
        // The model's ICMP has no types.
        case ValueKind::icmpType:
            return node.is_scalar() ? std::optional(Values{{{0, 255}}, true}) : std::nullopt;
        case ValueKind::address:
            if (const auto prefix = node.find("prefix")) return one(read_prefix(*prefix));
            [[fallthrough]];
        case ValueKind::protocol:
        case ValueKind::port:
        case ValueKind::state:
            break;
    }
    if (const auto range = node.find("range")) return one(read_range(selector.kind, *range));
    const auto value = read_scalar(selector.kind, node);
    return value ? one(Interval{*value, *value}) : std::nullopt;
}

std::optional<Match> read_components(NftContext& context, const Key& key, const Node& value) {
    const auto concat = value.find("concat");
    const std::size_t count = concat ? (concat->is_list() ? concat->size() : 0) : 1;
    if (count != key.selectors.size()) return std::nullopt;
    Match match = Match::everything();
    bool vague = false;
    for (std::size_t i = 0; i < count; ++i) {
        const Selector& selector = key.selectors[i];
        const auto values = read_component(context, selector, concat ? concat->item(i) : value);
        if (!values) return std::nullopt;
        vague = vague || values->vague;
        Match component;
        for (const Interval& interval : values->intervals) component.sure.emplace_back()[selector.field] = interval;
        match = both(match, component, context.budget);
    }
    return vague ? doubted(std::move(match)) : match;
}

// `ct state established,related` is a list in JSON: any of them.
std::optional<Match> read_state_list(NftContext& context, const Key& key, const Node& list) {
    std::vector<Match> matches;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto match = read_components(context, key, list.item(i));
        if (!match) return std::nullopt;
        matches.push_back(std::move(*match));
    }
    return any_of(matches, context.budget);
}

}  // namespace

Match read_value(NftContext& context, const Key& key, const Node& value) {
    const auto match = value.is_list() && key.is(ValueKind::state) ? read_state_list(context, key, value)
                                                                   : read_components(context, key, value);
    if (match) return *match;
    context.scope.unclear(value.at(), fmt::format("The value `{}` of an nft match is not known.",
                                                  context.scope.reading.sources.text(value.at())));
    return Match::unknown();
}

std::optional<Match> read_comparison(const Key& key, std::string_view op, const Node& value) {
    if (key.selectors.size() != 1) return std::nullopt;
    const Selector& selector = key.selectors[0];
    if (selector.kind != ValueKind::address && selector.kind != ValueKind::protocol && selector.kind != ValueKind::port)
        return std::nullopt;
    const auto number = read_scalar(selector.kind, value);
    if (!number) return std::nullopt;
    Match match = Match::everything();
    Interval& its = match.sure[0][selector.field];
    if (op == "<=") its.high = *number;
    if (op == ">=") its.low = *number;
    if ((op == "<" && *number == its.low) || (op == ">" && *number == its.high)) return Match{};
    if (op == "<") its.high = *number - 1;
    if (op == ">") its.low = *number + 1;
    return match;
}

}  // namespace tenantry::local_read

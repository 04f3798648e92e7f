#include "nft_key.hpp"

#include <algorithm>
#include <array>

#include "json_fields.hpp"

namespace tenantry::local_read {
namespace {

namespace protocol = verify::protocol;

struct MetaRow {
    std::string_view key;
    Selector selector;
};
constexpr std::array metaRows{MetaRow{"iifname", {ValueKind::interfaceName, Field::inInterface, {}, false}},
                              MetaRow{"oifname", {ValueKind::interfaceName, Field::outInterface, {}, false}},
                              MetaRow{"l4proto", {ValueKind::protocol, Field::protocol, {}, false}},
                              MetaRow{"nfproto", {ValueKind::family, Field::protocol, {}, false}}};

struct PayloadRow {
    std::string_view header;
    std::string_view field;
    Selector selector;
};
// Looking at the header `ip` implies IPv4, which is all that the model has.
constexpr std::array payloadRows{
    PayloadRow{"ip", "saddr", {ValueKind::address, Field::source, {}, false}},
    PayloadRow{"ip", "daddr", {ValueKind::address, Field::destination, {}, false}},
    PayloadRow{"ip", "protocol", {ValueKind::protocol, Field::protocol, {}, false}},
    PayloadRow{"tcp", "sport", {ValueKind::port, Field::sourcePort, protocol::tcp, false}},
    PayloadRow{"tcp", "dport", {ValueKind::port, Field::destinationPort, protocol::tcp, false}},
    PayloadRow{"udp", "sport", {ValueKind::port, Field::sourcePort, protocol::udp, false}},
    PayloadRow{"udp", "dport", {ValueKind::port, Field::destinationPort, protocol::udp, false}},
    PayloadRow{"th", "sport", {ValueKind::port, Field::sourcePort, {}, true}},
    PayloadRow{"th", "dport", {ValueKind::port, Field::destinationPort, {}, true}},
    PayloadRow{"icmp", "type", {ValueKind::icmpType, Field::protocol, protocol::icmp, false}}};

/// The object under the only key of `expression`, with no keys but `known`.
bool has_only(const Node& object, std::initializer_list<std::string_view> known) {
    if (!object.is_map() || object.size() != known.size()) return false;
    return std::ranges::all_of(known, [&](std::string_view key) { return object.find(key).has_value(); });
}

std::optional<Selector> read_selector(const Node& expression) {
    if (!expression.is_map() || expression.size() != 1) return std::nullopt;
    const syntax::Entry entry = expression.entry(0);
    if (entry.key == "meta" && has_only(entry.value, {"key"})) {
        const auto key = as_text(*entry.value.find("key")).value_or("");
        const auto row = std::ranges::find(metaRows, key, &MetaRow::key);
        if (row != metaRows.end()) return row->selector;
    }
    if (entry.key == "payload" && has_only(entry.value, {"protocol", "field"})) {
        const auto header = as_text(*entry.value.find("protocol")).value_or("");
        const auto field = as_text(*entry.value.find("field")).value_or("");
        for (const PayloadRow& row : payloadRows)
            if (row.header == header && row.field == field) return row.selector;
    }
    // With `dir` it would be of one direction; for the state there is none.
    if (entry.key == "ct" && has_only(entry.value, {"key"}) && as_text(*entry.value.find("key")) == "state")
        return Selector{ValueKind::state, Field::state, {}, false};
    return std::nullopt;
}

// The part of `cubes` whose protocol lies in `protocols`. Where `ports` is false the ports are not known to be ports
// (an ICMP packet has other bytes there), so they say nothing.
void add_with_protocol(std::vector<Cube>& result, const std::vector<Cube>& cubes, Interval protocols, bool ports) {
    for (Cube cube : cubes) {
        Interval& its = cube[Field::protocol];
        its = {std::max(its.low, protocols.low), std::min(its.high, protocols.high)};
        if (its.low > its.high) continue;
        if (!ports) cube[Field::sourcePort] = cube[Field::destinationPort] = {0, 65535};
        result.push_back(cube);
    }
}

// `th` looks at the same bytes for every protocol, and only TCP's and UDP's are ports of the model.
Match with_any_transport(const Match& match) {
    Match result;
    for (const std::uint32_t known : {protocol::tcp, protocol::udp}) {
        add_with_protocol(result.sure, match.sure, {known, known}, true);
        add_with_protocol(result.maybe, match.maybe, {known, known}, true);
    }
    for (const Interval others : {Interval{0, protocol::tcp - 1}, Interval{protocol::tcp + 1, protocol::udp - 1},
                                  Interval{protocol::udp + 1, 255}}) {
        add_with_protocol(result.maybe, match.sure, others, false);
        add_with_protocol(result.maybe, match.maybe, others, false);
    }
    return result;
}

}  // namespace

std::optional<Key> read_key(const syntax::Node& expression) {
    Key key;
    const auto concat = expression.find("concat");
    if (!concat) {
        const auto selector = read_selector(expression);
        if (!selector) return std::nullopt;
        key.selectors.push_back(*selector);
        return key;
    }
    if (expression.size() != 1 || !concat->is_list() || concat->size() == 0) return std::nullopt;
    for (std::size_t i = 0; i < concat->size(); ++i) {
        const auto selector = read_selector(concat->item(i));
        if (!selector) return std::nullopt;
        key.selectors.push_back(*selector);
    }
    return key;
}

Match looked_at(const Key& key, Match values, Budget& budget) {
    Cube implied;
    bool anyTransport = false;
    for (const Selector& selector : key.selectors) {
        anyTransport = anyTransport || selector.anyTransport;
        if (!selector.implied) continue;
        Interval& its = implied[Field::protocol];
        // Two that contradict each other match nothing: low passes high.
        its = {std::max(its.low, *selector.implied), std::min(its.high, *selector.implied)};
    }
    values = both(values, {{implied}, {}}, budget);
    return anyTransport ? with_any_transport(values) : values;
}

}  // namespace tenantry::local_read

#include "packet_set.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tenantry::verify {
namespace {

bool overlap(const Cube& a, const Cube& b) {
    for (std::size_t i = 0; i < fieldCount; ++i)
        if (a.fields[i].high < b.fields[i].low || b.fields[i].high < a.fields[i].low) return false;
    return true;
}

Cube common(const Cube& a, const Cube& b) {
    Cube both;
    for (std::size_t i = 0; i < fieldCount; ++i)
        both.fields[i] = {std::max(a.fields[i].low, b.fields[i].low), std::min(a.fields[i].high, b.fields[i].high)};
    return both;
}

// Appends what of `from` lies outside `hole`, which overlaps it: at most two pieces a field.
void carve(Cube from, const Cube& hole, std::vector<Cube>& pieces) {
    for (std::size_t i = 0; i < fieldCount; ++i) {
        Interval& rest = from.fields[i];
        if (rest.low < hole.fields[i].low) {
            pieces.push_back(from);
            pieces.back().fields[i].high = hole.fields[i].low - 1;
            rest.low = hole.fields[i].low;
        }
        if (rest.high > hole.fields[i].high) {
            pieces.push_back(from);
            pieces.back().fields[i].low = hole.fields[i].high + 1;
            rest.high = hole.fields[i].high;
        }
    }
}

// Cuts `hole` out of `cubes` in place; `taken` gets the parts that lay in it.
void cut(std::vector<Cube>& cubes, const Cube& hole, std::vector<Cube>* taken) {
    std::vector<Cube> pieces;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cubes.size(); ++i) {
        if (!overlap(cubes[i], hole)) {
            if (kept != i) cubes[kept] = cubes[i];
            ++kept;
            continue;
        }
        if (taken != nullptr) taken->push_back(common(cubes[i], hole));
        carve(cubes[i], hole, pieces);
    }
    cubes.resize(kept);
    cubes.insert(cubes.end(), pieces.begin(), pieces.end());
}

// In the order that a reader of a witness cares about.
constexpr std::array byWeight{Field::state,       Field::protocol,   Field::source,
                              Field::destination, Field::sourcePort, Field::destinationPort};

std::uint32_t value_of(const Packet& packet, Field field) {
    switch (field) {
        case Field::source:
            return packet.source.value;
        case Field::destination:
            return packet.destination.value;
        case Field::protocol:
            return packet.protocol;
        case Field::sourcePort:
            return packet.sourcePort;
        case Field::destinationPort:
            return packet.destinationPort;
        case Field::state:
            return static_cast<std::uint32_t>(packet.state);
        case Field::inInterface:
        case Field::outInterface:
            break;
    }
    return 0;
}

unsigned likeness(const Cube& cube, const Packet& wish) {
    unsigned score = 0;
    for (Field field : byWeight) score = score << 1 | (cube[field].contains(value_of(wish, field)) ? 1U : 0U);
    return score;
}

Packet nearest(const Cube& cube, const Packet& wish) {
    const auto pick = [&](Field field) { return std::clamp(value_of(wish, field), cube[field].low, cube[field].high); };
    return {Ipv4{pick(Field::source)},
            Ipv4{pick(Field::destination)},
            static_cast<std::uint8_t>(pick(Field::protocol)),
            static_cast<std::uint16_t>(pick(Field::sourcePort)),
            static_cast<std::uint16_t>(pick(Field::destinationPort)),
            static_cast<State>(pick(Field::state))};
}

}  // namespace

bool has_ports(std::uint32_t protocol) { return protocol == protocol::tcp || protocol == protocol::udp; }

Cube cube_of(const Packet& packet) {
    Cube cube;
    for (Field field : byWeight) cube[field] = {value_of(packet, field), value_of(packet, field)};
    return cube;
}

bool lies_in(const Cube& cube, std::uint32_t in, std::uint32_t out, const Packet& packet) {
    if (!cube[Field::inInterface].contains(in) || !cube[Field::outInterface].contains(out)) return false;
    return std::ranges::all_of(byWeight, [&](Field field) { return cube[field].contains(value_of(packet, field)); });
}

PacketSet::PacketSet(std::span<const Cube> cubes) {
    for (const Cube& cube : cubes) unite(PacketSet(cube));
}

PacketSet PacketSet::from_disjoint(std::vector<Cube> cubes) {
    PacketSet set;
    set.cubes_ = std::move(cubes);
    set.overflow_if_large();
    return set;
}

bool PacketSet::contains(std::uint32_t in, std::uint32_t out, const Packet& packet) const {
    return std::ranges::any_of(cubes_, [&](const Cube& cube) { return lies_in(cube, in, out, packet); });
}

PacketSet PacketSet::split(std::span<const Cube> by) {
    PacketSet taken;
    for (const Cube& hole : by) {
        if (cubes_.empty() || overflowed_) break;
        cut(cubes_, hole, &taken.cubes_);
        overflow_if_large();
        taken.overflow_if_large();
    }
    taken.overflowed_ = overflowed_ = taken.overflowed_ || overflowed_;
    return taken;
}

void PacketSet::subtract(std::span<const Cube> by) {
    for (const Cube& hole : by) {
        if (cubes_.empty() || overflowed_) break;
        cut(cubes_, hole, nullptr);
        overflow_if_large();
    }
}

void PacketSet::subtract(const PacketSet& other) {
    subtract(other.cubes_);
    overflowed_ = overflowed_ || other.overflowed_;
}

void PacketSet::unite(const PacketSet& other) {
    PacketSet added = other;
    added.subtract(*this);
    cubes_.insert(cubes_.end(), added.cubes_.begin(), added.cubes_.end());
    overflowed_ = overflowed_ || added.overflowed_;
    overflow_if_large();
}

PacketSet PacketSet::intersected(std::span<const Cube> by) const {
    PacketSet copy = *this;
    return copy.split(by);
}

void PacketSet::place(std::uint32_t in, std::uint32_t out) {
    for (Cube& cube : cubes_) {
        cube[Field::inInterface] = {in, in};
        cube[Field::outInterface] = {out, out};
    }
}

PacketSet PacketSet::translated(const Translate::Target& target) const {
    Cube tcp;
    tcp[Field::protocol] = {protocol::tcp, protocol::tcp};
    Cube udp;
    udp[Field::protocol] = {protocol::udp, protocol::udp};
    PacketSet others = *this;
    PacketSet ported = others.split(std::array{tcp, udp});
    PacketSet result;
    result.overflowed_ = overflowed_ || others.overflowed_;
    const auto move = [&](const PacketSet& from, bool withPort) {
        for (Cube cube : from.cubes_) {
            cube[Field::destination] = {target.address.value, target.address.value};
            if (withPort) cube[Field::destinationPort] = {target.port->number, target.port->number};
            result.unite(PacketSet(cube));
        }
    };
    move(ported, target.port.has_value());
    move(others, false);
    return result;
}

std::optional<Packet> PacketSet::sample(const Packet& wish) const {
    if (cubes_.empty()) return std::nullopt;
    const auto best = std::ranges::max_element(cubes_, {}, [&](const Cube& cube) { return likeness(cube, wish); });
    return nearest(*best, wish);
}

void PacketSet::overflow_if_large() { overflowed_ = overflowed_ || cubes_.size() > cap; }

}  // namespace tenantry::verify

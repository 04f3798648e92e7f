#include "network.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tenantry::verify {
namespace {

// What every host takes as its own beside its addresses: the limited broadcast (RFC 919) and any multicast group that a
// process may have joined (RFC 5771: 224.0.0.0/4). Neither is forwarded by a unicast route.
constexpr std::array alwaysLocal{Interval{0xE0000000, 0xEFFFFFFF}, Interval{0xFFFFFFFF, 0xFFFFFFFF}};

std::vector<Interval> local_ranges(const Facts& facts, const Device& device) {
    std::vector<Interval> ranges(alwaysLocal.begin(), alwaysLocal.end());
    for (Index<Interface> interface : device.interfaces)
        for (Ipv4 address : facts.interfaces[interface.at].addresses) ranges.push_back({address.value, address.value});
    return ranges;
}

// Where ranges begin; between two of them every destination is treated alike.
std::set<std::uint32_t> borders(const std::vector<Interval>& locals, const std::vector<Route>& routes) {
    std::set<std::uint32_t> begins{0};
    const auto add = [&](std::uint32_t low, std::uint32_t high) {
        begins.insert(low);
        if (high != Interval{}.high) begins.insert(high + 1);
    };
    for (Interval range : locals) add(range.low, range.high);
    for (const Route& route : routes) add(route.to.base.value, route.to.last().value);
    return begins;
}

Exit exit_for(std::uint32_t address, const std::vector<Interval>& locals, const std::vector<Route>& routes) {
    Exit exit;
    exit.local = std::ranges::any_of(locals, [&](Interval range) { return range.contains(address); });
    if (exit.local) return exit;
    int longest = -1;
    for (const Route& route : routes)
        if (route.to.contains(Ipv4{address})) longest = std::max<int>(longest, route.to.prefix);
    exit.nowhere = longest < 0;
    for (const Route& route : routes) {
        if (route.to.prefix != longest || !route.to.contains(Ipv4{address})) continue;
        if (!route.out)
            exit.nowhere = true;
        else if (std::ranges::find(exit.out, *route.out) == exit.out.end())
            exit.out.push_back(*route.out);
    }
    return exit;
}

RoutingTable routing_table(const Facts& facts, const Device& device) {
    RoutingTable table;
    const std::vector<Interval> locals = local_ranges(facts, device);
    const std::set<std::uint32_t> begins = borders(locals, device.routes);
    for (auto begin = begins.begin(); begin != begins.end(); ++begin) {
        const auto next = std::next(begin);
        Exit exit = exit_for(*begin, locals, device.routes);
        auto known = std::ranges::find(table.exits, exit);
        if (known == table.exits.end()) known = table.exits.insert(known, std::move(exit));
        const auto position = static_cast<std::size_t>(known - table.exits.begin());
        const std::uint32_t last = next == begins.end() ? Interval{}.high : *next - 1;
        if (!table.rows.empty() && table.rows.back().exit == position)
            table.rows.back().to.high = last;
        else
            table.rows.push_back({{*begin, last}, position});
    }
    return table;
}

}  // namespace

std::vector<PacketSet> RoutingTable::spread(const PacketSet& packets) const {
    std::vector<std::vector<Cube>> cubes(exits.size());
    for (const Cube& cube : packets.cubes()) {
        const Interval& to = cube[Field::destination];
        for (auto row = std::ranges::partition_point(rows, [&](const Row& r) { return r.to.high < to.low; });
             row != rows.end() && row->to.low <= to.high; ++row) {
            Cube part = cube;
            part[Field::destination] = {std::max(to.low, row->to.low), std::min(to.high, row->to.high)};
            cubes[row->exit].push_back(part);
        }
    }
    std::vector<PacketSet> parts;
    for (std::vector<Cube>& part : cubes) parts.push_back(PacketSet::from_disjoint(std::move(part)));
    return parts;
}

Match::Match(const Rule& rule) : cubes_(rule.match) {
    const auto interface = [](const Cube& cube) { return cube[Field::inInterface].low; };
    const auto others = std::ranges::partition(
        cubes_, [](const Cube& cube) { return cube[Field::inInterface].low == cube[Field::inInterface].high; });
    std::ranges::sort(cubes_.begin(), others.begin(), {},
                      [&](const Cube& cube) { return std::pair(interface(cube), cube); });
    pinned_ = static_cast<std::size_t>(others.begin() - cubes_.begin());
}

std::span<const Cube> Match::on_interface(std::uint32_t in) const {
    const auto found = std::ranges::equal_range(std::span(cubes_).first(pinned_), in, {},
                                                [](const Cube& cube) { return cube[Field::inInterface].low; });
    return {found.begin(), found.end()};
}

Network::Network(const Facts& facts) : facts_(facts) {
    for (const Device& device : facts.devices) {
        Prepared& prepared = devices_.emplace_back();
        prepared.routing = routing_table(facts, device);
        for (const Chain& chain : device.chains) prepared.matches.emplace_back(chain.rules.begin(), chain.rules.end());
        for (const Chain& chain : device.chains)
            if (chain.base) prepared.hooks[static_cast<std::size_t>(chain.base->hook)].push_back(&chain);
        for (auto& hook : prepared.hooks)
            std::ranges::sort(hook, {}, [](const Chain* chain) { return std::pair(chain->base->priority, chain); });
    }
}

}  // namespace tenantry::verify

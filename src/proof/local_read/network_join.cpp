#include <algorithm>

#include <fmt/format.h>

#include "network.hpp"

namespace tenantry::local_read {

std::optional<Index<verify::Interface>> Networks::other_end(const Link& link) const {
    const auto device = link.space.starts_with('/') ? at_path(link.space) : named(link.scope.owner, link.space);
    return device ? interface(*device, link.interface) : std::nullopt;
}

void Networks::join_links() {
    std::vector<verify::Interface>& interfaces = reading_.facts.interfaces;
    std::vector<const Link*> linkOf(interfaces.size());
    std::vector<std::optional<InterfaceIndex>> claimed(interfaces.size());
    for (const Link& link : links_) {
        linkOf[link.from.at] = &link;
        claimed[link.from.at] = other_end(link);
    }
    for (const Link& link : links_) {
        const auto other = claimed[link.from.at];
        if (other && *other != link.from && claimed[other->at] == link.from) {
            interfaces[link.from.at].peer = other;
            continue;
        }
        const bool inside = other && reading_.facts.devices[interfaces[other->at].device.at].owner == link.scope.owner;
        (inside ? link.scope : link.scope.everybody())
            .unclear(link.at, fmt::format("The link of the interface `{}` ends at `{}` of `{}`, which {}.",
                                          interfaces[link.from.at].name, link.interface, link.space,
                                          other ? "does not end there" : "is not in any network.json"));
    }
    for (const Neighbour& neighbour : neighbours_) {
        const auto peer = interfaces[neighbour.interface.at].peer;
        if (!peer || linkOf[peer->at]->mac == neighbour.mac) continue;
        neighbour.scope.unclear(
            neighbour.at, fmt::format("The neighbour entry says {}, but the other end of `{}` has {}.", neighbour.mac,
                                      interfaces[neighbour.interface.at].name, linkOf[peer->at]->mac));
    }
    settle_routes();
}

// A permanent entry says whose frame it is, or the other end answers for its own address.
bool Networks::answers(InterfaceIndex interface, Ipv4 address) const {
    if (entries_.contains({interface, address})) return true;
    const auto peer = reading_.facts.interfaces[interface.at].peer;
    if (!peer) return true;  // told where the link was read
    const auto& addresses = reading_.facts.interfaces[peer->at].addresses;
    return std::ranges::find(addresses, address) != addresses.end();
}

void Networks::settle_routes() {
    for (const Neighbour& neighbour : neighbours_) entries_.insert({neighbour.interface, neighbour.address});
    for (const Way& way : ways_)
        if (way.route.out && !way.route.via) direct_[way.device].push_back(way.route);
    for (const Way& way : ways_) {
        const verify::Route& route = way.route;
        if (route.via) {
            // The kernel takes only a gateway that a direct route of the same interface leads to (fib_check_nh).
            const auto& direct = direct_[way.device];
            const bool near = std::ranges::any_of(direct, [&](const verify::Route& other) {
                return other.out == route.out && other.to.contains(*route.via);
            });
            if (!near) {
                way.scope.unclear(
                    route.at,
                    fmt::format("The kernel refuses the route to {}: no direct route leads to its gateway {}.",
                                route.to.str(), route.via->str()));
                continue;
            }
        }
        if (route.out && (!route.via && route.to.prefix != 32))
            way.scope.unclear(route.at, fmt::format("Who answers for the addresses of {} on this link is not known.",
                                                    route.to.str()));
        else if (route.out && !answers(*route.out, route.via.value_or(route.to.base)))
            way.scope.unclear(route.at, fmt::format("Nobody answers for {}, the next hop of the route to {}.",
                                                    route.via.value_or(route.to.base).str(), route.to.str()));
        reading_.facts.devices[way.device.at].routes.push_back(route);
    }
}

void Networks::join_sockets(const std::map<std::string, Index<verify::Process>, std::less<>>& processes) {
    std::set<std::string_view> paths;
    for (const Socket& socket : sockets_) {
        if (!paths.insert(socket.path).second)
            socket.scope.everybody().unclear(
                socket.at, fmt::format("Two ingress sockets have the path `{}`; one of them is open.", socket.path));
        const std::string& environment = reading_.facts.environments[socket.scope.owner->at].name;
        const auto process = processes.find(fmt::format("{}/{}", environment, socket.task));
        if (process == processes.end())
            socket.scope.unclear(socket.at,
                                 fmt::format("The ingress socket is for the task `{}`, which `{}` does not have.",
                                             socket.task, environment));
        else
            reading_.facts.sockets.push_back({socket.path, process->second, socket.descriptor, socket.at});
    }
}

}  // namespace tenantry::local_read

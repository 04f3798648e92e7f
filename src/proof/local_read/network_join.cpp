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

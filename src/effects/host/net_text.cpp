#include "net_text.hpp"

#include <algorithm>

#include <tenantry/base/json_text.hpp>

namespace tenantry::host {
namespace {

bool is_listed(const KernelLink& link) { return !link.loopback && !link.is_idle(); }

template <class Value>
void append_unsaid(std::vector<std::string>& other, const std::vector<Row<Value>>& rows) {
    for (const Row<Value>& row : rows)
        if (!row.value) other.push_back(row.text);
}

// Sorted, so that one state has one text: the kernel lists in any order.
template <class Value>
std::vector<Value> values(const std::vector<Row<Value>>& rows) {
    std::vector<Value> values;
    for (const Row<Value>& row : rows)
        if (row.value) values.push_back(*row.value);
    std::ranges::sort(values);
    return values;
}

std::vector<std::string> others_of(const SeenSpace& space) {
    std::vector<std::string> other = space.more;
    for (const auto& [link, peer] : space.links) {
        if (link.program) other.push_back(fmt::format("a program that sees the packets of {}", link.name));
        if (!is_listed(link)) continue;
        if (!link.up) other.push_back(fmt::format("the interface {} is down", link.name));
        if (link.size != linkSize)
            other.push_back(fmt::format("the interface {} takes {} bytes", link.name, link.size));
    }
    append_unsaid(other, space.entries.addresses);
    append_unsaid(other, space.entries.routes);
    append_unsaid(other, space.entries.neighbours);
    append_unsaid(other, space.entries.rules);
    append_unsaid(other, space.entries.queues);
    const auto rules = values(space.entries.rules);
    for (const DefaultRule& rule : default_rules())
        if (std::ranges::find(rules, rule) == rules.end())
            other.push_back(fmt::format("no rule {} for table {}", rule.priority, rule.table));
    std::ranges::sort(other);
    return other;
}

void write_links(JsonText& json, const SeenSpace& space) {
    const auto addresses = values(space.entries.addresses);
    json.key("interfaces").array();
    for (const auto& [link, peer] : space.links) {
        if (!is_listed(link)) continue;
        json.object(Layout::line).member("name", link.name).member("mac", link.mac.value_or(world::Mac{}).str());
        json.key("addresses").array();
        for (const KernelAddress& address : addresses)
            if (address.interface == link.name) json.value(fmt::format("{}/{}", address.address.str(), address.prefix));
        json.end();
        if (peer)
            json.key("peer").object().member("namespace", peer->nameSpace).member("interface", peer->interface).end();
        json.end();
    }
    json.end();
}

void write_space(JsonText& json, const SeenSpace& space) {
    json.object().member("name", space.name).member("path", space.path);
    const auto forwards = space.sysctls.find("net.ipv4.ip_forward");
    json.member("forwards", forwards != space.sysctls.end() && forwards->second != "0");
    json.key("sysctls").object(Layout::line);
    for (const auto& [key, value] : space.sysctls) json.member(key, value);
    json.end();
    write_links(json, space);
    json.key("routes").array();
    for (const world::RouteSpec& route : values(space.entries.routes)) {
        json.object(Layout::line).member("to", route.to.str());
        if (route.via) json.member("via", route.via->str());
        if (route.interface) json.member("interface", *route.interface);
        if (!route.interface) json.member("unreachable", true);
        json.end();
    }
    json.end().key("neighbours").array();
    for (const world::NeighbourSpec& entry : values(space.entries.neighbours))
        json.object(Layout::line)
            .member("address", entry.address.str())
            .member("mac", entry.mac.str())
            .member("interface", entry.interface)
            .end();
    json.end();
    if (const auto other = others_of(space); !other.empty()) {
        json.key("other").array();
        for (const std::string& one : other) json.value(one);
        json.end();
    }
    json.end();
}

// The router answers for the whole block, whatever of it is in use.
Cidr block_of(std::span<const SeenSpace> spaces) {
    std::optional<Cidr> block;
    for (const SeenSpace& space : spaces)
        if (space.name == "router")
            for (const world::RouteSpec& route : values(space.entries.routes))
                if (!route.interface && (!block || route.to.prefix < block->prefix)) block = route.to;
    return block.value_or(Cidr{});
}

}  // namespace

std::string network_text(const world::Placement& placement, std::span<const SeenSpace> spaces,
                         std::span<const world::SocketSpec> sockets) {
    JsonText json;
    json.object().member("version", world::netSpecVersion).member("platform", placement.platform);
    json.member("environment", placement.environment).member("block", block_of(spaces).str());
    json.key("namespaces").array();
    for (const SeenSpace& space : spaces) write_space(json, space);
    json.end().key("sockets").array();
    for (const world::SocketSpec& socket : sockets)
        json.object(Layout::line)
            .member("path", socket.path)
            .member("host", socket.host)
            .member("task", socket.task)
            .member("descriptor", socket.descriptor)
            .end();
    json.end().end();
    return std::move(json).take();
}

}  // namespace tenantry::host

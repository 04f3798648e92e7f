#include <fmt/format.h>

#include <tenantry/base/json_text.hpp>
#include <tenantry/world/net_spec.hpp>

namespace tenantry::world {
namespace {

void write(JsonText& json, const InterfaceSpec& interface) {
    json.object(Layout::line).member("name", interface.name).member("mac", interface.mac.str());
    json.key("addresses").array();
    for (const Cidr& address : interface.addresses) json.value(address.str());
    json.end().key("peer").object();
    json.member("namespace", interface.peer.nameSpace).member("interface", interface.peer.interface);
    json.end().end();
}

void write(JsonText& json, const RouteSpec& route) {
    json.object(Layout::line).member("to", route.to.str());
    if (route.via) json.member("via", route.via->str());
    if (route.interface) json.member("interface", *route.interface);
    if (!route.interface) json.member("unreachable", true);
    json.end();
}

void write(JsonText& json, const NeighbourSpec& neighbour) {
    json.object(Layout::line).member("address", neighbour.address.str()).member("mac", neighbour.mac.str());
    json.member("interface", neighbour.interface).end();
}

void write(JsonText& json, const SocketSpec& socket) {
    json.object(Layout::line).member("path", socket.path).member("host", socket.host);
    json.member("task", socket.task).member("descriptor", socket.descriptor).end();
}

void write(JsonText& json, const NamespaceSpec& space);

template <class Row>
void write_rows(JsonText& json, std::string_view key, const std::vector<Row>& rows) {
    json.key(key).array();
    for (const Row& row : rows) write(json, row);
    json.end();
}

void write(JsonText& json, const NamespaceSpec& space) {
    json.object().member("name", space.name).member("path", space.path).member("forwards", space.forwards);
    json.key("sysctls").object(Layout::line);
    for (const auto& [name, value] : space.sysctls) json.member(name, value);
    json.end();
    write_rows(json, "interfaces", space.interfaces);
    write_rows(json, "routes", space.routes);
    write_rows(json, "neighbours", space.neighbours);
    json.end();
}

}  // namespace

std::string Mac::str() const { return fmt::format("{:02x}", fmt::join(bytes, ":")); }

std::string encode(const NetSpec& spec) {
    JsonText json;
    json.object().member("version", netSpecVersion).member("platform", spec.platform);
    json.member("environment", spec.environment);
    json.member("block", spec.block.str());
    write_rows(json, "namespaces", spec.namespaces);
    write_rows(json, "sockets", spec.sockets);
    json.end();
    return std::move(json).take();
}

}  // namespace tenantry::world

#include "network.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/local_read/codes.hpp>
#include <tenantry/syntax/json.hpp>

#include "sysctls.hpp"

namespace tenantry::local_read {
namespace {

// What dev_valid_name of Linux takes (net/core/dev.c), without the names that are not listed.
bool is_interface_name(std::string_view name) {
    return !name.empty() && name.size() < 16 && name != "." && name != ".." &&
           name.find_first_of("/: \t\n\v\f\r") == std::string_view::npos;
}

}  // namespace

void Networks::read(const Scope& scope, SourceId source) {
    const auto tree = syntax::parse_json(reading_.sources, source, {}, reading_.diagnostics);
    if (!tree) return;
    const auto root = Object::of(scope, Node::root(*tree), "the network file");
    if (!root) return;
    root->expect_only({"version", "platform", "environment", "block", "namespaces", "sockets"});
    verify::EnvironmentFact& environment = reading_.facts.environments[scope.owner->at];
    if (const auto version = root->number("version"); version && *version != 1)
        scope.unclear(root->find("version")->at(), fmt::format("Version {} of network.json is not known.", *version));
    if (const auto name = root->text("environment")) {
        environment.at = root->find("environment")->at();
        if (*name != environment.name)
            scope.everybody().unclear(environment.at,
                                      fmt::format("The folder of `{}` says that it is `{}`.", environment.name, *name));
    }
    if (const auto platform = root->text("platform"); platform && !grammar::label(*platform))
        reading_.platforms.emplace(environment.name, *platform);
    if (const auto block = root->range("block")) environment.block = *block;
    if (const auto spaces = root->list("namespaces"))
        for (std::size_t i = 0; i < spaces->size(); ++i)
            if (const auto space = Object::of(scope, spaces->item(i), "the namespace")) read_namespace(scope, *space);
    if (const auto sockets = root->list("sockets"))
        for (std::size_t i = 0; i < sockets->size(); ++i)
            if (const auto socket = Object::of(scope, sockets->item(i), "the socket")) read_socket(scope, *socket);
}

void Networks::read_namespace(const Scope& scope, const Object& space) {
    space.expect_only({"name", "path", "forwards", "sysctls", "interfaces", "routes", "neighbours", "other"});
    const auto name = space.text("name");
    const auto path = space.text("path");
    const auto forwards = space.boolean("forwards");
    if (!name || !path || !forwards) return;
    const Span at = space.find("name")->at();
    if (const auto refusal = grammar::file_path(*path)) {
        scope.wrong(code::malformedValue, space.find("path")->at(),
                    fmt::format("The path of the namespace `{}` {}.", *name, *refusal));
        return;
    }
    const DeviceIndex device{static_cast<std::uint32_t>(reading_.facts.devices.size())};
    const std::string full = fmt::format("{}/{}", reading_.facts.environments[scope.owner->at].name, *name);
    const bool newPath = byPath_.try_emplace(std::string(*path), device).second;
    if (!newPath || !byName_.try_emplace(full, device).second) {
        if (newPath) byPath_.erase(byPath_.find(*path));
        scope.wrong(code::duplicateNamespace, newPath ? at : space.find("path")->at(),
                    fmt::format("There is already a namespace with the {} `{}`.", newPath ? "name" : "path",
                                newPath ? *name : *path));
        return;
    }
    if (space.find("other")) read_other(scope, space, *name);
    reading_.facts.devices.push_back({full, scope.owner, *forwards, {}, {}, {}, at});
    interfaces_.emplace_back();

    if (const auto sysctls = space.object("sysctls", "the sysctls")) read_sysctls(scope, *sysctls, *name, *forwards);
    if (const auto list = space.list("interfaces")) read_interfaces(scope, *list, device);
    if (const auto list = space.list("routes"))
        for (std::size_t i = 0; i < list->size(); ++i)
            if (const auto route = Object::of(scope, list->item(i), "the route")) read_route(scope, *route, device);
    if (const auto list = space.list("neighbours"))
        for (std::size_t i = 0; i < list->size(); ++i)
            if (const auto entry = Object::of(scope, list->item(i), "the neighbour entry"))
                read_neighbour(scope, *entry, device);
}

// What the kernel has and this format has no words for, in words for people.
void Networks::read_other(const Scope& scope, const Object& space, std::string_view name) {
    const auto list = space.list("other");
    if (!list) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Node item = list->item(i);
        if (const auto what = as_text(item))
            scope.unclear(item.at(), fmt::format("The namespace `{}` has what is not modelled: {}.", name, *what));
        else
            scope.wrong(code::malformedValue, item.at(),
                        fmt::format("`other` of the namespace `{}` holds texts alone.", name));
    }
}

void Networks::read_interfaces(const Scope& scope, const Node& list, DeviceIndex device) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto object = Object::of(scope, list.item(i), "the interface");
        if (!object) continue;
        object->expect_only({"name", "mac", "addresses", "peer"});
        const auto name = object->text("name");
        const auto mac = object->text("mac");
        if (!name || !mac) continue;
        const Span at = object->find("name")->at();
        // The model has no loopback interface: rules that name it match nothing in it.
        if (!is_interface_name(*name) || *name == "lo") {
            scope.wrong(code::malformedValue, at, fmt::format("`{}` cannot be the name of a listed interface.", *name));
            continue;
        }
        const InterfaceIndex index{static_cast<std::uint32_t>(reading_.facts.interfaces.size())};
        if (!interfaces_[device.at].try_emplace(std::string(*name), index).second) {
            scope.unclear(at, fmt::format("The namespace has two interfaces `{}`.", *name));
            continue;
        }
        verify::Interface interface{
            .name = std::string(*name), .device = device, .addresses = {}, .peer = {}, .at = at};
        if (const auto addresses = object->list("addresses")) read_addresses(scope, *addresses, interface);
        reading_.facts.interfaces.push_back(std::move(interface));
        reading_.facts.devices[device.at].interfaces.push_back(index);
        read_link(scope, *object, *mac, index);
    }
}

void Networks::read_addresses(const Scope& scope, const Node& list, verify::Interface& interface) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Node item = list.item(i);
        const std::string_view text = as_text(item).value_or("");
        const std::size_t slash = text.find('/');
        const auto address = Ipv4::parse(text.substr(0, slash));
        if (!address || slash == std::string_view::npos) {
            scope.wrong(
                code::malformedValue, item.at(),
                fmt::format("An address of the interface `{}` is not written like `10.0.0.4/32`.", interface.name));
            continue;
        }
        if (std::ranges::find(interface.addresses, *address) != interface.addresses.end())
            scope.unclear(item.at(),
                          fmt::format("The interface `{}` already has the address {}.", interface.name, text));
        interface.addresses.push_back(*address);
        // The kernel makes a route to the rest of the range by itself; the page knows no such address.
        if (text.substr(slash) != "/32")
            scope.unclear(item.at(), fmt::format("The address {} of the interface `{}` brings a route of its own.",
                                                 text, interface.name));
    }
}

void Networks::read_link(const Scope& scope, const Object& interface, std::string_view mac, InterfaceIndex index) {
    const std::string& name = reading_.facts.interfaces[index.at].name;
    if (!interface.find("peer")) {
        scope.everybody().unclear(interface.find("name")->at(),
                                  fmt::format("Where the link of the interface `{}` ends is not said.", name));
        return;
    }
    const auto peer = interface.object("peer", "the peer");
    if (!peer) return;
    peer->expect_only({"namespace", "interface"});
    const auto space = peer->text("namespace");
    const auto other = peer->text("interface");
    if (!space || !other) return;
    links_.push_back({scope, index, std::string(mac), std::string(*space), std::string(*other), peer->at()});
}

void Networks::read_route(const Scope& scope, const Object& route, DeviceIndex device) {
    route.expect_only({"to", "interface", "via", "unreachable"});
    const auto to = route.range("to");
    if (!to) return;
    verify::Route fact{*to, {}, {}, route.at()};
    const bool unreachable = route.find("unreachable") && route.boolean("unreachable").value_or(false);
    if (route.find("via")) fact.via = route.address("via");
    if (route.find("interface")) {
        const auto name = route.text("interface");
        if (!name) return;
        fact.out = interface(device, *name);
        if (!fact.out)
            return scope.unclear(
                route.find("interface")->at(),
                fmt::format("The route to {} leaves by `{}`, which the namespace does not have.", to->str(), *name));
    }
    // RTM_NEWROUTE with NLM_F_EXCL answers EEXIST (rtnetlink(7)), whatever the second one says.
    if (!routed_.emplace(device, *to).second)
        return scope.unclear(route.at(), fmt::format("There is already a route to {}.", to->str()));
    if (unreachable == fact.out.has_value() || (unreachable && fact.via))
        return scope.unclear(route.at(), fmt::format("Where the route to {} leads is not said clearly.", to->str()));
    ways_.push_back({scope, device, fact});
}

void Networks::read_neighbour(const Scope& scope, const Object& neighbour, DeviceIndex device) {
    neighbour.expect_only({"address", "mac", "interface"});
    const auto address = neighbour.address("address");
    const auto mac = neighbour.text("mac");
    const auto name = neighbour.text("interface");
    if (!address || !mac || !name) return;
    if (const auto found = interface(device, *name))
        neighbours_.push_back({scope, *found, *address, std::string(*mac), neighbour.at()});
    else
        scope.unclear(neighbour.at(), fmt::format("The neighbour {} is on `{}`, which the namespace does not have.",
                                                  address->str(), *name));
}

void Networks::read_socket(const Scope& scope, const Object& socket) {
    socket.expect_only({"path", "host", "task", "descriptor"});
    const auto path = socket.text("path");
    const auto host = socket.text("host");
    const auto task = socket.text("task");
    const auto descriptor = socket.number("descriptor");
    if (!path || !host || !task || !descriptor) return;
    const Span at = socket.find("path")->at();
    if (*path != fmt::format("{}in/{}", machineRoot, *host))
        scope.unclear(at, fmt::format("The socket for the host `{}` is `{}`.", *host, *path));
    sockets_.push_back({scope, std::string(*path), std::string(*task), *descriptor, at});
}

std::optional<Index<verify::Device>> Networks::at_path(std::string_view path) const {
    const auto found = byPath_.find(path);
    return found == byPath_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Index<verify::Device>> Networks::named(verify::Owner owner, std::string_view name) const {
    const auto found = byName_.find(fmt::format("{}/{}", reading_.facts.environments[owner->at].name, name));
    return found == byName_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Index<verify::Interface>> Networks::interface(DeviceIndex device, std::string_view name) const {
    // Devices that no network.json lists stand behind those that have a row here.
    if (device.at >= interfaces_.size()) return std::nullopt;
    const auto found = interfaces_[device.at].find(name);
    return found == interfaces_[device.at].end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tenantry::local_read

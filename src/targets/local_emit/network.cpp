#include "network.hpp"

#include <tenantry/base/check.hpp>

namespace tenantry::local_emit {
namespace {

using world::InterfaceSpec;
using world::Mac;
using world::NamespaceSpec;

// The router's address on every link. Link-local, so that it is in nobody's block (RFC 3927).
constexpr Ipv4 gateway{(169u << 24) | (254u << 16) | (1u << 8) | 1u};

// Locally administered (bit 1 of the first byte, IEEE 802), the end's letter (R, T), the task's address.
Mac mac(std::uint8_t letter, Ipv4 address) {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(address.value >> shift); };
    return {{0x02, letter, byte(24), byte(16), byte(8), byte(0)}};
}
Mac router_mac(Ipv4 address) { return mac(0x52, address); }
Mac task_mac(Ipv4 address) { return mac(0x54, address); }

std::string pinned(const Filling& filling, const std::string& name) {
    return "/run/tenantry/platforms/" + filling.blueprint.commons.platform.str() + "/net/" +
           filling.environment.name() + "/" + name;
}

NamespaceSpec router(const Filling& filling, Cidr block) {
    NamespaceSpec space{.name = "router",
                        .path = pinned(filling, "router"),
                        .forwards = true,
                        .sysctls = {{"net.ipv4.ip_forward", "1"}, {"net.ipv6.conf.all.disable_ipv6", "1"}},
                        .interfaces = {},
                        .routes = {},
                        .neighbours = {}};
    for (const LocalTask& task : filling.tasks.all()) {
        const Ipv4 address = task.placed.address;
        space.interfaces.push_back(
            {task.interface, router_mac(address), {Cidr{gateway, 32}}, {task.placed.name, "eth0"}});
        space.routes.push_back({Cidr{address, 32}, std::nullopt, task.interface});
        space.neighbours.push_back({address, task_mac(address), task.interface});
    }
    space.routes.push_back({block, std::nullopt, std::nullopt});
    return space;
}

NamespaceSpec of_task(const Filling& filling, Cidr block, const LocalTask& task) {
    const Ipv4 address = task.placed.address;
    return {.name = task.placed.name,
            .path = pinned(filling, task.placed.name),
            .forwards = false,
            // A frontend opens a connection for each request: without reuse of those in TIME-WAIT its 28,232 ports
            // (ip-sysctl: ip_local_port_range) would last for 470 requests a second.
            .sysctls = {{"net.ipv4.ip_unprivileged_port_start", "0"},
                        {"net.ipv4.tcp_tw_reuse", "1"},
                        {"net.ipv6.conf.all.disable_ipv6", "1"}},
            .interfaces = {{"eth0", task_mac(address), {Cidr{address, 32}}, {"router", task.interface}}},
            .routes = {{Cidr{gateway, 32}, std::nullopt, "eth0"}, {block, gateway, "eth0"}},
            .neighbours = {{gateway, router_mac(address), "eth0"}}};
}

}  // namespace

world::NetSpec network(const Filling& filling) {
    const Cidr block = filling.value(filling.shape().block);
    world::NetSpec spec{.platform = filling.blueprint.commons.platform.str(),
                        .environment = filling.environment.name(),
                        .block = block,
                        .namespaces = {},
                        .sockets = {}};
    spec.namespaces.push_back(router(filling, block));
    for (const LocalTask& task : filling.tasks.all()) spec.namespaces.push_back(of_task(filling, block, task));

    const auto balancers = filling.tasks.of(blueprint::LoadBalancer{}, Which::first);
    TENANTRY_CHECK(balancers.size() == 1, "one load balancer task runs from the start");
    std::uint32_t descriptor = firstDescriptor;
    for (const HostName& host : filling.hosts)
        spec.sockets.push_back({"/run/tenantry/in/" + host.str(), host.str(), balancers[0].placed.name, descriptor++});
    return spec;
}

}  // namespace tenantry::local_emit

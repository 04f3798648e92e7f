#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/world/net_spec.hpp>

namespace tenantry::world {
namespace {

constexpr Ipv4 task{(10u << 24) | (16u << 8) | 4u};
constexpr Ipv4 gateway{(169u << 24) | (254u << 16) | (1u << 8) | 1u};
constexpr Mac taskMac{{0x02, 0x54, 0x0a, 0x00, 0x10, 0x04}};
constexpr Mac routerMac{{0x02, 0x52, 0x0a, 0x00, 0x10, 0x04}};

NetSpec small_network() {
    const Cidr block{Ipv4{(10u << 24) | (16u << 8)}, 20};
    NamespaceSpec router{.name = "router",
                         .path = "/run/tenantry/platforms/lend/net/acme/production/router",
                         .forwards = true,
                         .sysctls = {{"net.ipv4.ip_forward", "1"}, {"net.ipv6.conf.all.disable_ipv6", "1"}},
                         .interfaces = {{"api-1", routerMac, {{gateway, 32}}, {"api-1", "eth0"}}},
                         .routes = {{{task, 32}, std::nullopt, "api-1"}, {block, std::nullopt, std::nullopt}},
                         .neighbours = {{task, taskMac, "api-1"}}};
    NamespaceSpec api{.name = "api-1",
                      .path = "/run/tenantry/platforms/lend/net/acme/production/api-1",
                      .sysctls = {},
                      .interfaces = {{"eth0", taskMac, {{task, 32}}, {"router", "api-1"}}},
                      .routes = {{{gateway, 32}, std::nullopt, "eth0"}, {block, gateway, "eth0"}},
                      .neighbours = {{gateway, routerMac, "eth0"}}};
    return {.platform = "lend",
            .environment = "acme/production",
            .block = block,
            .namespaces = {router, api},
            .sockets = {{"/run/tenantry/in/acme.lend.localhost", "acme.lend.localhost", "load-balancer-1", 3}}};
}

TEST(NetSpec, HasOneThingALine) { support::expect_golden("world/network.json", encode(small_network())); }

TEST(NetSpec, WithoutRowsHasEmptyArrays) {
    EXPECT_EQ(
        encode({.platform = "lend", .environment = "a/b", .block = {}, .namespaces = {}, .sockets = {}}),
        "{\n  \"version\": 1,\n  \"platform\": \"lend\",\n  \"environment\": \"a/b\",\n  \"block\": \"0.0.0.0/32\",\n"
        "  \"namespaces\": [],\n  \"sockets\": []\n}\n");
}

TEST(NetSpec, RouteWithoutInterfaceIsUnreachable) {
    NetSpec spec = small_network();
    EXPECT_NE(encode(spec).find("{ \"to\": \"10.0.16.0/20\", \"unreachable\": true }"), std::string::npos);
    spec.namespaces[0].routes.pop_back();
    EXPECT_EQ(encode(spec).find("unreachable"), std::string::npos);
}

TEST(Mac, IsSixPairsOfLowerCaseHexDigits) {
    EXPECT_EQ((Mac{{0x02, 0xff, 0x0a, 0x00, 0x10, 0x04}}).str(), "02:ff:0a:00:10:04");
}

}  // namespace
}  // namespace tenantry::world

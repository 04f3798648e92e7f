#include "net_text.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

template <class Value>
Row<Value> row(std::optional<Value> value, std::string text = {}) {
    nlmsghdr header{};
    header.nlmsg_len = sizeof(header);
    return {std::move(value), std::move(text), Message(header)};
}

SeenSpace router() {
    SeenSpace space{.name = "router", .path = "/run/tenantry/platforms/lend/net/acme/demo/router"};
    space.sysctls = {{"net.ipv4.ip_forward", "1"}};
    for (const DefaultRule& rule : default_rules()) space.entries.rules.push_back(row<DefaultRule>(rule));
    space.links.push_back({{.name = "lo", .loopback = true, .up = true}, {}});
    space.links.push_back({{.name = "sit0", .kind = "sit"}, {}});
    space.links.push_back(
        {{.name = "api-1", .kind = "veth", .mac = world::Mac{{2, 82, 10, 0, 0, 4}}, .up = true, .size = 1500},
         world::PeerSpec{"api-1", "eth0"}});
    return space;
}

std::string text(const SeenSpace& space) { return network_text({"lend", "acme/demo"}, std::span(&space, 1), {}); }

TEST(NetText, has_the_form_of_what_is_emitted) {
    SeenSpace space = router();
    space.entries.addresses.push_back(row<KernelAddress>(KernelAddress{"api-1", *Ipv4::parse("169.254.1.1"), 32}));
    space.entries.routes.push_back(row<world::RouteSpec>({{*Cidr::parse("10.0.0.4/32"), {}, "api-1"}}));
    space.entries.routes.push_back(row<world::RouteSpec>({{*Cidr::parse("10.0.0.0/20"), {}, {}}}));
    space.entries.routes.push_back(row<world::RouteSpec>({{*Cidr::parse("10.0.0.0/24"), {}, {}}}));
    space.entries.neighbours.push_back(
        row<world::NeighbourSpec>({{*Ipv4::parse("10.0.0.4"), {{2, 84, 10, 0, 0, 4}}, "api-1"}}));
    EXPECT_EQ(text(space), R"({
  "version": 1,
  "platform": "lend",
  "environment": "acme/demo",
  "block": "10.0.0.0/20",
  "namespaces": [
    {
      "name": "router",
      "path": "/run/tenantry/platforms/lend/net/acme/demo/router",
      "forwards": true,
      "sysctls": { "net.ipv4.ip_forward": "1" },
      "interfaces": [
        { "name": "api-1", "mac": "02:52:0a:00:00:04", "addresses": ["169.254.1.1/32"], "peer": { "namespace": "api-1", "interface": "eth0" } }
      ],
      "routes": [
        { "to": "10.0.0.0/20", "unreachable": true },
        { "to": "10.0.0.0/24", "unreachable": true },
        { "to": "10.0.0.4/32", "interface": "api-1" }
      ],
      "neighbours": [
        { "address": "10.0.0.4", "mac": "02:54:0a:00:00:04", "interface": "api-1" }
      ]
    }
  ],
  "sockets": []
}
)");
}

TEST(NetText, loses_nothing_that_has_no_words) {
    SeenSpace space = router();
    space.more = {"the table ip nat of the older packet filter"};
    space.links[0].link.program = true;
    space.links[2].link.up = false;
    space.links[2].link.size = 1400;
    space.links[2].peer.reset();
    space.entries.addresses.push_back(row<KernelAddress>({}, "the address fd00::1/64 of api-1"));
    space.entries.routes.push_back(row<world::RouteSpec>({}, "the route of kind 6 to 10.9.0.0/16 in table 254"));
    space.entries.neighbours.push_back(row<world::NeighbourSpec>({}, "the proxied neighbour 10.0.0.9 on api-1"));
    space.entries.rules.front() = row<DefaultRule>({}, "the rule 5 for table 100");
    space.entries.queues.push_back(row<DefaultRule>({}, "the queueing discipline clsact of api-1"));
    const std::string all = text(space);
    EXPECT_NE(all.find(R"({ "name": "api-1", "mac": "02:52:0a:00:00:04", "addresses": [] })"), std::string::npos)
        << all;
    EXPECT_EQ(all.substr(all.find("\"other\"")), R"("other": [
        "a program that sees the packets of lo",
        "no rule 0 for table 255",
        "the address fd00::1/64 of api-1",
        "the interface api-1 is down",
        "the interface api-1 takes 1400 bytes",
        "the proxied neighbour 10.0.0.9 on api-1",
        "the queueing discipline clsact of api-1",
        "the route of kind 6 to 10.9.0.0/16 in table 254",
        "the rule 5 for table 100",
        "the table ip nat of the older packet filter"
      ]
    }
  ],
  "sockets": []
}
)");
}

}  // namespace
}  // namespace tenantry::host

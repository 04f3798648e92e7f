// What somebody changes in the kernel by hand is found by the reader, and undone by the next `ensure`.

#include <algorithm>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "network_support.hpp"

namespace tenantry::host {
namespace {

struct Edit {
    std::string_view space;
    std::string_view command;  ///< run in the space; `@NORTE` is the folder of the other environment's pins
    std::string_view found;    ///< a part of what is not understood, or a claim that does not hold
};

constexpr Edit edits[] = {
    // Where packets go.
    {"router", "ip route add 10.9.0.0/16 dev api-1", "Who answers for the addresses of 10.9.0.0/16"},
    {"router", "ip route replace 10.0.0.4/32 dev web-1", "NET-6"},
    {"router", "ip route del 10.0.0.4/32", "NET-6"},
    {"router", "ip route del unreachable 10.0.0.0/20", "NET-8"},
    {"router", "ip route add blackhole 10.9.0.0/16", "the route of kind 6 to 10.9.0.0/16 in table 254"},
    {"router", "ip route add 10.0.0.4/32 dev web-1 metric 5", "the route of kind 1 to 10.0.0.4/32 in table 254"},
    {"router", "ip route add 10.9.0.0/16 dev api-1 table 100", "the route of kind 1 to 10.9.0.0/16 in table 100"},
    {"router", "ip route add local 10.0.0.9 dev lo table local", "the route of kind 2 to 10.0.0.9/32 in table 255"},
    {"router", "ip rule add from all lookup 100 priority 5", "the rule 5 for table 100"},
    {"router", "ip rule add iif api-1 lookup main priority 32766", "the rule 32766 for table 254"},
    {"api-1", "ip rule del lookup default", "no rule 32767 for table 253"},
    {"api-1", "ip route add default via 169.254.1.1 dev eth0 table 7", "in table 7"},
    // Addresses and neighbours.
    {"api-1", "ip addr add 10.0.0.5/32 dev lo", "the address 10.0.0.5/32 of lo"},
    {"api-1", "ip addr add 192.0.2.1/32 dev eth0", "NET-8"},
    {"api-1", "ip addr add 10.0.0.77/24 dev eth0", "The address 10.0.0.77/24 of the interface `eth0` brings a route"},
    {"api-1", "ip addr add 10.0.0.77 peer 10.0.0.78 dev eth0", "the address 10.0.0.77/32 of eth0"},
    {"api-1", "ip addr del 10.0.0.4/32 dev eth0", "NET-6"},
    {"router", "ip neigh replace 10.0.0.4 lladdr 02:00:00:00:00:01 dev api-1 nud permanent",
     "The neighbour entry says"},
    {"router", "ip neigh add proxy 10.0.0.99 dev api-1", "the proxied neighbour 10.0.0.99 on api-1"},
    // Links.
    {"router", "ip link add up1 type veth peer name up2", "the interface up1 is down"},
    {"router", "ip link add up1 type veth peer name up2 netns 1", "Where the link of the interface `up1` ends"},
    {"router", "ip link add up1 type veth peer name up2 netns @NORTE/router", "the interface up1 is down"},
    {"api-1", "ip link set eth0 down", "the interface eth0 is down"},
    {"api-1", "ip link set eth0 mtu 1400", "the interface eth0 takes 1400 bytes"},
    {"api-1", "ip link set eth0 address 02:00:00:00:00:01", "The neighbour entry says"},
    {"router", "ip link del api-1", "NET-6"},
    {"api-1", "tc qdisc add dev eth0 root pfifo", "the queueing discipline pfifo of eth0"},
    // Settings.
    {"api-1", "sysctl -qw net.ipv4.conf.eth0.forwarding=1", "the sysctl `net.ipv4.conf.eth0.forwarding`"},
    {"router", "sysctl -qw net.ipv4.ip_forward=0", "NET-6"},
    {"router", "sysctl -qw net.ipv4.conf.all.rp_filter=1", "the sysctl `net.ipv4.conf.all.rp_filter`"},
    {"router", "sysctl -qw net.ipv4.conf.api-1.proxy_arp=1", "the sysctl `net.ipv4.conf.api-1.proxy_arp`"},
    {"router", "sysctl -qw net.ipv4.conf.lo.route_localnet=1", "the sysctl `net.ipv4.conf.lo.route_localnet`"},
    {"api-1", "sysctl -qw net.ipv6.conf.all.disable_ipv6=0", "does not set net.ipv6.conf.all.disable_ipv6"},
    {"api-1", "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0", "the sysctl `net.ipv6.conf.eth0.disable_ipv6`"},
    // Rules.
    {"router", "nft add rule inet tenantry relay accept", "NET-5"},
    {"router", "nft add element inet tenantry calls { web-1 . scoring-1 . tcp . 9100 }", "NET-5"},
    {"router", "nft delete element inet tenantry calls { web-1 . api-1 . tcp . 9000 }", "NET-6"},
    {"router", "nft flush ruleset", "NET-"},
    {"router", "nft add table ip more", "The table `ip more` is read by nobody"},
    {"api-1", "nft add table inet more", "the table inet more of rules"},
};

struct NetworkEdits : testing::Test {
    const Emitted own = emitted(acme), other = emitted(norte);
    void SetUp() override { make_both(); }
    void TearDown() override {
        EXPECT_TRUE(network().remove(own.placement()));
        EXPECT_TRUE(network().remove(other.placement()));
    }
    void make_both() const {
        for (const Emitted* wanted : {&own, &other}) {
            const auto done = network().ensure(wanted->network, wanted->rules);
            ASSERT_TRUE(done) << done.error().text();
        }
    }
    [[nodiscard]] std::map<std::string, world::ObservedNetwork, std::less<>> seen() const {
        return {{std::string(acme), *network().observe(own.placement())},
                {std::string(norte), *network().observe(other.placement())}};
    }
};

TEST_F(NetworkEdits, are_found_and_undone) {
    const auto before = seen();
    for (const Edit& edit : edits) {
        std::string command(edit.command);
        if (const std::size_t at = command.find("@NORTE"); at != std::string::npos)
            command.replace(at, 6, namespaces_of(other.placement()));
        run_in(namespaces_of(own.placement()) + "/" + std::string(edit.space), words(command));
        const Reading reading = read(seen());
        std::vector<std::string> said = reading.unclear;
        said.insert(said.end(), reading.broken.begin(), reading.broken.end());
        EXPECT_TRUE(std::ranges::any_of(said, [&](const std::string& one) { return one.find(edit.found) != one.npos; }))
            << edit.space << ": " << edit.command << " is heard as:\n"
            << fmt::format("{}", fmt::join(said, "\n"));
        EXPECT_FALSE(reading.broken.empty()) << edit.space << ": " << edit.command << ": claims cannot hold then";
        make_both();
        const auto after = seen();
        for (const auto& [environment, network] : before)
            ASSERT_EQ(after.at(environment).network, network.network) << edit.space << ": " << edit.command;
        ASSERT_EQ(read(after).facts, read(before).facts) << edit.space << ": " << edit.command;
    }
}

// The claims are decided with it: a task's one link leads to the router, which lets no foreign source through.
TEST_F(NetworkEdits, that_let_a_task_forward_are_a_fact) {
    const std::string task = namespaces_of(own.placement()) + "/api-1";
    run_in(task, words("sysctl -qw net.ipv4.ip_forward=1"));
    const Reading reading = read(seen());
    EXPECT_NE(reading.facts.find("device acme/demo/api-1 of acme/demo forwards"), std::string::npos);
    EXPECT_EQ(reading.broken, std::vector<std::string>{});
    make_both();
    EXPECT_EQ(read(seen()).facts, read({}).facts);
}

// A link between two environments is seen from both ends, by the path of the other's pin.
TEST_F(NetworkEdits, that_join_two_environments_violate_their_isolation) {
    const std::string router = namespaces_of(own.placement()) + "/router";
    const std::string far = namespaces_of(other.placement()) + "/router";
    run_in(router, words("ip link add up1 type veth peer name up2 netns " + far));
    run_in(router, words("ip link set up1 up"));
    run_in(far, words("ip link set up2 up"));
    const Reading reading = read(seen());
    EXPECT_EQ(reading.unclear, std::vector<std::string>{});
    EXPECT_NE(std::ranges::find(reading.broken, "NET-1"), reading.broken.end());
    EXPECT_NE(reading.facts.find("interface up1 peer norte/demo/router:up2"), std::string::npos) << reading.facts;
    make_both();
    EXPECT_EQ(read(seen()).broken, std::vector<std::string>{});
}

}  // namespace
}  // namespace tenantry::host

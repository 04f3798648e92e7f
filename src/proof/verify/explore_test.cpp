#include "explore.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "world_for_test.hpp"

namespace tenantry::verify {
namespace {

using test::lending;
using test::on;
using test::World;

const std::string one = "tenant-1/production";

Reach from(const World& world, Index<Device> sender) {
    return explore(Network(world.facts), sender, {hostile_packets(), SendBy::anyInterface, false});
}

bool arrives(const Reach& reach, Index<Device> at, const Packet& packet) {
    return std::ranges::any_of(reach.delivered, [&](const Arrival& arrival) {
        return arrival.device == at && std::ranges::any_of(arrival.packets.cubes(), [&](const Cube& cube) {
                   return lies_in(cube, cube[Field::inInterface].low, 0, packet);
               });
    });
}

TEST(HostilePackets, HoldNoEstablishedOneAndRelatedOnlyAsIcmp) {
    Packet packet{Ipv4{1}, Ipv4{2}, protocol::tcp, 3, 4, State::fresh};
    const auto made = [&] { return hostile_packets().contains(0, 0, packet); };
    EXPECT_TRUE(made());
    packet.state = State::untracked;
    EXPECT_TRUE(made());
    packet.state = State::established;
    EXPECT_FALSE(made());
    packet.state = State::related;
    EXPECT_FALSE(made());
    packet.protocol = protocol::icmp;
    EXPECT_FALSE(made());  // ports are 0 where there are none
    packet.sourcePort = packet.destinationPort = 0;
    EXPECT_TRUE(made());
}

TEST(Explore, DeliversBroadcastsAndMulticastsAtTheEndOfALink) {
    World world = lending(1);
    const auto left = world.device_index(one + "/worker-1"), right = world.device_index(one + "/api-1");
    world.link(world.add_interface(left, "side", {}), world.add_interface(right, "side", {}));
    const Reach reach = from(world, left);
    EXPECT_TRUE(arrives(reach, right, {Ipv4{1}, Ipv4{0xFFFFFFFF}, protocol::udp, 1, 2, State::fresh}));
    EXPECT_TRUE(arrives(reach, right, {Ipv4{1}, Ipv4{0xE0000001}, protocol::udp, 1, 2, State::fresh}));
    EXPECT_FALSE(arrives(reach, right, {Ipv4{1}, Ipv4{0xF0000001}, protocol::udp, 1, 2, State::fresh}));
    // The router does not pass them on.
    EXPECT_FALSE(arrives(reach, world.device_index(one + "/web-1"),
                         {Ipv4{1}, Ipv4{0xE0000001}, protocol::udp, 1, 2, State::fresh}));
}

TEST(Explore, TakesEveryOneOfEqualRoutes) {
    World world = lending(1);
    auto& router = world.device(one + "/router");
    router.chains.clear();
    router.routes.push_back({{Ipv4{0x0A001007}, 32}, world.port(one + "/router", "web-2"), std::nullopt, {}});
    world.facts.interfaces[world.device(one + "/web-2").interfaces[0].at].addresses.push_back(Ipv4{0x0A001007});
    const Reach reach = from(world, world.device_index(one + "/web-1"));
    const Packet packet{Ipv4{0x0A001005}, Ipv4{0x0A001007}, protocol::tcp, 1, 2, State::fresh};
    EXPECT_TRUE(arrives(reach, world.device_index(one + "/api-1"), packet));
    EXPECT_TRUE(arrives(reach, world.device_index(one + "/web-2"), packet));
}

TEST(Explore, GivesUpOnJumpsThatDouble) {
    World world = lending(1);
    auto& chains = world.device(one + "/router").chains;
    const auto first = static_cast<std::uint32_t>(chains.size());
    for (std::uint32_t i = 0; i < 40; ++i) {
        const Rule jump{{Cube{}}, Jump{first + i + 1}, true, {}};
        chains.push_back({"", std::nullopt, {jump, jump}, {}});
    }
    chains.push_back({"", std::nullopt, {}, {}});
    auto& antispoof = chains[0].rules;
    antispoof.insert(antispoof.begin(), {{Cube{}}, Jump{first + 24}, true, {}});
    EXPECT_FALSE(from(world, world.device_index(one + "/web-1")).complete) << "2 to the 16 walks of many cubes";
    antispoof[0].action = Jump{first};
    EXPECT_FALSE(from(world, world.device_index(one + "/web-1")).complete) << "deeper than Linux takes";
    antispoof[0].action = Jump{first + 36};
    EXPECT_TRUE(from(world, world.device_index(one + "/web-1")).complete);
}

TEST(Explore, GivesUpOnASetOfTooManyCubesAndTheVerdictIsUnknown) {
    World world = lending(1);
    std::vector<Cube> holes;
    for (std::uint32_t port = 0; port < 65536; port += 2) holes.push_back(on(Field::sourcePort, port));
    auto& antispoof = world.chain(one + "/router", "antispoof").rules;
    antispoof.insert(antispoof.begin(), {{holes}, Drop{}, true, {}});
    EXPECT_FALSE(from(world, world.device_index(one + "/web-1")).complete);
    const auto verdicts = decide(world.facts, world.declared, Pool(1));
    const Verdict& net1 = verdicts[static_cast<std::size_t>(Claim::net1)];
    EXPECT_EQ(net1.answer, Answer::unknown);
    EXPECT_EQ(net1.reason,
              "What tenant-1/production/load-balancer-1 can send falls into more cases than are followed. (7 more "
              "reasons.)");
    EXPECT_EQ(verdicts[static_cast<std::size_t>(Claim::net5)].answer, Answer::unknown);
}

}  // namespace
}  // namespace tenantry::verify

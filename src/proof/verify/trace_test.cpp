#include <gtest/gtest.h>

#include <tenantry/verify/trace.hpp>

#include "world_for_test.hpp"

namespace tenantry::verify {
namespace {

using test::lending;
using test::on;
using test::World;

const std::string one = "tenant-1/production";

std::string lines(const Trace& trace) {
    std::string text;
    for (const Hop& hop : trace.hops) text += hop.text + "\n";
    return text;
}

Packet tcp(std::uint32_t from, std::uint32_t to, std::uint16_t port, State state = State::fresh) {
    return {Ipv4{0x0A001000 + from}, Ipv4{0x0A001000 + to}, protocol::tcp, 40000, port, state};
}

TEST(Trace, FollowsACallThroughItsTranslationToEachTask) {
    World world = lending(1);
    const auto traces = trace(world.facts, world.device_index(one + "/web-1"), tcp(5, 0xF01, 9000));
    ASSERT_EQ(traces.size(), 2U);
    EXPECT_EQ(lines(traces[0]), "tenant-1/production/web-1 sends TCP 10.0.16.5:40000 -> 10.0.31.1:9000\n"
                                "the route to 10.0.16.0/20 leads out of eth0\n"
                                "tenant-1/production/router gets it on web-1\n"
                                "prerouting antispoof: accepted by rule 1\n"
                                "prerouting translate: made TCP 10.0.16.5:40000 -> 10.0.16.7:9000 by rule 1 of to-api\n"
                                "the route to 10.0.16.7/32 leads out of api-1\n"
                                "forward relay: accepted by rule 2\n"
                                "tenant-1/production/api-1 gets it on eth0\n"
                                "it is delivered to tenant-1/production/api-1\n");
    EXPECT_EQ(traces[0].deliveredTo, world.device_index(one + "/api-1"));
    EXPECT_EQ(traces[0].arrived, tcp(5, 7, 9000));
    EXPECT_EQ(traces[0].passed, (std::vector{world.device_index(one + "/router"), world.device_index(one + "/api-1")}));
    EXPECT_EQ(traces[1].deliveredTo, world.device_index(one + "/api-2"));
    EXPECT_EQ(traces[0].hops[4].at, world.chain(one + "/router", "to-api").rules[0].at);
}

// The last line of the only trace.
std::string end_of(const World& world, Index<Device> from, const Packet& packet) {
    const auto traces = trace(world.facts, from, packet);
    EXPECT_EQ(traces.size(), 1U);
    EXPECT_FALSE(traces.front().deliveredTo.has_value());
    return traces.front().hops.back().text;
}

TEST(Trace, SaysWhatStopsAPacket) {
    World world = lending(1);
    const auto web = world.device_index(one + "/web-1");
    EXPECT_EQ(end_of(world, web, tcp(6, 7, 9000)), "prerouting antispoof: dropped by its policy");
    EXPECT_EQ(end_of(world, web, tcp(5, 9, 9100)), "forward relay: dropped by its policy");
    EXPECT_EQ(end_of(world, web, tcp(5, 99, 9000)),
              "tenant-1/production/router has an unreachable route to 10.0.16.0/20");
    EXPECT_EQ(end_of(world, web, {Ipv4{0x0A001005}, Ipv4{0x08080808}, 6, 1, 1, State::fresh}),
              "tenant-1/production/web-1 has no route to 8.8.8.8");
    EXPECT_EQ(end_of(world, web, {Ipv4{0x0A001005}, test::routerAddress, 6, 1, 1, State::fresh}),
              "input arrivals: dropped by its policy");

    World drop = lending(1);
    auto& relay = drop.chain(one + "/router", "relay").rules;
    relay.insert(relay.begin(), {{on(Field::destinationPort, 9000)}, Drop{}, true, {}});
    EXPECT_EQ(end_of(drop, web, tcp(5, 7, 9000)), "forward relay: dropped by rule 1");

    World cut = lending(1);
    cut.facts.interfaces[cut.port(one + "/router", "api-1").at].peer.reset();
    EXPECT_EQ(end_of(cut, web, tcp(5, 7, 9000)), "nothing is at the other end of api-1");

    World moved = lending(1);
    moved.facts.interfaces[moved.device(one + "/api-1").interfaces[0].at].addresses = {Ipv4{1}};
    EXPECT_EQ(end_of(moved, web, tcp(5, 7, 9000)),
              "tenant-1/production/api-1 does not forward, and 10.0.16.7 is not its address");
}

TEST(Trace, EndsACircle) {
    World world = lending(1);
    world.device(one + "/api-1").forwards = true;
    world.device(one + "/router").chains.clear();
    for (Route& route : world.device(one + "/router").routes)
        if (route.to.prefix == 20) route.out = world.port(one + "/router", "api-1");
    EXPECT_EQ(end_of(world, world.device_index(one + "/web-1"), tcp(5, 99, 9000)), "it goes round in a circle");
}

TEST(Trace, TakesBothOutcomesOfARuleThatIsNotExact) {
    World world = lending(1);
    world.chain(one + "/router", "relay").rules[1].exact = false;
    const auto traces = trace(world.facts, world.device_index(one + "/web-1"), tcp(5, 7, 9000));
    ASSERT_EQ(traces.size(), 2U);
    EXPECT_TRUE(traces[0].deliveredTo.has_value());
    EXPECT_EQ(traces[1].hops.back().text, "forward relay: dropped by its policy");
}

TEST(Trace, ComesBackFromAJumpAndNotFromAGoto) {
    const auto end_with = [](const Action& action) {
        World world = lending(1);
        auto& router = world.device(one + "/router");
        const auto side = static_cast<std::uint32_t>(router.chains.size());
        router.chains.push_back({"side", std::nullopt, {{{Cube{}}, Return{}, true, {}}}, {}});
        auto& relay = world.chain(one + "/router", "relay").rules;
        relay.insert(
            relay.begin(),
            {{Cube{}}, std::holds_alternative<Jump>(action) ? Action{Jump{side}} : Action{Goto{side}}, true, {}});
        return trace(world.facts, world.device_index(one + "/web-1"), tcp(5, 7, 9000)).front().deliveredTo.has_value();
    };
    EXPECT_TRUE(end_with(Jump{}));
    EXPECT_FALSE(end_with(Goto{}));
}

TEST(Trace, GivesNoMoreThanSixtyFourAndFindsTheOneBehindThem) {
    World world = lending(1);
    auto& to = std::get<Translate>(world.chain(one + "/router", "to-api").rules[0].action).to;
    const auto last = to.back();
    to.assign(100, {Ipv4{0x0A001063}, std::nullopt});
    to.push_back(last);
    const auto web = world.device_index(one + "/web-1");
    const Packet packet = tcp(5, 0xF01, 9000);
    EXPECT_EQ(trace(world.facts, web, packet).size(), 64U);
    const auto found = find_trace(world.facts, web, packet, SendBy::route,
                                  [](const Trace& one_) { return one_.deliveredTo.has_value(); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->deliveredTo, world.device_index(one + "/api-2"));
    bool exhausted = false;
    EXPECT_FALSE(find_trace(world.facts, web, packet, SendBy::route, [](const Trace&) { return false; }, &exhausted));
    EXPECT_TRUE(exhausted);
}

}  // namespace
}  // namespace tenantry::verify

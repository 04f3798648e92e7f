#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

TEST(Net5, ShowsTheWholeWayOfAPacketThatNobodyDeclared) {
    World world = lending(2);
    const auto in = world.port(one + "/router", "web-1").at + 1;
    const auto out = world.port(one + "/router", "scoring-1").at + 1;
    world.chain(one + "/router", "relay")
        .rules.push_back(
            {{on(Field::inInterface, in,
                 on(Field::outInterface, out, on(Field::protocol, protocol::tcp, on(Field::destinationPort, 9100))))},
             Accept{},
             true,
             {}});
    const Verdict verdict = verdict_of(world, Claim::net5);
    EXPECT_EQ(told(verdict),
              "NET-5 violated \n"
              "tenant-1/production: tenant-1/production/web-1 can send TCP 10.0.16.5:40000 -> 10.0.16.9:9100 to "
              "tenant-1/production/scoring-1, and web declares no call of scoring. [services.scoring]\n"
              "  tenant-1/production/web-1 sends TCP 10.0.16.5:40000 -> 10.0.16.9:9100\n"
              "  the route to 10.0.16.0/20 leads out of eth0\n"
              "  tenant-1/production/router gets it on web-1\n"
              "  prerouting antispoof: accepted by rule 1\n"
              "  prerouting translate: accepted by its policy\n"
              "  the route to 10.0.16.9/32 leads out of scoring-1\n"
              "  forward relay: accepted by rule 3\n"
              "  tenant-1/production/scoring-1 gets it on eth0\n"
              "  it is delivered to tenant-1/production/scoring-1\n");
    EXPECT_EQ(verdict.findings.front().witness.hops[3].at, world.chain(one + "/router", "antispoof").rules[0].at);
    expect_holds(world, Claim::net1);
    expect_holds(world, Claim::net6);
}

TEST(Net5, MergesWhatOneMistakeOpens) {
    World world = lending(1);
    // web may reach every port of api: two tasks to two tasks.
    std::vector<Cube>& calls = world.chain(one + "/router", "relay").rules[1].match;
    for (Cube& cube : calls)
        if (cube[Field::destinationPort].contains(9000)) cube[Field::destinationPort] = {0, 65535};
    expect_violated(world, Claim::net5,
                    "tenant-1/production/web-1 can send TCP 10.0.16.5:40000 -> 10.0.16.7:80 to "
                    "tenant-1/production/api-1, and web may call api on TCP port 9000 only. (3 more like it.)",
                    "services.api");
}

TEST(Net5, NoticesThatASenderMayLie) {
    World world = lending(1);
    world.chain(one + "/router", "antispoof").rules[0].match[1][Field::source] = Interval{};
    expect_violated(world, Claim::net5,
                    "tenant-1/production/web-1 can send TCP 10.0.16.4:40000 -> 10.0.16.7:9000 to "
                    "tenant-1/production/api-1, under the address 10.0.16.4, which is not its own.",
                    "services.api");
}

TEST(Net5, NoticesErrorsThatPassBetweenTasks) {
    World world = lending(1);
    world.chain(one + "/router", "relay").rules[0].match = {on(Field::state, 1, 2)};  // established, related
    const Verdict verdict = verdict_of(world, Claim::net5);
    ASSERT_EQ(verdict.answer, Answer::violated);
    EXPECT_EQ(verdict.findings[0].witness.packet->state, State::related);
    EXPECT_EQ(verdict.findings[0].witness.packet->protocol, protocol::icmp);
}

TEST(Net5, NoticesAWayBackToTheLoadBalancer) {
    World world = lending(1);
    world.chain(one + "/router", "relay")
        .rules.push_back({{on(Field::outInterface, world.port(one + "/router", "load-balancer-1").at + 1,
                              on(Field::inInterface, world.port(one + "/router", "worker-1").at + 1))},
                          Accept{},
                          true,
                          {}});
    expect_violated(world, Claim::net5,
                    "tenant-1/production/worker-1 can send TCP 10.0.16.11:40000 -> 10.0.16.4:80 to "
                    "tenant-1/production/load-balancer-1, and worker declares no call of load-balancer.",
                    "services.web.routes");
}

TEST(Net5, NoticesTalkToTheRouter) {
    World world = lending(1);
    world.chain(one + "/router", "arrivals")
        .rules.push_back({{on(Field::inInterface, world.port(one + "/router", "api-2").at + 1)}, Accept{}, true, {}});
    expect_violated(world, Claim::net5,
                    "tenant-1/production/api-2 can send TCP 10.0.16.8:40000 -> 169.254.1.1:80 to "
                    "tenant-1/production/router, which serves nobody.",
                    "services.api");
}

TEST(Net5, FollowsATranslationToItsUndeclaredEnd) {
    World world = lending(1);
    auto& calls = world.chain(one + "/router", "relay").rules[1].match;
    calls.push_back(on(Field::inInterface, world.port(one + "/router", "web-2").at + 1,
                       on(Field::outInterface, world.port(one + "/router", "worker-1").at + 1)));
    auto& rule = world.chain(one + "/router", "to-api").rules[0];
    std::get<Translate>(rule.action).to.push_back({Ipv4{0x0A00100B}, Port{7000}});
    // Anything else that web-2 sends to the worker is dropped before, so that only the translation is left.
    world.chain(one + "/router", "antispoof")
        .rules.insert(world.chain(one + "/router", "antispoof").rules.begin(),
                      {{on(Field::destination, 0x0A00100B)}, Drop{}, true, {}});
    const Verdict verdict = verdict_of(world, Claim::net5);
    ASSERT_EQ(verdict.findings.size(), 1U) << told(verdict);
    EXPECT_EQ(verdict.findings[0].witness.packet->destination.str(), "10.0.31.1");
    EXPECT_EQ(verdict.findings[0].contradicts.text, "services.worker");
}

TEST(Net5, FollowsASocketThatIsBoundToAnInterfaceWithoutARoute) {
    World world = lending(1);
    const auto a = world.add_interface(world.device_index(one + "/worker-1"), "side", {});
    const auto b = world.add_interface(world.device_index(one + "/api-1"), "side", {});
    world.link(a, b);
    const Verdict verdict = verdict_of(world, Claim::net5);
    ASSERT_FALSE(verdict.findings.empty());
    EXPECT_NE(told(verdict).find("a socket bound to side"), std::string::npos) << told(verdict);
}

TEST(Net5, TakesARuleThatIsNotExactForWhatItMayLetThrough) {
    World world = lending(1);
    world.chain(one + "/router", "relay")
        .rules.insert(world.chain(one + "/router", "relay").rules.begin(),
                      {{on(Field::protocol, protocol::udp)}, Accept{}, false, {}});
    EXPECT_EQ(verdict_of(world, Claim::net5).answer, Answer::violated);

    World dropping = lending(1);
    auto& relay = dropping.chain(one + "/router", "relay").rules;
    relay[1].match = {Cube{}};
    relay.insert(relay.begin() + 1, {{on(Field::protocol, protocol::udp)}, Drop{}, false, {}});
    EXPECT_NE(told(verdict_of(dropping, Claim::net5)).find("TCP"), std::string::npos);
}

TEST(Net5, NoticesTwoProcessesInOneNamespace) {
    World world = lending(1);
    world.process(one + "/worker-1").device = world.device_index(one + "/api-1");
    const Verdict verdict = verdict_of(world, Claim::net5);
    EXPECT_NE(
        told(verdict).find("tenant-1/production/api-1 and tenant-1/production/worker-1 run in one network namespace"),
        std::string::npos)
        << told(verdict);
}

TEST(Net5, NoticesAnAddressThatIsNotTheTasks) {
    World world = lending(1);
    auto& api = world.device(one + "/api-1");
    world.facts.interfaces[api.interfaces[0].at].addresses.push_back(Ipv4{0x0A001063});
    expect_violated(world, Claim::net5,
                    "tenant-1/production/api-1 has the address 10.0.16.99; its task is declared with 10.0.16.7.",
                    "services.api");
}

TEST(Net5, NoticesAProcessThatNobodyDeclared) {
    World world = lending(1);
    world.process(one + "/worker-1").name = one + "/miner-1";
    const Verdict verdict = verdict_of(world, Claim::net5);
    EXPECT_NE(told(verdict).find("tenant-1/production/miner-1 runs as worker, and no task is declared so."),
              std::string::npos)
        << told(verdict);
    expect_violated(world, Claim::net6, "The task worker-1 of tenant-1/production does not run.", "services.worker");
}

TEST(Net5, NoticesAProxyRouteThatNobodyDeclared) {
    World world = lending(1);
    world.proxy(one + "/web-1").routes.push_back({"/scores", {{"10.0.31.2", Port{9100}, {}}}, {}});
    expect_violated(world, Claim::net5,
                    "tenant-1/production/web-1 sends requests under /scores to 10.0.31.2:9100 (scoring), and no route "
                    "of web declares that.",
                    "services.scoring");
}

TEST(Net5, NoticesASocketForAHostThatNobodyDeclared) {
    World world = lending(1);
    world.facts.sockets.push_back(
        {"/run/tenantry/in/www.elsewhere.example", world.process_index(one + "/load-balancer-1"), 4, {}});
    expect_violated(world, Claim::net5,
                    "The edge brings connections for www.elsewhere.example to tenant-1/production/load-balancer-1, and "
                    "no environment declares that host.",
                    "hosts");
}

}  // namespace
}  // namespace tenantry::verify

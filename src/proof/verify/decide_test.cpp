#include <ctime>

#include <gtest/gtest.h>

#include "world_for_test.hpp"

namespace tenantry::verify {
namespace {

using test::lending;
using test::on;
using test::World;

const std::string one = "tenant-1/production";
const std::string two = "tenant-2/production";

Verdict verdict_of(const World& world, Claim claim, unsigned threads = 1) {
    return decide(world.facts, world.declared, Pool(threads))[static_cast<std::size_t>(claim)];
}

std::string told(const Verdict& verdict) {
    std::string text = fmt::format("{} {} {}\n", to_string(verdict.claim), to_string(verdict.answer), verdict.reason);
    for (const Finding& finding : verdict.findings) {
        text += fmt::format("{}: {} [{}]\n", finding.environment, finding.summary, finding.contradicts.text);
        for (const Hop& hop : finding.witness.hops) text += fmt::format("  {}\n", hop.text);
    }
    return text;
}

// The claim is violated, by a single finding that says `summary` and points at `contradicts`.
void expect_violated(const World& world, Claim claim, std::string_view summary, std::string_view contradicts) {
    const Verdict verdict = verdict_of(world, claim);
    ASSERT_EQ(verdict.answer, Answer::violated) << told(verdict);
    EXPECT_EQ(verdict.findings.size(), 1U) << told(verdict);
    EXPECT_EQ(verdict.findings.front().summary, summary) << told(verdict);
    EXPECT_EQ(verdict.findings.front().contradicts.text, contradicts);
}

void expect_holds(const World& world, Claim claim) {
    const Verdict verdict = verdict_of(world, claim);
    EXPECT_EQ(verdict.answer, Answer::holds) << told(verdict);
}

TEST(Decide, HoldsForTheWorldThatTheLocalTargetMakes) {
    const World world = lending(2);
    for (Claim claim : {Claim::net1, Claim::net5, Claim::net6, Claim::net8}) expect_holds(world, claim);
}

TEST(Decide, HoldsForAnEnvironmentOfManyTasks) {
    const World world = lending(1, 30);
    for (Claim claim : {Claim::net1, Claim::net5, Claim::net6, Claim::net8}) expect_holds(world, claim);
    EXPECT_EQ(verdict_of(world, Claim::net6).basis.pairs, 30U + 2 * 900 + 30);
}

TEST(Decide, SaysWhatItRestsOn) {
    const World world = lending(2);
    const Verdict net1 = verdict_of(world, Claim::net1);
    EXPECT_EQ(net1.basis.environments, 2U);
    EXPECT_EQ(net1.basis.pairs, 2U);
    EXPECT_EQ(net1.basis.rules, 16U);
    ASSERT_EQ(net1.shared.size(), 1U);
    EXPECT_TRUE(net1.shared.front().starts_with("The edge on 127.0.0.1:8443 is shared. It joins nobody"))
        << net1.shared.front();
    EXPECT_EQ(verdict_of(world, Claim::net6).basis.pairs, 2U * (2 + 4 + 4 + 2));
}

TEST(Decide, HoldsOnNothingAndSaysThatItIsNothing) {
    const std::vector<Verdict> verdicts = decide({}, {}, Pool(1));
    ASSERT_EQ(verdicts.size(), all_claims().size());
    for (Claim claim : {Claim::net1, Claim::net5, Claim::net6, Claim::net8}) {
        const Verdict& verdict = verdicts[static_cast<std::size_t>(claim)];
        EXPECT_EQ(verdict.answer, Answer::holds);
        EXPECT_EQ(verdict.basis.environments + verdict.basis.pairs + verdict.basis.rules + verdict.basis.facts, 0U);
    }
}

TEST(Decide, GivesAReasonForEveryClaimThatItDoesNotDecide) {
    for (const Verdict& verdict : decide({}, {}, Pool(1)))
        EXPECT_EQ(verdict.answer == Answer::unknown, verdict.reason.starts_with("not built yet"))
            << to_string(verdict.claim);
}

TEST(Decide, IsUnknownWhereSomethingWasNotUnderstood) {
    World world = lending(2);
    world.facts.notUnderstood.push_back({Index<EnvironmentFact>{1}, "The rule uses `ct mark`.", {}});
    for (Claim claim : {Claim::net1, Claim::net5, Claim::net6}) {
        const Verdict verdict = verdict_of(world, claim);
        EXPECT_EQ(verdict.answer, Answer::unknown);
        EXPECT_EQ(verdict.reason, "tenant-2/production: The rule uses `ct mark`.");
    }
    expect_holds(world, Claim::net8);
}

TEST(Decide, GivesTheSameOnOneThreadAndOnTwo) {
    World world = lending(6);
    for (const std::string& name : {one, two}) {
        world.chain(name + "/router", "antispoof").base->acceptByDefault = true;
        world.chain(name + "/router", "relay").rules.push_back({{Cube{}}, Accept{}, false, {}});
        world.device(name + "/router").routes.erase(world.device(name + "/router").routes.begin());
    }
    const std::vector<Verdict> single = decide(world.facts, world.declared, Pool(1));
    const std::vector<Verdict> twofold = decide(world.facts, world.declared, Pool(2));
    ASSERT_EQ(single.size(), twofold.size());
    EXPECT_EQ(single[static_cast<std::size_t>(Claim::net5)].answer, Answer::violated);
    EXPECT_EQ(single[static_cast<std::size_t>(Claim::net6)].answer, Answer::violated);
    for (std::size_t i = 0; i < single.size(); ++i) {
        EXPECT_EQ(told(single[i]), told(twofold[i]));
        EXPECT_EQ(single[i].basis.facts, twofold[i].basis.facts);
    }
}

// NET-1

TEST(Net1, NoticesALinkBetweenEnvironmentsAndPacketsThatGoOverIt) {
    World world = lending(2);
    const auto a = world.add_interface(world.device_index(one + "/router"), "cross", {});
    const auto b = world.add_interface(world.device_index(two + "/router"), "cross", {});
    world.link(a, b);
    expect_violated(world, Claim::net1,
                    "A link joins tenant-1/production/router of tenant-1/production and tenant-2/production/router of "
                    "tenant-2/production.",
                    "services");

    // With a route and a rule that let one task through, packets arrive and are shown.
    world.device(one + "/router").routes.push_back({Cidr{Ipv4{0x0A002000}, 20}, a, std::nullopt, {}});
    world.chain(one + "/router", "relay").rules.push_back({{on(Field::outInterface, a.at + 1)}, Accept{}, true, {}});
    world.device(one + "/web-1")
        .routes.push_back({Cidr{Ipv4{0}, 0}, world.device(one + "/web-1").interfaces.front(), test::routerAddress, {}});
    const Verdict verdict = verdict_of(world, Claim::net1);
    ASSERT_EQ(verdict.findings.size(), 2U) << told(verdict);
    EXPECT_TRUE(verdict.findings[1].witness.packet.has_value());
    EXPECT_EQ(verdict.findings[1].environment, one);
}

TEST(Net1, NoticesALinkToADeviceThatNobodyOwns) {
    World world = lending(1);
    const auto host = world.add_device("host", std::nullopt, true);
    world.link(world.add_interface(host, "up", {}), world.add_interface(world.device_index(one + "/router"), "up", {}));
    expect_violated(world, Claim::net1,
                    "A link joins tenant-1/production/router of tenant-1/production and host of no environment.",
                    "services");
}

TEST(Net1, NoticesAProcessInAnotherEnvironmentsNamespace) {
    World world = lending(2);
    world.process(one + "/web-1").device = world.device_index(two + "/web-1");
    expect_violated(world, Claim::net1,
                    "tenant-1/production/web-1 of tenant-1/production runs in the network namespace "
                    "tenant-2/production/web-1 of tenant-2/production.",
                    "services");
}

TEST(Net1, NoticesASocketThatTwoEnvironmentsHold) {
    World world = lending(2);
    world.facts.sockets.push_back({"/run/tenantry/in/spare", world.process_index(one + "/load-balancer-1"), 4, {}});
    world.facts.sockets.push_back({"/run/tenantry/in/spare", world.process_index(two + "/load-balancer-1"), 4, {}});
    expect_violated(world, Claim::net1,
                    "tenant-1/production and tenant-2/production hold the same ingress socket /run/tenantry/in/spare.",
                    "hosts");
}

TEST(Net1, NoticesAHostWhoseSocketAnotherEnvironmentHolds) {
    World world = lending(2);
    world.facts.sockets[0].process = world.process_index(two + "/load-balancer-1");
    expect_violated(world, Claim::net1,
                    "The edge sends connections for tenant-1.lend.localhost of tenant-1/production to a socket that "
                    "tenant-2/production holds.",
                    "hosts");
}

TEST(Net1, NoticesAHostOfTwoEnvironments) {
    World world = lending(2);
    world.declared.environments[1].hosts.push_back(world.declared.environments[0].hosts.front());
    expect_violated(world, Claim::net1,
                    "The host tenant-1.lend.localhost is declared by tenant-1/production and by tenant-2/production.",
                    "hosts");
}

TEST(Net1, NoticesAnEnvironmentThatNobodyDeclared) {
    World world = lending(2);
    world.declared.environments.pop_back();
    expect_violated(world, Claim::net1,
                    "tenant-2/production is there, or is there a second time, and the platform declares no such "
                    "environment.",
                    "tenants");
    EXPECT_EQ(verdict_of(world, Claim::net5).reason, "Nothing is declared of tenant-2/production.");
}

TEST(Net1, IsUnknownWhereADeclaredEnvironmentIsNotThere) {
    World world = lending(1);
    const World larger = lending(2);
    world.declared = larger.declared;
    for (Claim claim : {Claim::net1, Claim::net5, Claim::net8}) {
        const Verdict verdict = verdict_of(world, claim);
        EXPECT_EQ(verdict.answer, Answer::unknown);
        EXPECT_EQ(verdict.reason, "Nothing of tenant-2/production is among the facts.");
    }
    expect_violated(world, Claim::net6, "Nothing of tenant-2/production is there.", "services");
}

// NET-5

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

TEST(Net5, TakesErrorsAboutConnectionsOnlyUnderTheSendersOwnAddress) {
    World world = lending(1);
    world.chain(one + "/router", "antispoof")
        .rules.push_back({{on(Field::protocol, protocol::icmp)}, Accept{}, true, {}});
    const Verdict verdict = verdict_of(world, Claim::net5);
    ASSERT_EQ(verdict.answer, Answer::violated);
    EXPECT_EQ(verdict.findings[0].witness.packet->state, State::related);

    // Who declares no connection at all gets none of them.
    World alone = lending(1);
    auto& environment = alone.declared.environments[0];
    std::erase_if(environment.allows, [](const DeclaredAllow& allow) { return allow.from == "worker"; });
    EXPECT_NE(told(verdict_of(alone, Claim::net5)).find("(related) to tenant-1/production/worker-1"),
              std::string::npos);
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

// NET-6

TEST(Net6, ShowsWhatStopsADeclaredCall) {
    World world = lending(1);
    auto& calls = world.chain(one + "/router", "relay").rules[1].match;
    std::erase_if(calls, [&](const Cube& cube) {
        return cube[Field::inInterface].contains(world.port(one + "/router", "worker-1").at + 1);
    });
    const Verdict verdict = verdict_of(world, Claim::net6);
    EXPECT_EQ(told(verdict),
              "NET-6 violated \n"
              "tenant-1/production: worker declares to call scoring, and tenant-1/production/worker-1 cannot send TCP "
              "10.0.16.11:40000 -> 10.0.31.2:9100: forward relay: dropped by its policy. [services.worker.calls]\n"
              "  tenant-1/production/worker-1 sends TCP 10.0.16.11:40000 -> 10.0.31.2:9100\n"
              "  the route to 10.0.16.0/20 leads out of eth0\n"
              "  tenant-1/production/router gets it on worker-1\n"
              "  prerouting antispoof: accepted by rule 1\n"
              "  prerouting translate: made TCP 10.0.16.11:40000 -> 10.0.16.9:9100 by rule 1 of to-scoring\n"
              "  the route to 10.0.16.9/32 leads out of scoring-1\n"
              "  forward relay: dropped by its policy\n");
    expect_holds(world, Claim::net5);
}

TEST(Net6, NoticesThatOneSourcePortIsMissing) {
    World world = lending(1);
    auto& rules = world.chain(one + "/router", "antispoof").rules;
    rules.insert(rules.begin(), {{on(Field::sourcePort, 50000, on(Field::destinationPort, 9000))}, Drop{}, true, {}});
    expect_violated(world, Claim::net6,
                    "web declares to call api, and tenant-1/production/web-1 cannot send TCP 10.0.16.5:50000 -> "
                    "10.0.31.1:9000: prerouting antispoof: dropped by rule 1. (1 more like it.)",
                    "services.web.routes");
}

TEST(Net6, NoticesThatTheAnswerDoesNotComeBack) {
    World world = lending(1);
    world.chain(one + "/router", "relay").rules.erase(world.chain(one + "/router", "relay").rules.begin());
    const Verdict verdict = verdict_of(world, Claim::net6);
    ASSERT_EQ(verdict.findings.size(), 4U) << told(verdict);
    EXPECT_EQ(verdict.findings[1].summary,
              "web may call api, and the answer TCP 10.0.16.7:9000 -> 10.0.16.5:40000 (established) does not come back "
              "to tenant-1/production/web-1. (3 more like it.)");
    EXPECT_EQ(verdict.findings[1].witness.hops.back().text, "forward relay: dropped by its policy");
}

TEST(Net6, NoticesAnAnswerThatGoesRoundInACircle) {
    World world = lending(1);
    world.device(one + "/api-1").forwards = true;
    for (Route& route : world.device(one + "/router").routes)
        if (route.to == Cidr{Ipv4{0x0A001005}, 32}) route.out = world.port(one + "/router", "api-1");
    const Verdict verdict = verdict_of(world, Claim::net6);
    const auto finding = std::ranges::find_if(
        verdict.findings, [](const Finding& f) { return f.witness.hops.back().text == "it goes round in a circle"; });
    ASSERT_NE(finding, verdict.findings.end()) << told(verdict);
    EXPECT_EQ(finding->witness.packet->state, State::established);
}

TEST(Net6, NoticesATaskThatTheTranslationForgets) {
    World world = lending(1);
    std::get<Translate>(world.chain(one + "/router", "to-api").rules[0].action).to.pop_back();
    expect_violated(
        world, Claim::net6,
        "web declares to call api, and not every connection of tenant-1/production/web-1 to 10.0.31.1 can come to "
        "tenant-1/production/api-2. (1 more like it.)",
        "services.web.routes");
}

TEST(Net6, NoticesATranslationToNowhere) {
    World world = lending(1);
    std::get<Translate>(world.chain(one + "/router", "to-api").rules[0].action).to.push_back({Ipv4{0x0A001063}, {}});
    expect_violated(world, Claim::net6,
                    "web declares to call api, and tenant-1/production/web-1 cannot send TCP 10.0.16.5:40000 -> "
                    "10.0.31.1:9000: tenant-1/production/router has an unreachable route to 10.0.16.0/20. (1 more like "
                    "it.)",
                    "services.web.routes");
}

TEST(Net6, NoticesACallThatComesToAnotherService) {
    World world = lending(1);
    std::get<Translate>(world.chain(one + "/router", "to-scoring").rules[0].action)
        .to.push_back({Ipv4{0x0A001007}, {}});
    world.chain(one + "/router", "relay").rules[1].match.push_back(on(Field::destinationPort, 9100));
    const Verdict verdict = verdict_of(world, Claim::net6);
    EXPECT_NE(told(verdict).find("comes to tenant-1/production/api-1 as TCP 10.0.16.11:40000 -> 10.0.16.7:9100"),
              std::string::npos)
        << told(verdict);
}

TEST(Net6, NoticesANameThatLeadsNowhere) {
    World world = lending(1);
    world.process(one + "/worker-1").hosts.pop_back();
    expect_violated(world, Claim::net6,
                    "tenant-1/production/worker-1 finds nothing under the name scoring, not 10.0.31.2.",
                    "services.worker.calls");
}

TEST(Net6, DoesNotRelyOnARuleThatIsNotExact) {
    World world = lending(1);
    world.chain(one + "/router", "relay").rules[1].exact = false;
    EXPECT_EQ(verdict_of(world, Claim::net6).answer, Answer::violated);
}

TEST(Net6, NoticesALoadBalancerThatForgetsATask) {
    World world = lending(1);
    world.proxy(one + "/load-balancer-1").routes[0].to.pop_back();
    expect_violated(world, Claim::net6,
                    "tenant-1/production/load-balancer-1 should bring requests under / to web, but it does not know "
                    "web-2 at 10.0.16.6.",
                    "services.web.routes");
}

TEST(Net6, NoticesAProxyWithoutADeclaredRoute) {
    World world = lending(1);
    world.proxy(one + "/web-2").routes.pop_back();
    expect_violated(world, Claim::net6,
                    "tenant-1/production/web-2 should bring requests under /api to api, but it has no route /api.",
                    "services.web.routes");
}

TEST(Net6, NoticesAnUpstreamOnAnotherPortOrName) {
    World world = lending(1);
    world.proxy(one + "/web-1").routes[1].to[0].port = Port{9001};
    expect_violated(world, Claim::net6,
                    "tenant-1/production/web-1 should bring requests under /api to api, but api is asked on port 9001.",
                    "services.web.routes");
    World misnamed = lending(1);
    misnamed.proxy(one + "/web-1").routes[1].to[0].host = "apis";
    expect_violated(misnamed, Claim::net6,
                    "tenant-1/production/web-1 should bring requests under /api to api, but apis leads elsewhere or "
                    "nowhere.",
                    "services.web.routes");
    expect_holds(misnamed, Claim::net5);
}

TEST(Net6, NoticesAPrefixThatIsAnsweredBeforeARoute) {
    World world = lending(1);
    world.proxy(one + "/web-1").routes.push_back({"/api/v1", {}, {}});
    expect_violated(world, Claim::net6,
                    "tenant-1/production/web-1 answers requests under /api/v1 itself; api should get them.",
                    "services.web.routes");
    World beside = lending(1);
    beside.proxy(one + "/web-1").routes.push_back({"/apis", {}, {}});
    expect_holds(beside, Claim::net6);
}

TEST(Net6, NoticesAProxyThatListensElsewhere) {
    World world = lending(1);
    world.proxy(one + "/web-1").ports = {Port{8081}};
    expect_violated(world, Claim::net6, "The proxy of tenant-1/production/web-1 does not listen on its port 8080.",
                    "services.web");
}

TEST(Net6, NoticesAHostThatDoesNotComeIn) {
    const std::string start = "A request for tenant-1.lend.localhost does not come to tenant-1/production: ";
    const std::string balancer = "tenant-1/production/load-balancer-1";
    World noEdge = lending(1);
    noEdge.facts.edges.clear();
    expect_violated(noEdge, Claim::net6, start + "the machine has no edge.", "hosts");

    World elsewhere = lending(1);
    elsewhere.facts.edges[0].directory = "/run/tenantry/out/";
    expect_violated(elsewhere, Claim::net6, start + "nobody listens on the socket of that name.", "hosts");

    World descriptor = lending(1);
    descriptor.facts.sockets[0].descriptor = 5;
    expect_violated(descriptor, Claim::net6, start + "no proxy of " + balancer + " reads descriptor 5.", "hosts");

    World holder = lending(1);
    holder.facts.sockets[0].process = holder.process_index(one + "/web-1");
    expect_violated(holder, Claim::net6,
                    start + "tenant-1/production/web-1 holds its socket, which is not its load balancer.", "hosts");

    World host = lending(1);
    host.proxy(balancer).hosts = {};
    const Verdict verdict = verdict_of(host, Claim::net6);
    ASSERT_EQ(verdict.findings.size(), 2U) << told(verdict);
    EXPECT_EQ(verdict.findings[0].summary, start + "the proxy of " + balancer + " does not take that host.");
    EXPECT_EQ(verdict.findings[1].summary, "The proxy of " + balancer + " takes requests for any host.");

    World more = lending(1);
    more.proxy(balancer).hosts.push_back(test::host("www.elsewhere.example"));
    expect_violated(more, Claim::net6,
                    "The proxy of " + balancer +
                        " takes requests for www.elsewhere.example, which tenant-1/production does not declare.",
                    "hosts");
}

// Takes away one fact after the other; each is needed for something that is declared.
TEST(Net6, NoticesEverySingleFactThatIsTakenAway) {
    const auto broken_by = [](const auto& edit) {
        World world = lending(1);
        edit(world);
        return verdict_of(world, Claim::net6).answer == Answer::violated;
    };
    const World whole = lending(1);
    for (const auto& [name, at] : {std::pair{"antispoof", 0U},
                                   {"translate", 0U},
                                   {"translate", 1U},
                                   {"relay", 0U},
                                   {"relay", 1U},
                                   {"to-api", 0U},
                                   {"to-scoring", 0U}}) {
        EXPECT_TRUE(broken_by([&](World& world) {
            auto& rules = world.chain(one + "/router", name).rules;
            rules.erase(rules.begin() + at);
        })) << name
            << at;
        World copy = whole;
        for (std::size_t i = 0; i < copy.chain(one + "/router", name).rules[at].match.size(); ++i)
            EXPECT_TRUE(broken_by([&](World& world) {
                auto& match = world.chain(one + "/router", name).rules[at].match;
                match.erase(match.begin() + static_cast<std::ptrdiff_t>(i));
            })) << name
                << at << " cube " << i;
    }
    for (std::size_t device = 0; device < whole.facts.devices.size(); ++device)
        for (std::size_t i = 0; i < whole.facts.devices[device].routes.size(); ++i) {
            const Route& route = whole.facts.devices[device].routes[i];
            if (!route.out || route.to.contains(test::routerAddress)) continue;  // nobody calls by those
            EXPECT_TRUE(broken_by([&](World& world) {
                auto& routes = world.facts.devices[device].routes;
                routes.erase(routes.begin() + static_cast<std::ptrdiff_t>(i));
            })) << whole.facts.devices[device].name
                << " " << route.to.str();
        }
    for (std::size_t i = 0; i < whole.facts.interfaces.size(); ++i)
        EXPECT_TRUE(broken_by([&](World& world) {
            world.facts.interfaces[world.facts.interfaces[i].peer->at].peer.reset();
            world.facts.interfaces[i].peer.reset();
        })) << whole.facts.interfaces[i].name;
    for (std::size_t i = 0; i < whole.facts.processes.size(); ++i)
        for (std::size_t entry = 1; entry < whole.facts.processes[i].hosts.size(); ++entry)
            EXPECT_TRUE(broken_by([&](World& world) {
                auto& hosts = world.facts.processes[i].hosts;
                hosts.erase(hosts.begin() + static_cast<std::ptrdiff_t>(entry));
            })) << whole.facts.processes[i].name;
    for (std::size_t i = 0; i < whole.facts.proxies.size(); ++i) {
        EXPECT_TRUE(broken_by([&](World& world) {
            world.facts.proxies.erase(world.facts.proxies.begin() + static_cast<std::ptrdiff_t>(i));
        }));
        for (std::size_t route = 0; route < whole.facts.proxies[i].routes.size(); ++route)
            EXPECT_TRUE(broken_by([&](World& world) {
                auto& routes = world.facts.proxies[i].routes;
                routes.erase(routes.begin() + static_cast<std::ptrdiff_t>(route));
            }));
    }
    EXPECT_TRUE(broken_by([](World& world) { world.facts.sockets.clear(); }));
}

// Opens every connection between two tasks that is not declared, one after the other.
TEST(Net5, NoticesEverySinglePairThatIsOpened) {
    const World whole = lending(1);
    const auto& tasks = whole.declared.environments[0].tasks;
    for (const DeclaredTask& from : tasks)
        for (const DeclaredTask& to : tasks) {
            if (&from == &to) continue;
            World world = whole;
            world.chain(one + "/router", "relay")
                .rules[1]
                .match.push_back(on(Field::inInterface, world.port(one + "/router", from.name).at + 1,
                                    on(Field::outInterface, world.port(one + "/router", to.name).at + 1,
                                       on(Field::protocol, protocol::tcp, on(Field::destinationPort, 2222)))));
            const Verdict verdict = verdict_of(world, Claim::net5);
            ASSERT_EQ(verdict.findings.size(), 1U) << from.name << " " << to.name << told(verdict);
            EXPECT_EQ(verdict.findings[0].witness.packet,
                      (Packet{from.address, to.address, protocol::tcp, 40000, 2222, State::fresh}));
        }
}

// NET-8

TEST(Net8, NoticesBlocksThatLieWrong) {
    World outside = lending(1);
    outside.declared.pool = Cidr{Ipv4{0x0A100000}, 12};
    expect_violated(outside, Claim::net8,
                    "The block 10.0.16.0/20 of tenant-1/production does not lie in the pool 10.16.0.0/12.",
                    "network.pool");

    World size = lending(1);
    size.declared.blockPrefix = 19;
    expect_violated(size, Claim::net8, "The block 10.0.16.0/20 of tenant-1/production is no aligned /19.",
                    "network.block");

    World avoid = lending(1);
    avoid.declared.avoid.push_back(Cidr{Ipv4{0x0A001800}, 24});
    expect_violated(avoid, Claim::net8,
                    "The block 10.0.16.0/20 of tenant-1/production overlaps 10.0.24.0/24, which is to be avoided.",
                    "network.avoid");

    World fact = lending(1);
    fact.facts.environments[0].block = Cidr{Ipv4{0x0A003000}, 20};
    expect_violated(fact, Claim::net8, "tenant-1/production has the block 10.0.48.0/20; 10.0.16.0/20 is declared.",
                    "network.pool");
}

TEST(Net8, NoticesBlocksThatOverlapAtBothOfThem) {
    World world = lending(3);
    world.declared.environments[2].block = world.declared.environments[0].block;
    const Verdict verdict = verdict_of(world, Claim::net8);
    EXPECT_NE(told(verdict).find("of tenant-1/production overlaps 10.0.16.0/20 of tenant-3/production"),
              std::string::npos)
        << told(verdict);
    EXPECT_NE(told(verdict).find("of tenant-3/production overlaps 10.0.16.0/20 of tenant-1/production"),
              std::string::npos);
    EXPECT_EQ(told(verdict).find("tenant-2/production"), std::string::npos);
}

TEST(Net8, NoticesAddressesAndRoutesOutsideTheBlock) {
    World world = lending(1);
    world.facts.interfaces[world.device(one + "/api-1").interfaces[0].at].addresses = {Ipv4{0xC0A80101}};
    expect_violated(world, Claim::net8,
                    "tenant-1/production/api-1 has the address 192.168.1.1, which is outside its block 10.0.16.0/20.",
                    "network.pool");

    World route = lending(1);
    auto& router = route.device(one + "/router");
    router.routes.push_back({Cidr{Ipv4{0xC0A80000}, 16}, router.interfaces[0], std::nullopt, {}});
    expect_violated(route, Claim::net8,
                    "tenant-1/production/router has a route to 192.168.0.0/16, which is outside its block "
                    "10.0.16.0/20.",
                    "network.pool");
}

// CPU time of this thread, so that a busy machine does not count.
double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

TEST(Decide, GrowsNoFasterThanEnvironments) {
    const auto cost = [](std::uint32_t environments) {
        const World world = lending(environments);
        const double before = cpu_seconds();
        const auto verdicts = decide(world.facts, world.declared, Pool(1));
        EXPECT_EQ(verdicts[static_cast<std::size_t>(Claim::net6)].answer, Answer::holds);
        return cpu_seconds() - before;
    };
    const double small = cost(90);
    const double large = cost(270);
    ::testing::Test::RecordProperty("milliseconds_90", static_cast<int>(small * 1000));
    EXPECT_LT(large / small, 6.0) << small << " s for 90 environments, " << large << " s for 270";
}

}  // namespace
}  // namespace tenantry::verify

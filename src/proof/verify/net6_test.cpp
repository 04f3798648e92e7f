#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

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

}  // namespace
}  // namespace tenantry::verify

#include <gtest/gtest.h>

#include "claims_for_test.hpp"
#include "sandbox_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

TEST(Net2, HoldsForOneEntryOnItsTwoPorts) { expect_holds(lending(2), Claim::net2); }

TEST(Net2, NoticesAnEntryThatListensElsewhere) {
    World port = lending(1);
    port.facts.edges[0].redirectPort = Port{80};
    expect_violated(port, Claim::net2,
                    "The machine's entry listens at 127.0.0.1 on the ports 8443 and 80; it should at 127.0.0.1 on the "
                    "ports 8443 and 8080.",
                    "hosts");
    World address = lending(1);
    address.facts.edges[0].address = Ipv4{0};
    EXPECT_EQ(verdict_of(address, Claim::net2).answer, Answer::violated);
    World second = lending(1);
    second.facts.edges.push_back(second.facts.edges[0]);
    expect_violated(second, Claim::net2, "There is a second entry, at 127.0.0.1 on the ports 8443 and 8080.", "hosts");
}

TEST(Net2, NoticesWhatElseListensOnTheMachine) {
    expect_holds(observed(lending(2)), Claim::net2);
    const auto with = [](Listener listener) {
        World world = observed(lending(2));
        listener.at = world.next_span();
        world.facts.listeners->push_back(std::move(listener));
        return world;
    };
    const std::string entry = "only the machine's entry should, at 127.0.0.1 on the TCP ports 8443 and 8080.";
    expect_violated(with({"edge", "tcp", "0.0.0.0", Port{8443}, {}}), Claim::net2,
                    "The entry listens in the machine's network, at 0.0.0.0, tcp port 8443; " + entry, "hosts");
    expect_violated(with({"edge", "udp", "127.0.0.1", Port{8443}, {}}), Claim::net2,
                    "The entry listens in the machine's network, at 127.0.0.1, udp port 8443; " + entry, "hosts");
    expect_violated(with({"daemon", "tcp", "127.0.0.1", Port{8443}, {}}), Claim::net2,
                    "daemon listens in the machine's network, at 127.0.0.1, tcp port 8443; " + entry, "hosts");
    const World task = with({"environments/lend+tenant-2+production/api-1", "tcp", "::", Port{9000}, {}});
    const Verdict verdict = verdict_of(task, Claim::net2);
    ASSERT_EQ(verdict.findings.size(), 1U);
    EXPECT_EQ(verdict.findings[0].environment, two);
    World nobody = observed(lending(1));
    nobody.facts.listeners.reset();
    EXPECT_EQ(verdict_of(nobody, Claim::net2).reason, "What listens in the machine's network was not observed.");
}

TEST(Net2, NoticesAProcessInTheMachinesNetwork) {
    World world = lending(1);
    const auto host = world.add_device("host", std::nullopt, false);
    world.process(one + "/api-1").device = host;
    expect_violated(world, Claim::net2,
                    "tenant-1/production/api-1 runs in the network namespace host, which is no environment's.",
                    "services.api");
}

TEST(Net2, NoticesAWayInBesidesTheEntry) {
    World world = lending(1);
    const auto host = world.add_device("host", std::nullopt, false);
    const auto outside = world.add_interface(host, "veth0", {Ipv4{0xC0A80001}});
    const auto inside = world.add_interface(world.device_index(one + "/router"), "up", {Ipv4{0xC0A80002}});
    world.link(outside, inside);
    const Verdict verdict = verdict_of(world, Claim::net2);
    ASSERT_EQ(verdict.findings.size(), 1U) << told(verdict);
    EXPECT_TRUE(verdict.findings[0].summary.starts_with("host, which is no environment's, can send")) << told(verdict);
    EXPECT_EQ(verdict.findings[0].environment, one);
}

TEST(Net2, IsUnknownWithoutAnEntry) {
    World world = lending(1);
    world.facts.edges.clear();
    EXPECT_EQ(verdict_of(world, Claim::net2).reason, "The machine's entry is not among the facts.");
    World silent = lending(1);
    silent.declared.edge.reset();
    EXPECT_EQ(verdict_of(silent, Claim::net2).reason, "Where the machine's entry should listen is not declared.");
}

}  // namespace
}  // namespace tenantry::verify

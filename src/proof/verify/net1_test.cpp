#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

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

}  // namespace
}  // namespace tenantry::verify

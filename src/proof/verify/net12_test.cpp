#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

TEST(Net12, HoldsWhereARouterLooksAtSources) {
    expect_holds(lending(2), Claim::net12);
    const Verdict verdict = verdict_of(lending(2), Claim::net12);
    EXPECT_EQ(verdict.basis.environments, 2U);
    EXPECT_GT(verdict.basis.rules, 0U);
}

TEST(Net12, ShowsAPacketThatPasses) {
    World world = lending(2);
    // The one task may send with the address of another too.
    Rule& sources = world.chain(one + "/router", "antispoof").rules.at(0);
    const auto api = world.port(one + "/router", "api-1");
    const Ipv4 web = world.declared.environments[0].tasks[1].address;
    sources.match.push_back(on(Field::source, web.value, on(Field::inInterface, api.at + 1)));
    const Verdict verdict = verdict_of(world, Claim::net12);
    ASSERT_EQ(verdict.answer, Answer::violated) << told(verdict);
    ASSERT_TRUE(verdict.findings[0].witness.packet.has_value());
    EXPECT_EQ(verdict.findings[0].witness.packet->source, web);
    EXPECT_EQ(verdict.findings[0].environment, one);
    EXPECT_EQ(verdict.findings[0].contradicts.text, "services.api");
    EXPECT_NE(verdict.findings[0].summary.find("which is not its own address, and tenant-1/production/scoring-"),
              std::string::npos)
        << told(verdict);
    EXPECT_FALSE(verdict.findings[0].witness.hops.empty());
    EXPECT_EQ(verdict_of(world, Claim::net1).answer, Answer::holds) << "and nothing of another environment";
}

TEST(Net12, NoticesARouterThatDoesNotLook) {
    World world = lending(1);
    world.chain(one + "/router", "antispoof").base->acceptByDefault = true;
    const Verdict verdict = verdict_of(world, Claim::net12);
    ASSERT_EQ(verdict.answer, Answer::violated);
    for (const Finding& finding : verdict.findings) {
        const Packet& packet = *finding.witness.packet;
        EXPECT_TRUE(std::ranges::any_of(world.declared.environments[0].tasks,
                                        [&](const DeclaredTask& task) { return task.address == packet.source; }))
            << "the address of a neighbour: " << finding.summary;
    }
}

// The declared address counts: one that an interface was given besides is a lie all the same.
TEST(Net12, TakesNoAddressForItsOwnBecauseAnInterfaceHasIt) {
    World world = lending(1);
    const Ipv4 web = world.declared.environments[0].tasks[1].address;
    world.facts.interfaces[world.device(one + "/api-1").interfaces[0].at].addresses.push_back(web);
    world.chain(one + "/router", "antispoof").base->acceptByDefault = true;
    EXPECT_EQ(verdict_of(world, Claim::net12).answer, Answer::violated);
}

}  // namespace
}  // namespace tenantry::verify

#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

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

TEST(Net8, NoticesWhatTheMachineUsesItself) {
    World world = lending(2);
    EXPECT_EQ(verdict_of(world, Claim::net8).answer, Answer::holds);
    EXPECT_EQ(verdict_of(world, Claim::net8).basis.machineRanges, 1u);
    world.declared.machine->push_back({Cidr{Ipv4{0x0A001F00}, 24}, "a route over wg0"});
    expect_violated(
        world, Claim::net8,
        "The block 10.0.16.0/20 of tenant-1/production overlaps 10.0.31.0/24 of a route over wg0, which the "
        "machine uses itself.",
        "network.avoid");
    EXPECT_EQ(told(verdict_of(world, Claim::net8)).find("of tenant-2/production overlaps"), std::string::npos);
}

TEST(Net8, IsUnknownWhereNobodyLookedAtTheMachine) {
    World world = lending(1);
    world.declared.machine.reset();
    const Verdict verdict = verdict_of(world, Claim::net8);
    EXPECT_EQ(verdict.answer, Answer::unknown);
    EXPECT_EQ(verdict.reason, "Which ranges the machine uses itself was not given.");
    world.declared.machine = MachineRanges{};
    EXPECT_EQ(verdict_of(world, Claim::net8).answer, Answer::holds) << "a machine that uses none";
}

}  // namespace
}  // namespace tenantry::verify

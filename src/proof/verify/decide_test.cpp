#include <ctime>

#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

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
    for (const Source source : {Source::text, Source::live}) {
        Facts facts;
        facts.source = source;
        for (const Verdict& verdict : decide(facts, {}, Pool(1))) {
            EXPECT_EQ(verdict.answer == Answer::unknown, !verdict.decided) << to_string(verdict.claim);
            EXPECT_EQ(verdict.decided, decided_on(verdict.claim, source)) << to_string(verdict.claim);
            EXPECT_EQ(verdict.reason.empty(), verdict.decided) << to_string(verdict.claim);
        }
    }
}

TEST(Decide, OfWhatIsDeclaredAndNotRunNothingIsKnownYet) {
    World world = lending(2);
    world.declared.environments[1].beyond = {"The egress of `api` is not opened."};
    const Verdict net6 = verdict_of(world, Claim::net6);
    EXPECT_EQ(net6.answer, Answer::unknown);
    EXPECT_FALSE(net6.decided);
    EXPECT_TRUE(net6.reason.ends_with("The egress of `api` is not opened.")) << net6.reason;
    world.facts.notUnderstood.push_back({Index<EnvironmentFact>{1}, "The rule uses `ct mark`.", {}});
    EXPECT_TRUE(verdict_of(world, Claim::net6).decided) << "something else is in doubt too";
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
    // The least of three: what others do to the caches only adds.
    const auto least = [&](std::uint32_t environments) {
        return std::min({cost(environments), cost(environments), cost(environments)});
    };
    const double small = least(90);
    const double large = least(270);
    ::testing::Test::RecordProperty("milliseconds_90", static_cast<int>(small * 1000));
    EXPECT_LT(large / small, 6.0) << small << " s for 90 environments, " << large << " s for 270";
}

}  // namespace
}  // namespace tenantry::verify

#include <gtest/gtest.h>

#include "claims_for_test.hpp"
#include "sandbox_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

constexpr std::array networkClaims{Claim::net1, Claim::net4, Claim::net5, Claim::net6, Claim::net9, Claim::net12};
const Ipv4 metadata = *Ipv4::parse("169.254.169.254");

const DeclaredTask& task(const World& world, std::size_t environment, std::string_view name) {
    return *std::ranges::find(world.declared.environments[environment].tasks, name, &DeclaredTask::name);
}

bool declares(const DeclaredEnvironment& environment, const DeclaredTask& from, const DeclaredTask& to, Port port) {
    return std::ranges::any_of(environment.allows, [&](const DeclaredAllow& allow) {
        return allow.from == from.service && allow.to == to.service && allow.port == port;
    });
}

// Everybody tried everybody, and it went as declared.
World probed(World world) {
    auto& probes = world.facts.probes.emplace();
    for (std::uint32_t i = 0; i < world.declared.environments.size(); ++i)
        for (const DeclaredTask& from : world.declared.environments[i].tasks) {
            const auto add = [&](std::optional<Ipv4> source, Ipv4 to, Port port, bool arrived) {
                probes.push_back({Index<EnvironmentFact>{i}, from.name, source, to, port, arrived, world.next_span()});
            };
            add({}, metadata, Port{80}, false);
            for (std::uint32_t j = 0; j < world.declared.environments.size(); ++j)
                for (const DeclaredTask& to : world.declared.environments[j].tasks)
                    for (const Port port : {Port{8080}, Port{9000}, Port{9100}})
                        if (&from != &to)
                            add({}, to.address, port,
                                i == j && declares(world.declared.environments[i], from, to, port));
            add(Ipv4{from.address.value + 1}, world.declared.environments[i].tasks.front().address, Port{80}, false);
        }
    return world;
}

ProbeFact& probe(World& world, std::string_view from, Ipv4 to, std::uint16_t port) {
    return *std::ranges::find_if(*world.facts.probes, [&](const ProbeFact& one) {
        return one.owner->at == 0 && one.task == from && one.address == to && one.port.number == port && !one.source;
    });
}

TEST(Probes, HoldWhereEverythingWentAsDeclared) {
    for (const Claim claim : networkClaims) {
        const Verdict with = verdict_of(probed(observed(lending(2))), claim),
                      without = verdict_of(observed(lending(2)), claim);
        EXPECT_EQ(with.answer, Answer::holds) << told(with);
        EXPECT_TRUE(claim == Claim::net4 || with.basis.facts > without.basis.facts)
            << to_string(claim) << ": there is no store";
    }
}

TEST(Probes, ThatArriveWhereNothingIsDeclaredViolate) {
    World between = probed(observed(lending(2)));
    probe(between, "api-1", task(between, 1, "web-1").address, 8080).arrived = true;
    const std::string to = task(between, 1, "web-1").address.str();
    expect_violated(between, Claim::net1,
                    fmt::format("{}/api-1 tried {}/web-1 ({}:8080), and it arrived.", one, two, to), "services.web");
    World inside = probed(observed(lending(1)));
    const Ipv4 api = task(inside, 0, "api-1").address;
    probe(inside, "worker-1", api, 9000).arrived = true;
    expect_violated(
        inside, Claim::net5,
        fmt::format("{}/worker-1 tried api-1 ({}:9000), which nothing declares, and it arrived.", one, api.str()),
        "services.api");
    World outside = probed(observed(lending(1)));
    probe(outside, "api-1", metadata, 80).arrived = true;
    expect_violated(outside, Claim::net9, one + "/api-1 tried 169.254.169.254:80, which is no task's, and it arrived.",
                    "services.api");
}

TEST(Probes, ThatDoNotArriveWhereTheyAreDeclaredViolate) {
    World world = probed(observed(lending(1)));
    const Ipv4 scoring = task(world, 0, "scoring-1").address;
    probe(world, "api-1", scoring, 9100).arrived = false;
    expect_violated(world, Claim::net6,
                    fmt::format("{}/api-1 tried scoring-1 ({}:9100), which is declared, and it did not arrive.", one,
                                scoring.str()),
                    "services.api.calls");
}

TEST(Probes, UnderAnothersAddressThatAreDeliveredViolate) {
    World world = probed(observed(lending(1)));
    ProbeFact& forged = *std::ranges::find_if(*world.facts.probes,
                                              [](const ProbeFact& one) { return one.source && one.task == "api-1"; });
    forged.arrived = true;
    expect_violated(world, Claim::net12,
                    fmt::format("{}/api-1 sent as {}, which is not its own address, to {}:80, and it was delivered.",
                                one, forged.source->str(), forged.address.str()),
                    "services.api");
}

TEST(Probes, ThatNobodyTriedLeaveAClaimUnknown) {
    World none = observed(lending(1));
    none.facts.probes.emplace();
    for (const Claim claim : networkClaims) {
        const Verdict verdict = verdict_of(none, claim);
        EXPECT_EQ(verdict.answer, Answer::unknown) << told(verdict);
        EXPECT_TRUE(verdict.decided);
    }
    World one = probed(observed(lending(1)));
    const Ipv4 scoring = task(one, 0, "scoring-1").address;
    std::erase_if(*one.facts.probes,
                  [&](const ProbeFact& row) { return row.task == "api-1" && row.address == scoring; });
    EXPECT_EQ(verdict_of(one, Claim::net6).reason,
              "Nobody tried whether tenant-1/production/api-1 comes to scoring-1.");
    EXPECT_EQ(verdict_of(one, Claim::net5).answer, Answer::holds);
}

}  // namespace
}  // namespace tenantry::verify

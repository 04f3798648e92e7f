#include "claims_for_test.hpp"

#include <fmt/format.h>

namespace tenantry::verify::test {

Verdict verdict_of(const World& world, Claim claim, unsigned threads) {
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

}  // namespace tenantry::verify::test

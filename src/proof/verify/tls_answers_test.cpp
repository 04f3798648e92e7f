#include <gtest/gtest.h>

#include "claims_for_test.hpp"
#include "sandbox_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

const std::string host = "tenant-1.lend.localhost";

// Every host was asked, and answered as it should.
World answered(World world) {
    world = observed(std::move(world));
    world.facts.answers.emplace();
    for (std::size_t i = 0; i < world.declared.environments.size(); ++i)
        for (const HostName& name : world.declared.environments[i].hosts) {
            HostAnswer answer;
            answer.owner = Index<EnvironmentFact>{static_cast<std::uint32_t>(i)};
            answer.host = name.str();
            answer.days.value = 60;
            answer.offers = {{"TLSv1.3", "TLSv1.3 TLS_AES_256_GCM_SHA384", world.next_span()},
                             {"TLSv1.2", "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305", world.next_span()},
                             {"TLSv1.1 or older", "", world.next_span()}};
            answer.transportSecurity.value = 63'072'000;
            answer.redirect.value = "https://" + answer.host + ":8443/";
            answer.others = {{answer.host, "else.example", 421, world.next_span()},
                             {"nobody.invalid", answer.host, 0, world.next_span()}};
            answer.cookieDomains = {{answer.host, world.next_span()}, {"x." + answer.host, world.next_span()}};
            answer.at = world.next_span();
            world.facts.answers->push_back(std::move(answer));
        }
    return world;
}

struct Row {
    void (*edit)(HostAnswer&);
    std::string_view said;
};

void expect_each(Claim claim, std::span<const Row> rows) {
    expect_holds(answered(lending(2)), claim);
    for (const Row& row : rows) {
        World world = answered(lending(2));
        row.edit(world.facts.answers->front());
        expect_violated(world, claim, fmt::format("{} {}.", host, row.said), "hosts");
    }
}

TEST(Tls1, NoticesAWeakAnswer) {
    expect_each(
        Claim::tls1,
        std::to_array<Row>({
            {[](HostAnswer& a) { a.refused = "connecting: Connection refused"; },
             "does not answer as it should: connecting: Connection refused"},
            {[](HostAnswer& a) { a.days.value = 20; }, "has a certificate that ends in 20 days; 21 are the least"},
            {[](HostAnswer& a) { a.offers[2].taken = "TLSv1.1 ECDHE-ECDSA-AES256-SHA"; },
             "takes TLSv1.1 ECDHE-ECDSA-AES256-SHA (offered: TLSv1.1 or older)"},
            {[](HostAnswer& a) { a.offers[1].taken = "TLSv1.2 AES128-GCM-SHA256"; },
             "takes TLSv1.2 AES128-GCM-SHA256 (offered: TLSv1.2)"},
            {[](HostAnswer& a) { a.offers[1].taken = "TLSv1.2 ECDHE-ECDSA-AES128-SHA256"; },
             "takes TLSv1.2 ECDHE-ECDSA-AES128-SHA256 (offered: TLSv1.2)"},
            {[](HostAnswer& a) { a.offers[0].taken = "TLSv1.3 TLS_AES_128_CCM_SHA256"; },
             "takes TLSv1.3 TLS_AES_128_CCM_SHA256 (offered: TLSv1.3)"},
            {[](HostAnswer& a) { a.transportSecurity.value.reset(); },
             "does not tell browsers to come by TLS alone (Strict-Transport-Security)"},
            {[](HostAnswer& a) { a.transportSecurity.value = 300; },
             "tells browsers to come by TLS alone for 300 seconds; 63072000 are the least"},
            {[](HostAnswer& a) { a.redirect.value.clear(); }, "does not redirect plain HTTP"},
            {[](HostAnswer& a) { a.redirect.value = "http://" + a.host; },
             "sends plain HTTP to http://tenant-1.lend.localhost, which is not itself by TLS"},
            {[](HostAnswer& a) { a.redirect.value = "https://" + a.host + ".evil.example/"; },
             "sends plain HTTP to https://tenant-1.lend.localhost.evil.example/, which is not itself by TLS"},
        }));
}

TEST(Tls3, NoticesARequestUnderTheWrongName) {
    expect_each(Claim::tls3,
                std::to_array<Row>({
                    {[](HostAnswer& a) { a.others[0].status = 200; },
                     "answers 200 to the server name tenant-1.lend.localhost with the Host else.example; 421 or "
                     "nothing is due"},
                    {[](HostAnswer& a) { a.others[1].status = 404; },
                     "answers 404 to the server name nobody.invalid with the Host tenant-1.lend.localhost; 421 or "
                     "nothing is due"},
                    {[](HostAnswer& a) { a.cookieDomains[0].value = "lend.localhost"; },
                     "sets a cookie for lend.localhost, which is valid for hosts that are not the environment's"},
                    {[](HostAnswer& a) { a.cookieDomains[0].value = "tenant-2.lend.localhost"; },
                     "sets a cookie for tenant-2.lend.localhost, which is valid for hosts that are not the "
                     "environment's"},
                    {[](HostAnswer& a) { a.cookieDomains[0].value = "x" + a.host; },
                     "sets a cookie for xtenant-1.lend.localhost, which is valid for hosts that are not the "
                     "environment's"},
                }));
}

TEST(TlsAnswers, AreNeededOfEveryHost) {
    World world = answered(lending(2));
    world.facts.answers->pop_back();
    const Verdict verdict = verdict_of(world, Claim::tls1);
    EXPECT_EQ(verdict.answer, Answer::unknown);
    EXPECT_EQ(verdict.reason, "No answer of tenant-2.lend.localhost is among the facts.");
    // What another environment's text says of a host is no answer.
    World foreign = answered(lending(2));
    foreign.facts.answers->front().owner = Index<EnvironmentFact>{1};
    EXPECT_EQ(verdict_of(foreign, Claim::tls3).answer, Answer::unknown);
    // Who did not come to an answer saw nothing of names.
    World refused = answered(lending(1));
    refused.facts.answers->front().refused = "x";
    EXPECT_EQ(verdict_of(refused, Claim::tls3).answer, Answer::unknown);
    EXPECT_EQ(verdict_of(observed(lending(1)), Claim::tls1).reason, "decided by probes: add --probe");
}

}  // namespace
}  // namespace tenantry::verify

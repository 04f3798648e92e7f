#include <gtest/gtest.h>

#include "claims_for_test.hpp"
#include "sandbox_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

const std::string balancer = one + "/load-balancer-1";

void expect_proxy(World world, Claim claim, std::string_view said) {
    expect_violated(world, claim, fmt::format("The proxy of {} {}.", balancer, said), "hosts");
}

struct Row {
    void (*edit)(Proxy&);
    std::string_view said;
};

TEST(Tls1, NoticesAWeakPolicy) {
    expect_holds(lending(2), Claim::tls1);
    const Row rows[] = {
        {[](Proxy& p) { p.tls->minimum = "TLSv1.0"; }, "takes TLSv1.0; TLSv1.2 is the least"},
        {[](Proxy& p) { p.tls->minimum.clear(); }, "does not say which version of TLS is the least"},
        {[](Proxy& p) { p.tls->ciphers.clear(); }, "does not say which ciphers it takes"},
        {[](Proxy& p) { p.tls->suites.clear(); }, "does not say which cipher suites it takes"},
        {[](Proxy& p) { p.tls->ciphers.emplace_back("AES128-GCM-SHA256"); },
         "takes AES128-GCM-SHA256, which is not among the strong ciphers"},
        {[](Proxy& p) { p.tls->ciphers.emplace_back("ECDHE-RSA-AES128-SHA256"); },
         "takes ECDHE-RSA-AES128-SHA256, which is not among the strong ciphers"},
        {[](Proxy& p) { p.tls->suites.emplace_back("TLS_SHA256_SHA256"); },
         "takes TLS_SHA256_SHA256, which is not among the strong cipher suites"},
        {[](Proxy& p) { p.tls.reset(); }, "takes connections without TLS"},
        {[](Proxy& p) { p.headers.transportSecurity.reset(); },
         "does not tell browsers to come by TLS alone (Strict-Transport-Security)"},
        {[](Proxy& p) { p.headers.transportSecurity->value = 300; },
         "tells browsers to come by TLS alone for 300 seconds; 63072000 are the least"},
    };
    for (const Row& row : rows) {
        World world = lending(1);
        row.edit(world.proxy(balancer));
        expect_proxy(world, Claim::tls1, row.said);
    }
}

TEST(Tls3, NoticesNamesAndHeadersThatComeThrough) {
    expect_holds(lending(2), Claim::tls3);
    const Row rows[] = {
        {[](Proxy& p) { p.hosts.clear(); }, "takes requests for any host"},
        {[](Proxy& p) { p.hosts.push_back(host("tenant-2.lend.localhost")); },
         "takes requests for tenant-2.lend.localhost, which is not the environment's"},
        {[](Proxy& p) { p.headers.comparesNames = false; }, "takes requests whose Host is not the server name of TLS"},
        {[](Proxy& p) { p.headers.narrowsCookies = false; },
         "passes on cookies for other hosts than the one that sets them (Domain of Set-Cookie)"},
        {[](Proxy& p) { p.headers.dropsForwarding = false; },
         "passes on what clients say of where they come from (Forwarded, X-Forwarded-*)"},
    };
    for (const Row& row : rows) {
        World world = lending(1);
        row.edit(world.proxy(balancer));
        expect_proxy(world, Claim::tls3, row.said);
    }
    World none = lending(1);
    std::erase_if(none.facts.proxies, [](const Proxy& proxy) { return proxy.tls.has_value(); });
    EXPECT_EQ(verdict_of(none, Claim::tls3).reason,
              "No proxy of tenant-1/production's load balancer is among the facts.");
}

TEST(Tls2, NoticesKeysThatTwoEnvironmentsSee) {
    for (const bool live : {false, true}) {
        const auto platform = [&] { return live ? observed(lending(2)) : boxed(lending(2)); };
        expect_holds(platform(), Claim::tls2);
        // The other's keys in the place of its own.
        World swapped = platform();
        const auto keys = [](World& world, const std::string& environment) -> Mount& {
            auto& mounts = world.process(environment + "/load-balancer-1").sandbox->mounts;
            return *std::ranges::find(mounts, "/run/tls", &Mount::point);
        };
        keys(swapped, two).root = keys(swapped, one).root;
        const Verdict verdict = verdict_of(swapped, Claim::tls2);
        ASSERT_EQ(verdict.answer, Answer::violated);
        EXPECT_EQ(verdict.findings[0].summary,
                  "tenant-2/production/load-balancer-1 has the keys of tenant-1/production/load-balancer-1 too.");
        // A folder that holds them, in a task that has no use for keys.
        World above = platform();
        Mount mount = keys(above, one);
        mount.point = "/srv";
        mount.root.erase(mount.root.find("/tenant-1/"));
        above.process(two + "/api-1").sandbox->mounts.push_back(mount);
        expect_violated(above, Claim::tls2,
                        "tenant-2/production/api-1 sees the keys of tenant-1/production/load-balancer-1.", "hosts");
    }
    EXPECT_EQ(verdict_of(lending(1), Claim::tls2).reason,
              "Where the keys of tenant-1/production/load-balancer-1 come from is not known.");
}

}  // namespace
}  // namespace tenantry::verify

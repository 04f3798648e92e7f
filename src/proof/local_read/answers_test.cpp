#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

constexpr std::string_view answers = "environments/globex/demo/answers.json";
constexpr std::string_view probes = "environments/globex/demo/probes.json";
constexpr std::string_view sockets = "edge/sockets.json";

std::string golden(std::string_view name) { return support::read_test_file("golden/world/" + std::string(name)); }

TEST(Answers, AreReadAsTheyAreWritten) {
    Files files;
    files.set(answers, golden("answers.json"));
    const verify::Facts facts = files.read();
    EXPECT_TRUE(facts.notUnderstood.empty());
    ASSERT_TRUE(facts.answers);
    ASSERT_EQ(facts.answers->size(), 2u);
    const verify::HostAnswer& first = facts.answers->front();
    EXPECT_EQ(first.owner->at, 1u) << "of the environment in whose folder it lies";
    EXPECT_EQ(first.host, "acme.lend.localhost");
    EXPECT_EQ(first.days.value, 89u);
    EXPECT_EQ(files.bytes(first.days.at), "89");
    ASSERT_EQ(first.offers.size(), 2u);
    EXPECT_EQ(first.offers[0].taken, "TLSv1.3 TLS_AES_256_GCM_SHA384");
    EXPECT_EQ(first.offers[1].taken, "");
    EXPECT_EQ(first.transportSecurity.value, 63'072'000u);
    EXPECT_EQ(first.redirect.value, "https://acme.lend.localhost:8443/");
    ASSERT_EQ(first.others.size(), 1u);
    EXPECT_EQ(first.others[0].status, 421u);
    ASSERT_EQ(first.cookieDomains.size(), 1u);
    EXPECT_EQ(first.cookieDomains[0].value, "lend.localhost");
    EXPECT_EQ(facts.answers->back().refused, "connecting: Connection refused");
    EXPECT_FALSE(facts.answers->back().transportSecurity.value);
}

TEST(Answers, ThatAreNotKnownAreNotUnderstood) {
    Files version, key, domain;
    version.set(answers, R"({ "version": 2, "hosts": [] })");
    EXPECT_EQ(version.unclear().at(0), "globex/demo: Version 2 of answers.json is not known.");
    key.set(answers, R"({ "version": 1, "hosts": [], "more": 1 })");
    EXPECT_EQ(key.unclear().at(0), "globex/demo: The key `more` of answers.json is not known.");
    EXPECT_TRUE(key.read().answers) << "somebody asked, though there is no host";
    domain.set(answers, golden("answers.json")).replace(answers, R"("lend.localhost")", "[]");
    EXPECT_EQ(domain.unclear().at(0), "globex/demo: A cookie's domain is no text.");
}

TEST(ProbeResults, AreReadAsTheyAreWritten) {
    Files files;
    files.set(probes, golden("probes.json"));
    const verify::Facts facts = files.read();
    EXPECT_TRUE(facts.notUnderstood.empty());
    ASSERT_TRUE(facts.probes);
    ASSERT_EQ(facts.probes->size(), 2u);
    const verify::ProbeFact& first = facts.probes->front();
    EXPECT_EQ(first.owner->at, 1u) << "of the environment in whose folder it lies";
    EXPECT_EQ(first.task, "web-1");
    EXPECT_FALSE(first.source);
    EXPECT_EQ(first.address.str(), "10.0.0.4");
    EXPECT_EQ(first.port.number, 9000);
    EXPECT_TRUE(first.arrived);
    EXPECT_EQ(facts.probes->back().source->str(), "10.0.0.5");
    EXPECT_FALSE(facts.probes->back().arrived);
    EXPECT_FALSE(Files().read().probes) << "nobody tried";
}

TEST(ProbeResults, ThatAreNoneAreRefused) {
    for (const auto& [before, after] : {std::pair{R"("10.0.0.5")", R"("somebody")"}, std::pair{"9000", "65536"},
                                        std::pair{"true", R"("yes")"}, std::pair{R"("web-1")", "1"}}) {
        Files files;
        files.set(probes, golden("probes.json")).replace(probes, before, after);
        EXPECT_FALSE(files.diagnostics().empty()) << after;
    }
    Files key;
    key.set(probes, R"({ "version": 1, "probes": [], "more": 1 })");
    EXPECT_EQ(key.unclear().at(0), "globex/demo: The key `more` of probes.json is not known.");
}

TEST(Listeners, AreReadAsTheyAreWritten) {
    Files files;
    files.set(sockets, golden("sockets.json"));
    const verify::Facts facts = files.read();
    EXPECT_TRUE(facts.notUnderstood.empty());
    ASSERT_TRUE(facts.listeners);
    ASSERT_EQ(facts.listeners->size(), 2u);
    EXPECT_EQ(facts.listeners->front().holder, "edge");
    EXPECT_EQ(facts.listeners->front().port.number, 8443);
    EXPECT_EQ(facts.listeners->back().address, "::");
    EXPECT_FALSE(Files().read().listeners) << "nobody looked";
}

TEST(Listeners, ThatAreNotKnownAreNotUnderstood) {
    Files version, port;
    version.set(sockets, R"({ "version": 2, "sockets": [] })");
    EXPECT_EQ(version.unclear().at(0), "everybody: Version 2 of sockets.json is not known.");
    port.set(
        sockets,
        R"({ "version": 1, "sockets": [{ "holder": "edge", "protocol": "tcp", "address": "::", "port": 65536 }] })");
    EXPECT_TRUE(port.diagnostics().at(0).ends_with("65536: A port is at most 65535.")) << port.diagnostics().at(0);
}

}  // namespace
}  // namespace tenantry::local_read

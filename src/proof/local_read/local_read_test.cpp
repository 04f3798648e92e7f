#include "local_read_test.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include <tenantry/local_read/codes.hpp>
#include <tenantry/local_read/local_read.hpp>
#include <tenantry/support/golden.hpp>
#include <tenantry/support/packed.hpp>

namespace tenantry::local_read {
namespace {

constexpr std::string_view acmeRules = "environments/acme/production/nftables.json";

TEST(LocalRead, reads_every_file_of_the_page_into_facts) {
    Files files;
    support::expect_golden("local_read/two-environments.txt", verify::to_text(files.read()));
    EXPECT_EQ(files.unclear(), std::vector<std::string>{});
}

// The emitter's goldens for one environment are a stranger's text like any other.
TEST(LocalRead, understands_everything_that_the_emitter_writes) {
    const std::string manifest = support::read_test_file("golden/local_emit/manifest.json");
    Sources sources;
    std::vector<LocalText> texts;
    constexpr std::string_view before = "{ \"path\": \"";
    for (std::size_t at = 0; (at = manifest.find(before, at)) != std::string::npos;) {
        at += before.size();
        const std::string path = manifest.substr(at, manifest.find('"', at) - at);
        if (path.starts_with("edge/") || path.starts_with("environments/acme/production/"))
            texts.push_back({path, sources.add(path, support::read_test_file("golden/local_emit/" + path))});
    }
    Diagnostics diagnostics;
    const verify::Facts facts = read_local(sources, texts, diagnostics);
    verify::check_invariants(facts);
    EXPECT_TRUE(diagnostics.empty());
    for (const verify::NotUnderstood& row : facts.notUnderstood) ADD_FAILURE() << row.what;
    support::expect_golden("local_read/emitted.txt", verify::to_text(facts));
}

TEST(LocalRead, takes_the_kernels_listing_for_the_commands_that_made_it) {
    Files commands, listed;
    listed.set(acmeRules, support::read_test_file("data/local/acme-listed.json"));
    EXPECT_EQ(verify::to_text(listed.read()), verify::to_text(commands.read()));
}

// nft names protocols only where /etc/protocols does; a small machine has no such file.
TEST(LocalRead, takes_the_listing_of_a_machine_without_names_of_protocols) {
    Files commands, listed;
    std::string text = support::read_test_file("data/local/acme-listed.json");
    for (std::size_t at = 0; (at = text.find("\"tcp\"", at)) != std::string::npos;) text.replace(at, 5, "6");
    ASSERT_NE(text, support::read_test_file("data/local/acme-listed.json"));
    listed.set(acmeRules, text);
    EXPECT_EQ(verify::to_text(listed.read()), verify::to_text(commands.read()));
}

TEST(LocalRead, does_not_depend_on_the_order_of_the_texts) {
    auto files = support::unpack(support::read_test_file("data/local/two-environments.txt"));
    const auto text = [&] {
        Sources sources;
        std::vector<LocalText> texts;
        for (const auto& [path, bytes] : files) texts.push_back({path, sources.add(path, bytes)});
        Diagnostics diagnostics;
        return verify::to_text(read_local(sources, texts, diagnostics));
    };
    const std::string forward = text();
    std::ranges::reverse(files);
    EXPECT_EQ(text(), forward);
}

TEST(LocalRead, reads_no_texts_into_no_facts) {
    Diagnostics diagnostics;
    EXPECT_EQ(verify::to_text(read_local({}, {}, diagnostics)), verify::to_text({}));
    EXPECT_TRUE(diagnostics.empty());
}

TEST(LocalRead, places_facts_in_the_text_that_makes_them) {
    Files files;
    const verify::Facts facts = files.read();
    EXPECT_EQ(files.bytes(facts.environments[0].at), R"("acme/production")");
    EXPECT_EQ(files.bytes(facts.devices[0].at), R"("router")");
    EXPECT_EQ(files.bytes(facts.interfaces[1].at), R"("api-1")");
    EXPECT_EQ(files.bytes(facts.devices[0].routes.back().at), R"({"to": "10.0.16.0/20", "unreachable": true})");
    EXPECT_EQ(files.bytes(facts.processes[0].at), R"("/run/tenantry/net/acme/production/api-1")");
    EXPECT_EQ(files.bytes(facts.sockets[0].at), R"("/run/tenantry/in/acme.lend.localhost")");
    EXPECT_EQ(files.bytes(facts.proxies[0].at), "frontend public");
    EXPECT_EQ(files.bytes(facts.proxies[0].routes[0].at), "use_backend admin if route-1");
    EXPECT_EQ(files.bytes(facts.proxies[0].routes[0].to[1].at), "10.0.16.5:9000");
    EXPECT_EQ(files.bytes(facts.edges[0].at), "listen 127.0.0.1:8443");
}

TEST(LocalRead, says_what_a_file_that_it_does_not_know_makes_unknown) {
    Files files;
    files.set("environments/acme/production/extra.json", "{}").set("other", "").set("manifest.json", "{}");
    EXPECT_EQ(files.unclear(),
              (std::vector<std::string>{
                  "everybody: What the file `other` is for is not known.",
                  "acme/production: What the file `environments/acme/production/extra.json` is for is not known."}));
}

TEST(LocalRead, needs_both_files_of_an_environment) {
    Files files;
    files.remove("environments/globex/demo/network.json").remove(acmeRules);
    EXPECT_EQ(files.diagnostics(),
              (std::vector<std::string>{"TN0750 : The folder of `acme/production` has no nftables.json.",
                                        "TN0750 : The folder of `globex/demo` has no network.json."}));
}

TEST(LocalRead, passes_on_what_the_parsers_refuse) {
    Files files;
    files.set(acmeRules, "{").set("edge/nginx.conf", "http {");
    files.read();
    EXPECT_EQ(files.found.count(Severity::error), 2U);
}

// The example of a code that is too large to print is a valid text.
TEST(Codes, have_examples_that_give_them) {
    for (const CodeInfo* code : code::all()) {
        if (code == &code::rulesTooLarge) continue;
        Sources sources;
        std::vector<LocalText> texts;
        for (const auto& [path, text] : support::unpack(code->example))
            texts.push_back({path, sources.add(path, text)});
        Diagnostics diagnostics;
        read_local(sources, texts, diagnostics);
        ASSERT_FALSE(diagnostics.empty()) << code->code;
        for (const Diagnostic& diagnostic : diagnostics.all()) EXPECT_EQ(diagnostic.code->code, code->code);
    }
}

}  // namespace
}  // namespace tenantry::local_read

#include <algorithm>

#include <gtest/gtest.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::compile {
namespace {

using support::PlatformText;

std::optional<Compiled> compile_text(std::string_view platform, Diagnostics& diagnostics, unsigned threads = 1) {
    const PlatformText text(platform);
    return compile(text.sources, {text.inputs, text.hasLock ? std::optional(text.lock) : std::nullopt}, Pool(threads),
                   diagnostics);
}

// Everything that the compiler makes, as bytes.
std::string all_bytes(std::string_view platform, unsigned threads = 1) {
    Diagnostics diagnostics;
    const auto compiled = compile_text(platform, diagnostics, threads);
    if (!compiled) return "refused: " + diagnostics.all()[0].detail;
    std::string bytes;
    for (const auto& file : local_emit::emit_all(compiled->blueprint, Pool(threads)))
        bytes += "--- " + file.path + "\n" + file.text;
    return bytes;
}

TEST(Codes, EachExampleGivesItsCode) {
    for (const CodeInfo* info : all_codes()) {
        // Codes of other inputs than a platform are tried where those are read.
        if (info->code.starts_with("TN01") || info->code.starts_with("TN075") || info->code.starts_with("TN08") ||
            info->code == "TN0216")
            continue;
        ASSERT_FALSE(info->example.empty()) << info->code;
        Diagnostics diagnostics;
        const auto compiled = compile_text(info->example, diagnostics);
        if (compiled) diagnostics.append(beyond_local(compiled->model.platform));
        const auto found = std::ranges::find(diagnostics.all(), info, &Diagnostic::code);
        EXPECT_NE(found, diagnostics.all().end())
            << info->code << (diagnostics.empty() ? " gave nothing" : " gave " + diagnostics.all()[0].detail);
        EXPECT_LE(diagnostics.count(Severity::error), 1u) << info->code << ": an example shows one mistake";
    }
}

TEST(Codes, AreUniqueAndInTheirRoomsRange) {
    const auto codes = all_codes();
    for (std::size_t i = 1; i < codes.size(); ++i) EXPECT_LT(codes[i - 1]->code, codes[i]->code);
    for (const CodeInfo* info : codes) {
        EXPECT_EQ(info->code.size(), 6u) << info->code;
        EXPECT_FALSE(info->summary.empty());
        EXPECT_FALSE(info->explanation.empty());
        EXPECT_EQ(info->summary.find('`'), std::string_view::npos) << info->code << ": a summary has no names in it";
    }
}

TEST(Compiler, GivesTheSameBytesTwiceAndOnTwoThreads) {
    const std::string once = all_bytes(support::smallPlatform);
    ASSERT_NE(once.find("nftables.json"), std::string::npos) << once.substr(0, 200);
    EXPECT_EQ(all_bytes(support::smallPlatform), once);
    EXPECT_EQ(all_bytes(support::smallPlatform, 2), once);
}

TEST(Compiler, GivesTheSameBytesWhateverTheOrderOfKeys) {
    EXPECT_EQ(all_bytes(R"(tenants:
  norte:
    production: { env: { LOG_LEVEL: warn }, services: { api: { env: { LOG_LEVEL: debug }, tasks: 4..12 } } }
    name: Crédito del Norte
  acme: { hosts: { production: [prestamos.acme.example] }, name: Préstamos Acme }
services:
  scoring: { port: 9100, memory: 128MiB, image: lend/scoring, tier: middleware }
  api:
    env: { LOG_LEVEL: info }
    health: { path: /healthz }
    tasks: { production: 2..6, demo: 1 }
    calls: [scoring]
    port: 9000
    image: lend/api
    tier: middleware
  web: { tasks: 2, routes: { /api: api }, static: /srv/www, image: lend/web, tier: frontend }
stages:
  demo: {}
  production: { protect: true, zones: 2 }
domain: lend.example
platform: lend
)"),
              all_bytes(support::smallPlatform));
}

TEST(Compiler, GivesTheSameBytesWithTenantsInFiles) {
    const std::string text(support::smallPlatform);
    const std::size_t tenants = text.find("tenants:");
    std::string files = text.substr(0, tenants) + "tenants: { include: tenants/*.yaml }\n";
    std::string body;
    for (std::string_view rest = std::string_view(text).substr(text.find('\n', tenants) + 1); !rest.empty();
         rest.remove_prefix(rest.find('\n') + 1)) {
        if (rest.starts_with("  norte")) body += "--- tenants/norte.yaml\n";
        body += rest.substr(2, rest.find('\n') - 1);
    }
    EXPECT_EQ(all_bytes(files + "--- tenants/acme.yaml\n" + body), all_bytes(text));
}

TEST(Compiler, TellsEveryMistakeOfEveryFileInOneRun) {
    Diagnostics diagnostics;
    EXPECT_FALSE(compile_text(R"(platform: Lend
domain: lend.example
stages: { production: { zonse: 2 } }
services:
  api: { tier: middleware, image: lend/api, calls: [nobody], port: 99999 }
tenants: { include: tenants/*.yaml }
--- tenants/acme.yaml
acme: { name: Acme, stages: [prod] }
--- platform.lock
tenantry-lock 1
)",
                              diagnostics));
    std::vector<std::string_view> codes;
    for (const Diagnostic& diagnostic : diagnostics.all()) codes.push_back(diagnostic.code->code);
    std::ranges::sort(codes);
    EXPECT_EQ(codes, (std::vector<std::string_view>{"TN0201", "TN0205", "TN0205", "TN0206", "TN0206", "TN0301"}));
}

class Proofs : public testing::Test {
  protected:
    std::vector<verify::Verdict> prove(std::string_view platform, unsigned threads = 1) {
        const auto compiled = compile_text(platform, diagnostics);
        EXPECT_TRUE(compiled);
        const auto files = local_emit::emit_all(compiled->blueprint, Pool(threads));
        const auto proof = prove_local(compiled->blueprint, files, sources, Pool(threads), diagnostics);
        EXPECT_TRUE(proof) << (diagnostics.empty() ? "" : diagnostics.all()[0].detail);
        EXPECT_TRUE(!proof || proof->notUnderstood.empty()) << proof->notUnderstood[0].what;
        return proof ? proof->verdicts : std::vector<verify::Verdict>{};
    }
    Sources sources;
    Diagnostics diagnostics;
};

// Translation validation: what was emitted, read like a stranger's, is what was meant.
TEST_F(Proofs, WhatIsEmittedHoldsWhatTheFileDeclares) {
    for (const verify::Verdict& verdict : prove(support::smallPlatform)) {
        if (!verify::decided_on_text(verdict.claim)) continue;
        EXPECT_EQ(verdict.answer, verify::Answer::holds)
            << to_string(verdict.claim) << " " << verdict.reason
            << (verdict.findings.empty() ? "" : verdict.findings[0].summary);
        EXPECT_EQ(verdict.basis.environments, 4u) << to_string(verdict.claim);
    }
}

TEST_F(Proofs, OfAPlatformWithoutTenantsRestOnNothingAndSaySo) {
    const std::string none =
        std::string(support::smallPlatform).substr(0, support::smallPlatform.find("tenants:")) + "tenants: {}\n";
    for (const verify::Verdict& verdict : prove(none))
        if (verify::decided_on_text(verdict.claim)) {
            EXPECT_EQ(verdict.basis.environments, 0u);
        }
}

}  // namespace
}  // namespace tenantry::compile

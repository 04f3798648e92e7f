#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/blueprint/network_use.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/compile/secret_uses.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::compile {
namespace {

using support::PlatformText;

// The texts are kept: a model's trees lead into them, and `locate` reads those.
std::optional<Compiled> compile_text(std::string_view platform, Diagnostics& diagnostics, unsigned threads = 1) {
    static std::deque<PlatformText> kept;
    const PlatformText& text = kept.emplace_back(platform);
    return compile(text.sources, {text.inputs, text.hasLock ? std::optional(text.lock) : std::nullopt}, Pool(threads),
                   diagnostics);
}

/// A compiled platform with its texts, into which the model's trees look: for what locates things in them.
struct CompiledText {
    PlatformText text;
    Diagnostics diagnostics;
    std::optional<Compiled> compiled;

    explicit CompiledText(std::string_view platform) : text(platform) {
        compiled = compile(text.sources, {text.inputs, text.hasLock ? std::optional(text.lock) : std::nullopt}, Pool(1),
                           diagnostics);
    }
};

// What `tenantry lock --resolve` says of a lock whose environments were all applied.
Diagnostics resolve_text(std::string_view platform) {
    Diagnostics diagnostics;
    const PlatformText text(platform);
    const std::vector<blueprint::AppliedBlock> applied{{"acme/production", {}}, {"norte/production", {}}};
    EXPECT_FALSE(resolve_lock(text.sources, {text.inputs, text.lock}, applied, diagnostics));
    return diagnostics;
}

// What `tenantry network reclaim acme/production` says.
Diagnostics reclaim_text(std::string_view platform) {
    Diagnostics diagnostics;
    const PlatformText text(platform);
    const auto lock = blueprint::read_lock(text.sources, text.lock, diagnostics);
    const std::vector<std::string> names{"acme/production"};
    EXPECT_FALSE(blueprint::reclaim(*lock, names, text.lock, diagnostics));
    return diagnostics;
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

MachineRanges machine(std::initializer_list<std::pair<const char*, const char*>> rows) {
    MachineRanges ranges;
    for (const auto& [range, owner] : rows) ranges.push_back({*Cidr::parse(range), owner});
    return ranges;
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
        if (info->code == "TN0307" || info->code == "TN0308") diagnostics = resolve_text(info->example);
        if (info->code == "TN0309" || info->code == "TN0310") diagnostics = reclaim_text(info->example);
        if (compiled) diagnostics.append(beyond_local(compiled->model.platform));
        if (info->code == "TN0702")
            diagnostics.append(
                machine_conflicts(*CompiledText(info->example).compiled, machine({{"10.0.0.0/24", "docker0"}})));
        if (info->code == "TN0703") diagnostics.append(missing_secrets(*CompiledText(info->example).compiled, {}));
        const auto found = std::ranges::find(diagnostics.all(), info, &Diagnostic::code);
        EXPECT_NE(found, diagnostics.all().end())
            << info->code << (diagnostics.empty() ? " gave nothing" : " gave " + diagnostics.all()[0].detail);
        EXPECT_LE(diagnostics.count(Severity::error), 1u) << info->code << ": an example shows one mistake";
    }
}

TEST(UnkeptByLocal, IsToldAtTheKeysThatAskForIt) {
    Sources sources;
    Diagnostics diagnostics;
    const SourceId id = sources.add("platform.yaml", R"(platform: lend
domain: lend.example
stages: { demo: { idle: sleep-after 30m }, production: { backups: { pitr: 35d }, logs: 400d } }
services: { api: { tier: middleware, image: lend/api, stores: { books: read } } }
stores: { books: { engine: postgresql } }
tenants: { acme: { name: Acme } }
targets: { local: {} }
)");
    const auto model = model::read_model(sources, {id, {}}, diagnostics);
    ASSERT_TRUE(model);
    std::vector<std::string> keys;
    const Diagnostics unkept = unkept_by_local(*model);
    for (const Diagnostic& one : unkept.all()) keys.emplace_back(sources.text(one.at));
    EXPECT_EQ(keys, (std::vector<std::string>{"idle", "backups", "logs", "stores", "local"}));
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

std::vector<std::string> told(const Diagnostics& diagnostics) {
    std::vector<std::string> all;
    for (const Diagnostic& one : diagnostics.all()) all.push_back(one.detail + " " + one.help);
    return all;
}

TEST(MachineConflicts, NameTheEnvironmentAndWhoHasTheRange) {
    const CompiledText platform(support::smallPlatform);
    const auto& compiled = platform.compiled;
    EXPECT_EQ(told(machine_conflicts(*compiled, machine({{"10.0.17.0/24", "docker0"},
                                                         {"10.0.32.0/19", "a route over wg0"},
                                                         {"10.0.64.0/20", "eth0"},
                                                         {"192.168.0.0/16", "eth1"}}))),
              (std::vector<std::string>{"The block 10.0.16.0/20 of `acme/production` overlaps 10.0.17.0/24 of docker0, "
                                        "which this machine uses itself. add 10.0.17.0/24 to `network.avoid`",
                                        "The block 10.0.32.0/20 of `norte/demo` overlaps 10.0.32.0/19 of a route over "
                                        "wg0, which this machine uses itself; so do 1 more. add 10.0.32.0/19 to "
                                        "`network.avoid`"}));
}

TEST(MachineConflicts, AreOfThoseThatAreAskedForAlone) {
    const CompiledText platform(support::smallPlatform);
    const auto& compiled = platform.compiled;
    const auto ranges = machine({{"10.0.0.0/18", "docker0"}});
    const std::vector<std::string> none, one{"norte/demo"};
    EXPECT_TRUE(machine_conflicts(*compiled, ranges, none).empty());
    const auto conflicts = machine_conflicts(*compiled, ranges, one);
    ASSERT_EQ(conflicts.all().size(), 1u);
    EXPECT_NE(conflicts.all()[0].detail.find("10.0.32.0/20 of `norte/demo`"), std::string::npos);
    EXPECT_EQ(conflicts.all()[0].detail.find("more"), std::string::npos);
}

TEST(MachineConflicts, OfABlockThatWasGivenBeforeAskForAnotherRangeOfTheMachine) {
    const CompiledText platform(std::string(support::smallPlatform) + R"(--- platform.lock
tenantry-lock 1
platform lend 7f3c0e5a91d2ab03
block 10.0.0.0/20 acme/demo layout=1 uid=1048576 gen=1
retired 10.0.16.0/20 oldbank/demo uid=1114112 gen=1
block 10.0.32.0/20 left/demo layout=1 uid=1179648 gen=1
)");
    const auto& compiled = platform.compiled;
    EXPECT_EQ(
        told(machine_conflicts(*compiled, machine({{"10.0.0.0/18", "docker0"}}))),
        (std::vector<std::string>{
            "The block 10.0.48.0/20 of `acme/production` overlaps 10.0.0.0/18 of docker0, which this machine uses "
            "itself. add 10.0.0.0/18 to `network.avoid`",
            "The block 10.0.0.0/20 of `acme/demo` overlaps 10.0.0.0/18 of docker0, which this machine uses itself. "
            "10.0.0.0/20 was given before and never moves: give docker0 another range, or run the platform "
            "elsewhere"}))
        << "neither retired ones nor those that the files no longer have run here";
}

TEST(MachineConflicts, PointAtTheKeyThatKeepsARangeFree) {
    const auto place = [](std::string_view text) {
        const CompiledText platform(text);
        const auto conflicts = machine_conflicts(*platform.compiled, machine({{"10.0.0.0/24", "docker0"}}));
        return std::string(platform.text.sources.text(conflicts.all()[0].at));
    };
    EXPECT_EQ(place(support::smallPlatform), "acme");
    const std::string network = "network: { avoid: [10.96.0.0/12] }\n";
    EXPECT_EQ(place(network + std::string(support::smallPlatform)), "avoid");
}

class Proofs : public testing::Test {
  protected:
    std::vector<verify::Verdict> prove(std::string_view platform, unsigned threads = 1) {
        const auto compiled = compile_text(platform, diagnostics);
        EXPECT_TRUE(compiled);
        const auto files = local_emit::emit_all(compiled->blueprint, Pool(threads));
        const auto proof =
            prove_local(compiled->blueprint, files, MachineRanges{}, sources, Pool(threads), diagnostics);
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

#include <gtest/gtest.h>

#include <tenantry/compile/plan.hpp>
#include <tenantry/support/lending.hpp>

namespace tenantry::compile {
namespace {

class SavedPlans : public testing::Test {
  protected:
    static constexpr std::string_view lock =
        "--- platform.lock\ntenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\nblock 10.0.0.0/20 acme/production "
        "aws=222222222222 layout=1 uid=1048576 gen=1\n";

    static SavedPlan plan_of(const std::string& platform, std::string_view pins = "", std::string_view applied = "") {
        const support::PlatformText text(platform);
        const Inputs inputs{text.inputs, text.hasLock ? std::optional(text.lock) : std::nullopt};
        Diagnostics diagnostics;
        const auto compiled = compile(text.sources, inputs, Pool(1), diagnostics);
        EXPECT_TRUE(compiled);
        return saved_plan(make_plan(*compiled, {}), "local", fingerprint(text.sources, inputs, pins, applied));
    }
    static std::optional<SavedPlan> read(const std::string& bytes) {
        Sources sources;
        const SourceId id = sources.add("a.plan", bytes);
        Diagnostics diagnostics;
        auto plan = read_plan(sources, id, diagnostics);
        EXPECT_EQ(plan.has_value(), diagnostics.empty());
        return plan;
    }
    static std::vector<std::string> moved(const SavedPlan& saved, const SavedPlan& now) {
        Sources sources;
        const SourceId id = sources.add("a.plan", to_text(saved));
        Diagnostics diagnostics;
        const bool fresh = check_fresh(saved, now, id, diagnostics);
        EXPECT_EQ(fresh, diagnostics.empty());
        std::vector<std::string> said;
        for (const Diagnostic& diagnostic : diagnostics.all()) said.push_back(diagnostic.detail);
        return said;
    }
    const std::string platform = support::lending_text() + std::string(lock);
};

using Said = std::vector<std::string>;

TEST_F(SavedPlans, AreReadBackAsTheyWereWritten) {
    const SavedPlan plan = plan_of(platform);
    EXPECT_EQ(plan.rows.size(), 8u);
    EXPECT_EQ(read(to_text(plan)), plan);
}

TEST_F(SavedPlans, ReadLikeThis) { support::expect_golden("compile/saved.plan", to_text(plan_of(platform))); }

TEST_F(SavedPlans, WithAnyByteChangedOrCutAreRefused) {
    const std::string text = to_text(plan_of(platform));
    for (std::size_t at = 0; at < text.size(); ++at) {
        EXPECT_FALSE(read(text.substr(0, at))) << "cut after " << at;
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(read(changed)) << "byte " << at;
    }
    EXPECT_FALSE(read(text + "\n"));
}

TEST_F(SavedPlans, AreFreshWhileNothingMoves) { EXPECT_EQ(moved(plan_of(platform), plan_of(platform)), Said{}); }

TEST_F(SavedPlans, AreStaleWhenAnythingMovesAndSayWhat) {
    const SavedPlan saved = plan_of(platform, "pins", "applied");
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string other = platform;
        other.replace(other.find(from), from.size(), to);
        return plan_of(other, "pins", "applied");
    };
    EXPECT_EQ(moved(saved, with("tasks: 4..12", "tasks: 5..12")),
              Said{"The platform's files changed since the plan was made."});
    EXPECT_EQ(moved(saved, with("# in negotiation", "# a comment")),
              Said{"The platform's files changed since the plan was made."})
        << "bytes count, whatever they mean";
    EXPECT_EQ(moved(saved, with("gen=1", "gen=2")), Said{"`platform.lock` changed since the plan was made."});
    EXPECT_EQ(moved(saved, plan_of(platform, "others", "applied")),
              Said{"Releases were pinned since the plan was made."});
    EXPECT_EQ(moved(saved, plan_of(platform, "pins", "more")),
              Said{"Something else was applied since the plan was made."});
    SavedPlan otherVersion = saved;
    otherVersion.wanted = blake2b("other");
    EXPECT_EQ(moved(saved, otherVersion),
              Said{"This version of Tenantry makes something else of the same files than the one that planned."});
    SavedPlan otherTarget = saved;
    otherTarget.target = "aws";
    EXPECT_EQ(moved(saved, otherTarget).size(), 1u);
}

// A name and a text are two things: moved from one to the other they are other files.
TEST_F(SavedPlans, FingerprintsTellNamesFromTexts) {
    const auto files = [](const char* name, const char* body) {
        Sources sources;
        const SourceId platformFile = sources.add("platform.yaml", "");
        const SourceId tenant = sources.add(name, body);
        return fingerprint(sources, {{platformFile, {tenant}}, {}}, "", "").files;
    };
    EXPECT_NE(files("ab", "c"), files("a", "bc"));
    EXPECT_EQ(files("ab", "c"), files("ab", "c"));
}

}  // namespace
}  // namespace tenantry::compile

#include <gtest/gtest.h>

#include <tenantry/support/lending.hpp>
#include <tenantry/view/plan.hpp>

namespace tenantry::view {
namespace {

class Planned : public testing::Test {
  protected:
    static compile::Compiled compiled(const std::string& platform) {
        const support::PlatformText text(platform);
        Diagnostics diagnostics;
        auto done = compile::compile(
            text.sources, {text.inputs, text.hasLock ? std::optional(text.lock) : std::nullopt}, Pool(1), diagnostics);
        EXPECT_TRUE(done) << diagnostics.all()[0].detail;
        return *std::move(done);
    }
    static std::string with(std::string text,
                            std::initializer_list<std::pair<std::string_view, std::string_view>> edits) {
        for (const auto& [from, to] : edits) {
            EXPECT_NE(text.find(from), std::string::npos) << from;
            text.replace(text.find(from), from.size(), to);
        }
        return text;
    }
    // Everything locked, so that nothing moves by itself.
    const std::string lock = "--- platform.lock\n" + blueprint::to_text(compiled(support::lending_text()).lock);
    const std::string before = support::lending_text() + lock;
    // A count, a text, a port, a store's engine, a tenant gone and one new, a block moved by hand: every sign of a
    // plan.
    const std::string after =
        with(before, {{"tasks: 4..12", "tasks: 5..12"},
                      {"LOG_LEVEL: info", "LOG_LEVEL: debug"},
                      {"port: 9100", "port: 9200"},
                      {"engine: mongodb", "engine: postgresql"},
                      {"calls: [scoring]", "calls: [scoring, notify]"},
                      {"  worker:\n", "  notify: { tier: middleware, image: lend/notify, port: 9300 }\n  worker:\n"},
                      {"logs: 400d", "logs: 500d"},
                      {"local: {}", "local: { domain: lend.test }"},
                      {"norte:\n  name: Crédito del Norte", "oeste:\n  name: Crédito del Oeste\n  stages: [demo]"},
                      {"block 10.0.112.0/20 sur/staging", "block 10.9.0.0/20 sur/staging"}});

    static std::string text(const compile::Compiled& all, const blueprint::State& applied, const char* against) {
        return plan_text(all, compile::make_plan(all, applied), against, Style{});
    }
};

TEST_F(Planned, FromNothingReadsLikeThis) {
    support::expect_golden("view/plan_new.txt", text(compiled(before), {}, ""));
}

TEST_F(Planned, ChangesReadLikeThis) {
    const auto state = blueprint::state_of(compiled(before).blueprint);
    support::expect_golden("view/plan.txt", text(compiled(after), state, "what was emitted to out"));
}

TEST_F(Planned, ChangesAsJson) {
    const auto all = compiled(after);
    JsonText json;
    json.object();
    plan_json(all, compile::make_plan(all, blueprint::state_of(compiled(before).blueprint)), "out", json);
    json.end();
    support::expect_golden("view/plan.json", std::move(json).take());
}

TEST_F(Planned, TheFirstLineCountsAndLeavesOutWhatIsNot) {
    const auto state = blueprint::state_of(compiled(before).blueprint);
    const auto first = [&](const std::string& platform) {
        const std::string all = text(compiled(platform), state, "what was emitted to out");
        return all.substr(0, all.find('\n'));
    };
    EXPECT_EQ(first(before), "touches 0 of 3 tenants: 0 restarts, 0 replaced");
    EXPECT_EQ(
        first(with(before, {{"services: { api: { tasks: 4..12 } }", "services: { api: { tasks: 4..12, cpu: 1 } }"}})),
        "touches 1 of 3 tenants: 1 restart, 0 replaced");
    EXPECT_EQ(first(with(before, {{"tasks: 4..12", "tasks: 4..13"}})),
              "touches 1 of 3 tenants: 0 restarts, 0 replaced, 1 in place");
}

TEST_F(Planned, OfAnEqualPlatformSaysThatNothingChanges) {
    const std::string all =
        text(compiled(before), blueprint::state_of(compiled(before).blueprint), "what was emitted to out");
    EXPECT_NE(all.find("Nothing changes."), std::string::npos);
}

}  // namespace
}  // namespace tenantry::view

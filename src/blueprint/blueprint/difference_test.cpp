#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/blueprint/difference.hpp>
#include <tenantry/support/lending_edits.hpp>

#include "built_for_test.hpp"

namespace tenantry::blueprint {
namespace {

using support::lending_text;
using support::lending_with;
using support::lendingEdits;

State state(const std::string& platform) { return state_of(blueprint_of(platform)); }

const EnvironmentChange* of(const Difference& difference, std::string_view name) {
    for (const EnvironmentChange& change : difference.environments)
        if (change.name() == name) return &change;
    return nullptr;
}

const ItemChange* item(const EnvironmentChange& change, std::string_view path) {
    const auto found = std::ranges::find(change.items, path, &ItemChange::path);
    return found == change.items.end() ? nullptr : &*found;
}

TEST(Effects, EveryLineOfABlueprintHasOneRule) {
    std::set<std::string> paths;
    for (std::size_t i = 0; i < lendingEdits.size(); ++i) {
        const State all = state(lending_with({i}));
        for (const State::Line& line : all.commons) paths.insert(line.path);
        for (const State::Shape& shape : all.shapes)
            for (const State::Line& line : shape) paths.insert(line.path);
    }
    EXPECT_GT(paths.size(), 80u);
    for (const std::string& path : paths) EXPECT_FALSE(effect_of(path).pattern.empty()) << path << " has no rule";
    for (const EffectRule& rule : effect_rules()) {
        std::string path(rule.pattern);
        for (std::size_t at = path.find('*'); at != std::string::npos; at = path.find('*')) path[at] = 'x';
        EXPECT_EQ(&effect_of(path), &rule) << "an earlier rule takes " << path;
        EXPECT_TRUE(rule.effect == Effect::inPlace || !rule.reason.empty()) << rule.pattern << " says no reason";
    }
    EXPECT_EQ(effect_of("services.api.colour").effect, Effect::replace) << "an unknown setting may mean anything";
    EXPECT_EQ(effect_of("services.web.routes./a.b").effect, Effect::restart);
}

class Edited : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(All, Edited, testing::Range(std::size_t{0}, lendingEdits.size()));

TEST_P(Edited, CostsWhatItsRowSays) {
    const support::LendingEdit& edit = lendingEdits[GetParam()];
    ASSERT_NE(lending_with({GetParam()}), lending_text()) << edit.from;
    const Difference all = difference(state(lending_text()), state(lending_with({GetParam()})));
    const EnvironmentChange* acme = of(all, "acme/production");
    if (edit.item == "-") {
        EXPECT_EQ(acme, nullptr) << edit.to;
        return;
    }
    ASSERT_NE(acme, nullptr) << edit.to;
    EXPECT_EQ(acme->change, Change::update);
    const ItemChange* touched = item(*acme, edit.item);
    ASSERT_NE(touched, nullptr) << edit.to << " touches " << acme->items[0].path;
    EXPECT_EQ(to_string(touched->effect), edit.effect) << edit.to;
}

TEST(Differences, AStoreThatIsReplacedRestartsWhoUsesIt) {
    const std::string platform = lending_text();
    std::string other = platform;
    other.replace(other.find("engine: mongodb"), 15, "engine: postgresql");
    const Difference all = difference(state(platform), state(other));
    const EnvironmentChange& acme = *of(all, "acme/production");
    EXPECT_EQ(item(acme, "stores.documents")->change, Change::replace);
    EXPECT_EQ(item(acme, "services.api")->because, std::vector<std::string>{"`stores.documents` is replaced"});
    EXPECT_EQ(item(acme, "services.worker"), nullptr) << "it uses another store";
    EXPECT_EQ(all.touched.restarts, 8u) << "the api, once in each environment";
    EXPECT_EQ(all.touched.replaced, 8u);
}

TEST(Differences, ANewPortRestartsTheCallers) {
    std::string other = lending_text();
    other.replace(other.find("port: 9100"), 10, "port: 9200");
    const Difference all = difference(state(lending_text()), state(other));
    const EnvironmentChange& acme = *of(all, "acme/production");
    EXPECT_EQ(item(acme, "services.scoring")->change, Change::replace);
    EXPECT_EQ(item(acme, "services.api")->effect, Effect::restart);
    EXPECT_EQ(item(acme, "services.web"), nullptr);
}

TEST(Differences, ABlockOrIdsOfAnotherMakeTheEnvironmentAnew) {
    const State before = state(lending_text());
    State after = before;
    for (std::string& value : after.environments[1].values)
        if (value == "10.0.16.0/20") value = "10.9.0.0/20";
    const Difference all = difference(before, after);
    ASSERT_EQ(all.environments.size(), 1u);
    EXPECT_EQ(all.environments[0].change, Change::replace);
    EXPECT_EQ(all.touched.replaced, 1u);
    EXPECT_EQ(all.touched.restarts, 0u) << "what is made anew is not restarted too";
}

TEST(Differences, ServicesThatComeAndGoAreNoRestarts) {
    std::string other = lending_text();
    other.replace(other.find("  worker:\n"), 10, "  runner:\n");
    const Difference all = difference(state(lending_text()), state(other));
    const EnvironmentChange& acme = *of(all, "acme/production");
    EXPECT_EQ(item(acme, "services.runner")->change, Change::create);
    EXPECT_EQ(item(acme, "services.worker")->change, Change::remove);
    EXPECT_EQ(all.touched.restarts, 0u);
    EXPECT_EQ(all.touched.replaced, 0u);
}

TEST(Differences, AnImageFromAnotherFileRestartsItsServices) {
    std::string before = lending_text();
    before.replace(before.find("local: {}"), 9, "local: { images: { lend/scoring: { host: build/a } } }");
    std::string after = before;
    after.replace(after.find("build/a"), 7, "build/b");
    const Difference all = difference(state(before), state(after));
    EXPECT_EQ(all.commons.size(), 1u);
    ASSERT_NE(of(all, "sur/demo"), nullptr);
    EXPECT_EQ(of(all, "sur/demo")->items.size(), 1u);
    EXPECT_EQ(of(all, "sur/demo")->items[0].path, "services.scoring");
    EXPECT_EQ(all.touched.restarts, 8u);
}

TEST(Differences, FromNothingEverythingIsNew) {
    const State all = state(lending_text());
    const Difference from = difference({}, all);
    EXPECT_EQ(from.touched, (Touched{3, 3, 8, 0, 0, 0, 0}));
    EXPECT_TRUE(from.commons.empty());
    const Difference to = difference(all, {all.platform, all.commons, {}, {}});
    EXPECT_EQ(to.touched, (Touched{3, 3, 0, 8, 0, 0, 0}));
}

// Nothing that the blueprint says can change unseen, and nothing else is seen.
RC_GTEST_PROP(Differences, AreEmptyExactlyWhereAllEnvironmentsReadTheSame,
              (const std::vector<std::size_t>& one, const std::vector<std::size_t>& other)) {
    const Blueprint a = blueprint_of(lending_with(one));
    const Blueprint b = blueprint_of(lending_with(other));
    const Difference all = difference(state_of(a), state_of(b));
    RC_ASSERT(difference(state_of(a), state_of(a)).empty());
    for (std::size_t i = 0; i < a.environments.size(); ++i) {
        const bool same = to_text(a, a.environments[i]) == to_text(b, b.environments[i]);
        RC_ASSERT(same == (of(all, a.environments[i].name()) == nullptr));
    }
    // The way back touches the same environments as much.
    const Difference back = difference(state_of(b), state_of(a));
    RC_ASSERT(back.environments.size() == all.environments.size());
    RC_ASSERT(back.touched.replaced == all.touched.replaced);
    RC_ASSERT(back.touched.tenants == all.touched.tenants);
}

}  // namespace
}  // namespace tenantry::blueprint

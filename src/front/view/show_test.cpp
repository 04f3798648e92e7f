#include <gtest/gtest.h>

#include <tenantry/support/lending.hpp>
#include <tenantry/view/show.hpp>

namespace tenantry::view {
namespace {

class Shown : public testing::Test {
  protected:
    static std::optional<compile::Compiled> compiled(const std::string& platform, Diagnostics& diagnostics) {
        const support::PlatformText text(platform);
        return compile::compile(text.sources, {text.inputs, {}}, Pool(1), diagnostics);
    }
    static const blueprint::Environment& named(const compile::Compiled& all, std::string_view name) {
        for (const blueprint::Environment& environment : all.blueprint.environments)
            if (environment.name() == name) return environment;
        ADD_FAILURE() << name;
        return all.blueprint.environments.front();
    }
    Diagnostics diagnostics;
};

TEST_F(Shown, AnEnvironmentReadsLikeThis) {
    const auto all = compiled(support::lending_text(), diagnostics);
    ASSERT_TRUE(all) << diagnostics.all()[0].detail;
    support::expect_golden("view/show_production.txt", show_text(*all, named(*all, "acme/production")));
    support::expect_golden("view/show_demo.txt", show_text(*all, named(*all, "sur/demo")));
}

TEST_F(Shown, AnEnvironmentAsJson) {
    const auto all = compiled(support::lending_text(), diagnostics);
    ASSERT_TRUE(all);
    JsonText json;
    json.object();
    show_json(*all, named(*all, "acme/production"), json);
    json.end();
    support::expect_golden("view/show_production.json", std::move(json).take());
}

// A line of the file that changes one thing changes one line of what is shown, so that a diff can be read.
TEST_F(Shown, OneValueIsOneLine) {
    std::string other = support::lending_text();
    other.replace(other.find("LOG_LEVEL: info"), 15, "LOG_LEVEL: warn");
    const auto before = compiled(support::lending_text(), diagnostics);
    const auto after = compiled(other, diagnostics);
    ASSERT_TRUE(before && after);
    const std::string a = show_text(*before, named(*before, "acme/production"));
    const std::string b = show_text(*after, named(*after, "acme/production"));
    const std::size_t at = a.find("LOG_LEVEL: info");
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(b, std::string(a).replace(at, 15, "LOG_LEVEL: warn"));
}

}  // namespace
}  // namespace tenantry::view

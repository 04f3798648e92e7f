#include <gtest/gtest.h>

#include <tenantry/support/lending.hpp>
#include <tenantry/view/plan.hpp>

namespace tenantry::view {
namespace {

class Shapes : public testing::Test {
  protected:
    explicit Shapes(const std::string& platform = support::lending_text()) : text(platform) {
        compiled = compile::compile(text.sources, {text.inputs, {}}, Pool(1), diagnostics);
    }
    support::PlatformText text;
    Diagnostics diagnostics;
    std::optional<compile::Compiled> compiled;
};

// Each split that a tenant's own file can cause, by another field.
class Splits : public Shapes {
  protected:
    Splits()
        : Shapes(support::lending_text() +
                 "--- tenants/split.yaml\n"
                 "more-zones:\n  name: Zones\n  production: { zones: 3 }\n"
                 "fixed-tasks:\n  name: Tasks\n  production:\n    services:\n      api: { tasks: 4 }\n"
                 "another-variable:\n  name: Env\n  production:\n    services:\n      api:\n        env: { MORE: x }\n"
                 "another-bureau:\n  name: Egress\n  production:\n    services:\n"
                 "      scoring: { egress: [\"api.other.example:443\"] }\n"
                 "backed-up:\n  name: Backups\n  demo:\n    backups: { pitr: 3d }\n") {}
};

TEST_F(Shapes, OfTheExampleReadLikeThis) {
    ASSERT_TRUE(compiled);
    support::expect_golden("view/shapes.txt", shapes_text(text.sources, *compiled, Style{}));
}

TEST_F(Splits, ShowTheFirstFieldThatDiffersAndTheLineThatCausesIt) {
    ASSERT_TRUE(compiled) << diagnostics.all()[0].detail;
    support::expect_golden("view/shapes_split.txt", shapes_text(text.sources, *compiled, Style{}));
}

TEST_F(Splits, AsJson) {
    ASSERT_TRUE(compiled);
    JsonText json;
    json.object();
    shapes_json(text.sources, *compiled, json);
    json.end();
    support::expect_golden("view/shapes_split.json", std::move(json).take());
}

}  // namespace
}  // namespace tenantry::view

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include <tenantry/model/layers.hpp>
#include <tenantry/model/settings.hpp>
#include <tenantry/model/task_view.hpp>
#include <tenantry/support/lending.hpp>

namespace tenantry::model {
namespace {

using support::PlatformText;

class Lending : public testing::Test {
  protected:
    PlatformText text{support::lending_text()};
    Diagnostics diagnostics;
    std::optional<Model> model = read_model(text.sources, text.inputs, diagnostics);

    std::vector<Setting> of(const char* tenant, const char* stage) {
        return settings(model->platform, *model->platform.tenant(tenant), *model->platform.stage(stage));
    }
    std::string value(const char* tenant, const char* stage, const char* path) {
        for (const Setting& setting : of(tenant, stage))
            if (setting.path.text == path) return setting.value;
        return "there is no " + std::string(path);
    }
    // `VALUE at LINE KEY`, one a layer.
    std::vector<std::string> said(const char* tenant, const char* stage, const char* path) {
        std::vector<std::string> all;
        for (const Layer& layer : layers(*model, tenant, stage, ModelPath{path}))
            all.push_back(layer.value + " at " + layer.what);
        return all;
    }
};

using Said = std::vector<std::string>;

// What is shown as deciding must be what decides: for every setting of every environment.
TEST_F(Lending, EverySettingIsWhatItsFirstLayerSaysOrTheBuiltInDefault) {
    ASSERT_TRUE(model);
    std::size_t seen = 0;
    for (const Tenant& tenant : model->platform.tenants)
        for (const StageName& name : tenant.stages) {
            std::set<std::string> paths;
            for (const Setting& setting : settings(model->platform, tenant, *model->platform.stage(name.str()))) {
                EXPECT_TRUE(paths.insert(setting.path.text).second) << setting.path.text;
                if (setting.path.text == "hosts") continue;  // adds up
                const auto from = layers(*model, tenant.name.str(), name.str(), setting.path);
                EXPECT_EQ(setting.value, from.empty() ? setting.builtIn : from.front().value)
                    << tenant.name.str() << "/" << name.str() << " " << setting.path.text;
                ++seen;
            }
        }
    EXPECT_GT(seen, 800u);
}

TEST_F(Lending, LayersStandFromTheStrongestToTheWeakest) {
    ASSERT_TRUE(model);
    EXPECT_EQ(said("acme", "production", "services.api.tasks"),
              (Said{"4..12 at acme.production.services.api.tasks", "2..6 at services.api.tasks.production"}));
    EXPECT_EQ(said("acme", "staging", "services.api.tasks"),
              (Said{"2 at services.api.tasks.staging", "2..6 at services.api.tasks.production"}))
        << "staging is like production";
    EXPECT_EQ(said("acme", "staging", "zones"), (Said{"2 at stages.production.zones"}));
    EXPECT_EQ(said("acme", "demo", "logs"), Said{}) << "30d is built in";
    EXPECT_EQ(said("acme", "production", "stores.books.size"), (Said{"100GiB at stores.books.size.production"}));
    EXPECT_EQ(said("acme", "demo", "stores.books.size"), Said{});
    EXPECT_EQ(said("acme", "staging", "delivery.bake"), (Said{"10m at delivery.production.bake"}));
    EXPECT_EQ(said("acme", "demo", "jobs.seed.reset"), (Said{"Sun 03:00 Europe/Madrid at jobs.seed.reset"}));
}

TEST(Layers, ProtectIsNeverWeakened) {
    const PlatformText text("platform: lend\ndomain: lend.example\nstages: { staging: { like: production, protect: "
                            "false }, production: { protect: true } }\nservices: { api: { tier: middleware, image: "
                            "lend/api } }\ntenants: { acme: { name: Acme } }\n");
    Diagnostics diagnostics;
    const auto model = read_model(text.sources, text.inputs, diagnostics);
    ASSERT_TRUE(model);
    const auto all = layers(*model, "acme", "staging", ModelPath{"protect"});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].what, "stages.production.protect");
}

TEST(Layers, AStagesVariableReachesOnlyServicesThatHaveTheKey) {
    const PlatformText text(
        "platform: lend\ndomain: lend.example\nstages: { production: {} }\nservices:\n  api: { tier: "
        "middleware, image: x, env: { A: a } }\n  b: { tier: middleware, image: x }\ntenants:\n  "
        "acme: { name: A, production: { env: { A: s }, services: { api: { env: { A: own } }, b: { "
        "env: { A: alone } } } } }\n");
    Diagnostics diagnostics;
    const auto model = read_model(text.sources, text.inputs, diagnostics);
    ASSERT_TRUE(model) << diagnostics.all()[0].detail;
    const auto values = [&](const char* path) {
        Said all;
        for (const Layer& layer : layers(*model, "acme", "production", ModelPath{path})) all.push_back(layer.value);
        return all;
    };
    EXPECT_EQ(values("services.api.env.A"), (Said{"own", "s", "a"}));
    EXPECT_EQ(values("services.b.env.A"), (Said{"alone"}));
}

TEST_F(Lending, SettingsThatAnEnvironmentHasNotSayNone) {
    ASSERT_TRUE(model);
    EXPECT_EQ(value("acme", "demo", "backups.pitr"), "none");
    EXPECT_EQ(value("acme", "production", "idle"), "none");
    EXPECT_EQ(value("acme", "production", "services.worker.port"), "none");
    EXPECT_EQ(value("acme", "production", "jobs.seed.image"), "there is no jobs.seed.image") << "it runs in demo";
}

TEST_F(Lending, ATaskSeesWhatItsUsesGiveIt) {
    ASSERT_TRUE(model);
    const auto merged = resolve(model->platform, *model->platform.tenant("acme"), *model->platform.stage("production"));
    const auto api =
        std::ranges::find(merged.services, "api", [](const ServiceSettings& s) { return s.service->name.str(); });
    const TaskView view = task_view(model->platform, *api);
    const auto gives = [&](std::string_view name) {
        const auto found = std::ranges::find(view.given, name, &Variable::name);
        return found == view.given.end() ? "nobody" : found->by;
    };
    EXPECT_EQ(gives("BOOKS_URL_FILE"), "the store `books`");
    EXPECT_EQ(gives("SCORING_URL"), "the call of `scoring`");
    EXPECT_EQ(gives("JWT_KEY_FILE"), "the secret `jwt_key`");
    EXPECT_EQ(gives("HTTPS_PROXY"), "nobody") << "it reaches nothing outside";
    ASSERT_EQ(view.calls.size(), 1u);
    EXPECT_EQ(view.calls[0].name, "scoring");
    EXPECT_EQ(view.calls[0].port.number, 9100);
    ASSERT_EQ(view.callers.size(), 1u);
    EXPECT_EQ(view.callers[0].name, "web");
    EXPECT_EQ(view.callers[0].port.number, 9000);
}

}  // namespace
}  // namespace tenantry::model

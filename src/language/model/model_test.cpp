#include <gtest/gtest.h>

#include <tenantry/model/model.hpp>
#include <tenantry/model/resolve.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::model {
namespace {

using support::PlatformText;

class SmallPlatform : public testing::Test {
  protected:
    PlatformText text{support::smallPlatform};
    Diagnostics diagnostics;
    std::optional<Model> model = read_model(text.sources, text.inputs, diagnostics);

    const ServiceSettings& service(const EnvironmentSettings& settings, std::string_view name) {
        for (const ServiceSettings& row : settings.services)
            if (row.service->name.str() == name) return row;
        ADD_FAILURE() << name;
        return settings.services.front();
    }
    EnvironmentSettings resolved(const char* tenant, const char* stage) {
        return resolve(model->platform, *model->platform.tenant(tenant), *model->platform.stage(stage));
    }
    std::string origin_line(const char* tenant, const char* stage, const char* path) {
        const Origin origin = locate(*model, tenant, stage, ModelPath{path});
        if (!origin.at) return origin.what;
        return std::to_string(text.sources.position(origin.at->source, origin.at->begin).line) + " " + origin.what;
    }
};

TEST_F(SmallPlatform, IsReadWithItsDefaults) {
    ASSERT_TRUE(model) << diagnostics.all().front().detail;
    const Platform& platform = model->platform;
    EXPECT_EQ(platform.network.pool.str(), "10.0.0.0/8");
    EXPECT_EQ(platform.network.blockPrefix, 20);
    EXPECT_EQ(platform.local.domain, "lend.localhost");
    ASSERT_EQ(platform.services.size(), 3u);
    EXPECT_EQ(platform.services[0].name.str(), "api");
    const Service& web = *platform.service("web");
    EXPECT_EQ(web.port, Port{8080});
    EXPECT_EQ(web.health.kind, Health::Kind::http);
    EXPECT_EQ(web.drain, Duration{20'000});
    EXPECT_EQ(platform.service("scoring")->health.kind, Health::Kind::tcp);
    EXPECT_EQ(platform.stage("demo")->zones, 1);
    EXPECT_EQ(platform.main_stage().name.str(), "production");
    EXPECT_EQ(platform.tenant("acme")->stages.size(), 2u);
}

TEST_F(SmallPlatform, NearerSettingsWin) {
    ASSERT_TRUE(model);
    EXPECT_EQ(service(resolved("acme", "demo"), "api").tasks, (TaskCount{1, 1, false}));
    EXPECT_EQ(service(resolved("acme", "production"), "api").tasks, (TaskCount{2, 6, true}));
    EXPECT_EQ(service(resolved("norte", "production"), "api").tasks, (TaskCount{4, 12, true}));
    EXPECT_EQ(service(resolved("norte", "demo"), "api").tasks, (TaskCount{1, 1, false}));
    EXPECT_EQ(service(resolved("acme", "demo"), "scoring").memory, Bytes{std::uint64_t{128} << 20});
    EXPECT_EQ(service(resolved("acme", "demo"), "api").memory, defaultMemory);
    const Environ env = service(resolved("norte", "production"), "api").env;
    EXPECT_EQ(env.at(*EnvKey::parse("LOG_LEVEL")).str(), "debug");
    EXPECT_TRUE(service(resolved("norte", "production"), "scoring").env.empty())
        << "a stage's env reaches only services that have the key";
}

TEST_F(SmallPlatform, SettingsAreLocatedWhereTheyStand) {
    ASSERT_TRUE(model);
    EXPECT_EQ(origin_line("acme", "production", "services.api.tasks"), "13 services.api.tasks.production");
    EXPECT_EQ(origin_line("norte", "production", "services.api.tasks"),
              "21 tenants.norte.production.services.api.tasks");
    EXPECT_EQ(origin_line("acme", "production", "services.web.routes./api"), "7 services.web.routes./api");
    EXPECT_EQ(origin_line("acme", "demo", "services.scoring.cpu"), "16 services.scoring")
        << "the nearest key around what was left out";
    EXPECT_EQ(origin_line("acme", "production", "zones"), "5 stages.production.zones");
    EXPECT_EQ(origin_line("norte", "production", "services.api.env.LOG_LEVEL"),
              "21 tenants.norte.production.services.api.env.LOG_LEVEL");
    EXPECT_EQ(origin_line("acme", "demo", "network.pool"), "default");
    EXPECT_EQ(locate(*model, "norte", "production", ModelPath{"services.api.tasks"}).overridden.size(), 1u);
}

TEST(Model, LikeStandsInForWhatAStageLacks) {
    const PlatformText text(R"(platform: lend
domain: lend.example
stages: { staging: { like: production }, production: { zones: 3, protect: true } }
services:
  api: { tier: middleware, image: lend/api, tasks: { production: 3 }, cpu: { staging: 1, production: 2 } }
tenants: { acme: { name: Acme } }
)");
    Diagnostics diagnostics;
    const auto model = read_model(text.sources, text.inputs, diagnostics);
    ASSERT_TRUE(model);
    const Stage& staging = *model->platform.stage("staging");
    EXPECT_EQ(staging.zones, 3);
    EXPECT_TRUE(staging.protect);
    const auto settings = resolve(model->platform, *model->platform.tenant("acme"), staging);
    EXPECT_EQ(settings.services[0].tasks.min, 3u);
    EXPECT_EQ(settings.services[0].cpu.units, 1024u);
}

TEST(Model, TenantsOfFilesOfTheirOwnAreTheSameAsInlineOnes) {
    const std::string head = "platform: lend\ndomain: lend.example\nstages: { production: {} }\nservices: { api: { "
                             "tier: middleware, image: lend/api } }\n";
    const PlatformText inlineText(head + "tenants:\n  acme: { name: Acme }\n  norte: { name: Norte }\n");
    const PlatformText fileText(head + "tenants: { include: tenants/*.yaml }\n--- tenants/norte.yaml\nnorte: { name: "
                                       "Norte }\n--- tenants/acme.yaml\nacme: { name: Acme }\n");
    Diagnostics diagnostics;
    const auto a = read_model(inlineText.sources, inlineText.inputs, diagnostics);
    const auto b = read_model(fileText.sources, fileText.inputs, diagnostics);
    ASSERT_TRUE(a && b);
    ASSERT_EQ(a->platform.tenants.size(), b->platform.tenants.size());
    for (std::size_t i = 0; i < a->platform.tenants.size(); ++i)
        EXPECT_EQ(a->platform.tenants[i].name, b->platform.tenants[i].name);
    EXPECT_EQ(b->platform.tenants[0].name.str(), "acme");
}

TEST(Model, TextsWithEscapesStayWhenMoreFilesAreRead) {
    const PlatformText text("platform: lend\ndomain: lend.example\nstages: { production: {} }\nservices: { api: { "
                            "tier: middleware, image: lend/api } }\n"
                            "tenants: { include: tenants/*.yaml }\n--- tenants/a.yaml\n\"\\x61cme\": { name: "
                            "\"\\x41cme\" }\n--- tenants/b.yaml\nb: { name: B }\n"
                            "--- tenants/c.yaml\nc: { name: C }\n");
    Diagnostics diagnostics;
    const auto model = read_model(text.sources, text.inputs, diagnostics);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->platform.tenants[0].name.str(), "acme");
    EXPECT_EQ(locate(*model, "acme", "production", ModelPath{"hosts"}).what, "acme");
}

TEST(Model, RefusesNamesAndFoldersThatEveryTaskHas) {
    for (const char* folder :
         {"/etc", "/etc/hosts", "/etc/tenantry", "/proc", "/run/x", "/usr/share", "/app", "/tmp"}) {
        std::string platform(support::smallPlatform);
        platform.replace(platform.find("/srv/www"), 8, folder);
        const PlatformText text(platform);
        Diagnostics diagnostics;
        EXPECT_FALSE(read_model(text.sources, text.inputs, diagnostics)) << folder;
    }
    for (const char* name : {"localhost", "router", "load-balancer"}) {
        std::string platform(support::smallPlatform);
        platform.replace(platform.find("  scoring:"), 10, "  " + std::string(name) + ":");
        platform.replace(platform.find("[scoring]"), 9, "[" + std::string(name) + "]");
        const PlatformText renamed(platform);
        Diagnostics diagnostics;
        EXPECT_FALSE(read_model(renamed.sources, renamed.inputs, diagnostics)) << name;
    }
}

// The small platform with one text for another; what is said of it, empty when it is good.
std::string said_with(std::string_view text, std::string_view instead) {
    std::string platform(support::smallPlatform);
    platform.replace(platform.find(text), text.size(), instead);
    const PlatformText changed(platform);
    Diagnostics diagnostics;
    read_model(changed.sources, changed.inputs, diagnostics);
    return diagnostics.empty() ? "" : diagnostics.all()[0].detail;
}

std::string numbered(std::size_t count, std::string_view before, std::string_view after) {
    std::string text;
    for (std::size_t i = 1; i <= count; ++i) text += std::string(before) + std::to_string(i) + std::string(after);
    return text;
}

TEST(Limits, OfWhatTheProgramsOfTargetLocalTake) {
    const std::string_view host = "[prestamos.acme.example]";
    EXPECT_EQ(said_with(host, "[" + numbered(58, "h", ".example.org, ") + "]"), "");
    EXPECT_EQ(said_with(host, "[" + numbered(59, "h", ".example.org, ") + "]"),
              "`acme` has 59 hosts in `production`; the load balancer knows at most 58.");

    const std::string_view web = "static: /srv/www, routes: { /api: api }";
    EXPECT_EQ(said_with(web, "routes: { " + numbered(30, "/r", ": api, ") + "}"), "");
    EXPECT_EQ(said_with(web, "routes: { " + numbered(30, "/r", ": api, ") + numbered(9, "/r1/", ": api, ") + "}"), "")
        << "what is inside another prefix of the same frontend needs no line";
    EXPECT_EQ(said_with(web, "routes: { " + numbered(31, "/r", ": api, ") + "}"),
              "No frontend takes `/`, and the load balancer tells 30 prefixes apart then; here are 31.");
    EXPECT_EQ(said_with(web, "routes: { /: api, " + numbered(900, "/r", ": api, ") + "}"), "");
    EXPECT_EQ(said_with(web, "routes: { " + numbered(1001, "/r", ": api, ") + "}"),
              "`web` has 1001 routes; a frontend has at most 1000.");

    EXPECT_EQ(said_with("{ path: /healthz }", "{ path: /healthz, every: 1h }"), "");
    EXPECT_EQ(said_with("{ path: /healthz }", "{ path: /healthz, every: 2h }"),
              "A service that is checked less than once an hour may be down for hours.");
    EXPECT_EQ(
        said_with("  scoring: {", numbered(998, "  w", ": { tier: middleware, image: lend/w }\n") + "  scoring: {"),
        "There are 1001 services; a platform has at most 1000.");
}

TEST(Variables, OfRoutesAndOfEveryTaskCannotBeSetTwice) {
    const std::string_view image = "image: lend/web,";
    EXPECT_EQ(said_with(image, "image: lend/web, env: { API_URL: x },"),
              "`API_URL` of the service `web` is set by the routes to `api`.");
    EXPECT_EQ(said_with(image, "image: lend/web, env: { PATH: /x },"),
              "`PATH` of the service `web` is set by Tenantry, for every task.");
}

TEST(Include, MatchesByPrefixAndSuffixOfTheLastPart) {
    const auto include_in = [](const std::string& pattern) {
        const PlatformText text("tenants: { include: '" + pattern + "' }\n");
        Diagnostics diagnostics;
        Sources sources;
        const SourceId id = sources.add("platform.yaml", "tenants: { include: '" + pattern + "' }\n");
        const Inputs inputs{id, {}};
        const auto model = read_model(sources, inputs, diagnostics);
        for (const Diagnostic& diagnostic : diagnostics.all())
            if (diagnostic.detail.starts_with("`include`")) return false;
        return true;
    };
    EXPECT_TRUE(include_in("tenants/*.yaml"));
    for (const char* bad : {"../*.yaml", "/etc/*", "*/x.yaml", "a/**", "a/b/../*.yaml", "a/?.yaml"})
        EXPECT_FALSE(include_in(bad)) << bad;
    const Include include{"tenants", "t-", ".yaml", true, {}};
    EXPECT_TRUE(include.matches("t-acme.yaml"));
    EXPECT_FALSE(include.matches("acme.yaml"));
    EXPECT_FALSE(include.matches("t-.yam"));
    const Include all{"tenants", "", ".yaml", true, {}};
    EXPECT_FALSE(all.matches(".acme.yaml")) << "hidden files, such as an editor's, are none";
}

}  // namespace
}  // namespace tenantry::model

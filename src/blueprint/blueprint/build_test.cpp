#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/blueprint/place.hpp>
#include <tenantry/support/golden.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::blueprint {
namespace {

using support::PlatformText;

struct BuiltText {
    std::optional<model::Model> model;
    Lock lock;
    std::optional<Blueprint> blueprint;
    Diagnostics diagnostics;
};

BuiltText build_text(std::string_view platform, unsigned threads = 1) {
    BuiltText result;
    const PlatformText text(platform);
    result.model = model::read_model(text.sources, text.inputs, result.diagnostics);
    if (!result.model) return result;
    const auto allocation = allocate({"lend", "7f3c0e5a91d2ab03", {}}, wanted_environments(result.model->platform),
                                     result.model->platform.network, result.diagnostics);
    if (!allocation) return result;
    result.lock = allocation->lock;
    result.blueprint = build(*result.model, result.lock, Pool(threads), result.diagnostics);
    return result;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string whole_text(const Blueprint& blueprint) {
    std::string text;
    for (std::size_t i = 0; i < blueprint.shapes.size(); ++i)
        text += "shape " + blueprint.shapeNames[i] + "\n" + to_text(blueprint.shapes[i]) + "\n";
    for (const Environment& environment : blueprint.environments)
        text += "environment " + environment.name() + "\n" + to_text(blueprint, environment) + "\n";
    return text;
}

TEST(Blueprint, OfTheSmallPlatformIsThis) {
    const auto built = build_text(support::smallPlatform);
    ASSERT_TRUE(built.blueprint);
    support::expect_golden("blueprint/small.txt", whole_text(*built.blueprint));
}

TEST(Blueprint, IsTheSameOnOneAndTwoThreads) {
    EXPECT_EQ(whole_text(*build_text(support::smallPlatform, 1).blueprint),
              whole_text(*build_text(support::smallPlatform, 2).blueprint));
}

TEST(Blueprint, AParameterKeepsTheShapeAndStructureSplitsIt) {
    const std::string base(support::smallPlatform);
    const auto shapes = [](const std::string& text) { return build_text(text).blueprint->shapes.size(); };
    EXPECT_EQ(shapes(base), 2u) << "one a stage, though norte has other task counts and texts";
    EXPECT_EQ(
        shapes(replaced(
            base, "norte:\n    name",
            "norte:\n    demo: { services: { api: { image: other/api, cpu: 2, memory: 1GiB, tasks: 3 } } }\n    name")),
        2u);
    EXPECT_EQ(shapes(replaced(base, "norte:\n    name",
                              "norte:\n    demo: { services: { api: { tasks: 1..3 } } }\n    name")),
              3u)
        << "a range is structure";
    EXPECT_EQ(shapes(replaced(base, "norte:\n    name",
                              "norte:\n    demo: { services: { api: { env: { MORE: x } } } }\n    name")),
              3u)
        << "a variable more is structure";
    EXPECT_EQ(shapes(replaced(base, "norte:\n    name", "norte:\n    demo: { zones: 2 }\n    name")), 3u)
        << "zones are structure";
}

TEST(Blueprint, EqualValuesNeverMergeAndSlotsAreNamedByWhatTheyAre) {
    const auto built = build_text(support::smallPlatform);
    const Shape& shape = built.blueprint->shapes[0];
    EXPECT_TRUE(std::ranges::is_sorted(shape.slots));
    EXPECT_EQ(std::set<Slot>(shape.slots.begin(), shape.slots.end()).size(), shape.slots.size());
    EXPECT_EQ(std::ranges::count(shape.slots, SlotKind::cpu, &Slot::kind), 3) << "all three are 0.25";
}

TEST(Blueprint, RemovingATenantChangesNothingOfTheOthers) {
    const auto both = build_text(support::smallPlatform);
    const std::string without = std::string(support::smallPlatform).substr(0, support::smallPlatform.find("  norte:"));
    const auto one = build_text(without);
    for (std::size_t i = 0; i < one.blueprint->environments.size(); ++i)
        EXPECT_EQ(to_text(*one.blueprint, one.blueprint->environments[i]),
                  to_text(*both.blueprint, both.blueprint->environments[i]));
}

// A shape is made once for all environments of one structure; made for one tenant alone it must be the same.
RC_GTEST_PROP(Blueprint, OfATenantAmongOthersIsThatOfTheTenantAlone, (const std::vector<std::size_t>& choices)) {
    static constexpr std::array overrides{
        "",
        "production: { zones: 3 }",
        "demo: { zones: 2 }",
        "production: { backups: { pitr: 3d } }",
        "demo: { backups: { pitr: 3d } }",
        "production: { services: { api: { tasks: 3 } } }",
        "production: { services: { api: { tasks: 3..4 } } }",
        "production: { services: { web: { tasks: 3..4 } } }",
        "production: { services: { api: { env: { MORE: x } } } }",
        "production: { services: { scoring: { env: { MORE: x } } } }",
        "production: { services: { scoring: { egress: [\"a.example:443\"] } } }",
        "production: { services: { api: { egress: [\"a.example:443\"] } } }",
        "production: { services: { api: { egress: [\"a.example:444\"] } } }",
        "production: { env: { LOG_LEVEL: x } }",
        "production: { services: { api: { image: other/api, cpu: 1 } } }",
        "stages: [demo]",
    };
    const std::string head = std::string(support::smallPlatform).substr(0, support::smallPlatform.find("tenants:"));
    const auto tenant = [&](std::size_t i) {
        return fmt::format("  t{}:\n    name: T\n    {}\n", i, overrides[choices[i] % overrides.size()]);
    };
    std::string all = head + "tenants:\n";
    for (std::size_t i = 0; i < choices.size() && i < 10; ++i) all += tenant(i);
    if (choices.empty()) all += "  {}\n";
    const auto together = build_text(all);
    RC_ASSERT(together.blueprint.has_value());
    for (std::size_t i = 0; i < choices.size() && i < 10; ++i) {
        const PlatformText text(head + "tenants:\n" + tenant(i));
        Diagnostics diagnostics;
        const auto model = model::read_model(text.sources, text.inputs, diagnostics);
        RC_ASSERT(model.has_value());
        const auto alone = build(*model, together.lock, Pool(1), diagnostics);
        for (const Environment& environment : alone->environments) {
            const auto same =
                std::ranges::find(together.blueprint->environments, environment.name(), &Environment::name);
            RC_ASSERT(to_text(*alone, environment) == to_text(*together.blueprint, *same));
            RC_ASSERT(to_text(alone->shape(environment)) == to_text(together.blueprint->shape(*same)));
        }
    }
}

TEST(Blueprint, CompilesWithNoTenantsAtAll) {
    const std::string none =
        std::string(support::smallPlatform).substr(0, support::smallPlatform.find("tenants:")) + "tenants: {}\n";
    const auto built = build_text(none);
    ASSERT_TRUE(built.blueprint);
    EXPECT_TRUE(built.blueprint->environments.empty());
}

TEST(Placement, GivesEveryTaskAnAddressOfItsOwnInItsZonesSubnet) {
    const auto built = build_text(support::smallPlatform);
    for (const Environment& environment : built.blueprint->environments) {
        const Shape& shape = built.blueprint->shape(environment);
        const Cidr block = built.blueprint->value(environment, shape.block);
        std::set<Ipv4> addresses;
        for (const PlacedTask& task : place_tasks(*built.blueprint, environment)) {
            EXPECT_TRUE(addresses.insert(task.address).second) << task.name;
            const auto kind =
                std::holds_alternative<LoadBalancer>(task.of) ? SubnetKind::publicIngress : SubnetKind::privateTasks;
            EXPECT_TRUE(subnet(shape.blockPrefix, task.zone, kind).in(block).contains(task.address)) << task.name;
            EXPECT_LT(task.zone, shape.zones);
        }
        for (const Workload& workload : shape.workloads)
            if (workload.virtualAddress) {
                EXPECT_TRUE(addresses.insert(virtual_address(*built.blueprint, environment, workload)).second);
            }
    }
}

TEST(Blueprint, TheLoadBalancerTellsApartOnlyWhatFrontendsDo) {
    const auto built = build_text(R"(platform: lend
domain: lend.example
stages: { production: {} }
services:
  web: { tier: frontend, image: lend/web, static: /srv, routes: { /api: api, /admin/public: api } }
  office: { tier: frontend, routes: { /admin: api, /admin/x: api } }
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants: { acme: { name: Acme } }
)");
    ASSERT_TRUE(built.blueprint) << built.diagnostics.all()[0].detail;
    const Shape& shape = built.blueprint->shapes[0];
    std::vector<std::string> entries;
    for (const Entry& entry : shape.entries)
        entries.push_back(entry.prefix.str() + " " + shape.workloads[entry.to.at].name.str());
    EXPECT_EQ(entries, (std::vector<std::string>{"/admin/public web", "/admin office", "/ web"}));
}

}  // namespace
}  // namespace tenantry::blueprint

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/secret_uses.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::compile {
namespace {

const std::string platform = R"(platform: lend
domain: lend.example
stages: { demo: {}, production: {} }
services:
  api: { tier: middleware, image: lend/api, secrets: [bureau_key, jwt_key], stores: { books: readWrite } }
  worker: { tier: middleware, image: lend/api, secrets: [jwt_key], stores: { books: read } }
jobs:
  migrate: { image: lend/api, when: before-release, stores: { books: owner } }
  load: { image: lend/api, when: after-create, stages: [demo], secrets: [mail_key] }
stores:
  books: { engine: postgresql }
secrets:
  bureau_key: { given: per tenant, as: env }
  mail_key: { given: per tenant }
  jwt_key: { make: 32 bytes, rotate: 90d }
access:
  reporting: { stores: { books: read }, stages: [production] }
tenants:
  acme: { name: Acme }
)";

struct Text {
    support::PlatformText text{platform};
    Diagnostics diagnostics;
    std::optional<Compiled> compiled = compile(text.sources, {text.inputs, {}}, Pool(1), diagnostics);
};

std::vector<std::string> uses_of(const Text& text, std::string_view environment) {
    std::vector<std::string> lines;
    for (const blueprint::Environment& one : text.compiled->blueprint.environments)
        if (one.name() == environment)
            for (const SecretUse& use : secret_uses(text.compiled->blueprint.shape(one)))
                lines.push_back(fmt::format("{} {}{} {}", use.name, static_cast<int>(use.kind),
                                            use.asVariable ? " variable" : "", fmt::join(use.readers, ",")));
    return lines;
}

TEST(SecretUses, AreThoseThatSomebodyInTheEnvironmentReads) {
    const Text text;
    ASSERT_TRUE(text.compiled);
    EXPECT_EQ(uses_of(text, "acme/demo"),
              (std::vector<std::string>{"bureau_key 1 variable api", "jwt_key 0 api,worker", "mail_key 1 load",
                                        "store.books.api 2 api", "store.books.migrate 2 migrate",
                                        "store.books.worker 2 worker"}));
    EXPECT_EQ(uses_of(text, "acme/production"),
              (std::vector<std::string>{"bureau_key 1 variable api", "jwt_key 0 api,worker", "store.books.api 2 api",
                                        "store.books.migrate 2 migrate", "store.books.reporting 2 reporting",
                                        "store.books.worker 2 worker"}));
}

TEST(SecretUses, EachGivenOneWithoutAValueIsAnErrorWithItsCommand) {
    const Text text;
    ASSERT_TRUE(text.compiled);
    const auto missing = [&](const GivenSecrets& given, std::optional<std::span<const std::string>> only = {}) {
        std::vector<std::string> helps;
        const Diagnostics all = missing_secrets(*text.compiled, given, only);
        for (const Diagnostic& one : all.all()) {
            EXPECT_EQ(one.code, &code::missingSecret);
            helps.push_back(one.help);
        }
        return helps;
    };
    const auto help = [](const char* what) {
        return fmt::format("type `tenantry secret set {}`, and the value", what);
    };
    EXPECT_EQ(missing({}), (std::vector{help("acme/demo bureau_key"), help("acme/demo mail_key"),
                                        help("acme/production bureau_key")}));
    const std::vector<std::string> demo{"acme/demo"};
    EXPECT_EQ(missing({{"acme/demo", {"mail_key"}}, {"acme/production", {"other"}}}, demo),
              std::vector{help("acme/demo bureau_key")});
    EXPECT_TRUE(missing({{"acme/demo", {"mail_key", "bureau_key"}}, {"acme/production", {"bureau_key"}}}).empty());
}

}  // namespace
}  // namespace tenantry::compile

#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/support/platform_text.hpp>
#include <tenantry/view/secrets.hpp>

namespace tenantry::view {
namespace {

using std::chrono::days;
using std::chrono::hours;

const std::string platform = R"(platform: lend
domain: lend.example
stages: { demo: {}, production: {} }
services:
  api: { tier: middleware, image: lend/api, secrets: [bureau_key, jwt_key], stores: { books: readWrite } }
stores:
  books: { engine: postgresql }
secrets:
  bureau_key: { given: per tenant }
  jwt_key: { make: 32 bytes, rotate: 90d }
tenants:
  acme: { name: Acme }
)";

TEST(Secrets, ShowsWhatIsThereMissingAndDueAndNoValue) {
    const support::PlatformText text(platform);
    Diagnostics diagnostics;
    const auto compiled = compile::compile(text.sources, {text.inputs, {}}, Pool(1), diagnostics);
    ASSERT_TRUE(compiled);
    const std::chrono::sys_seconds now{days(20'000)};
    KeptSecrets kept;
    kept["acme/demo"] = {{"bureau_key", {.version = 3, .since = now - hours(5), .given = true}},
                         {"jwt_key", {.version = 1, .since = now - days(100), .given = false}},
                         {"old_key", {.version = 2, .since = now - days(9), .given = false}},
                         {"store.books.api", {.version = 1, .since = now - std::chrono::minutes(2), .given = false}}};
    kept["acme/production"] = {{"bureau_key", {.version = 1, .since = now, .given = false}},
                               {"jwt_key", {.version = 2, .since = now - days(80), .given = false}}};
    const std::vector<std::string> all{"acme/demo", "acme/production"}, one{"acme/demo"};
    const auto rows = secret_rows(compiled->blueprint, all, kept);
    support::expect_golden("view/secrets.txt", secrets_text(rows, now, Style{}));
    JsonText json;
    json.object();
    secrets_json(rows, now, json);
    json.end();
    support::expect_golden("view/secrets.json", std::move(json).take());
    EXPECT_EQ(secret_rows(compiled->blueprint, one, kept).size(), 4u);
    EXPECT_NE(secrets_text({}, now, Style{}).find("has a secret"), std::string::npos);
}

TEST(Certificates, ShowsHowLongEachLives) {
    const std::chrono::sys_seconds now{days(20'000)};
    const std::vector<CertificateRow> rows{
        {"acme/demo", {"acme.lend.localhost", "prestamos.acme.example"}, "1A2B", now + days(89) + hours(3)},
        {"norte/demo", {"norte.lend.localhost"}, "FF", now + hours(23)}};
    support::expect_golden("view/certificates.txt", certificates_text(rows, now, Style{}));
    JsonText json;
    json.object();
    certificates_json(rows, now, json);
    json.end();
    support::expect_golden("view/certificates.json", std::move(json).take());
}

}  // namespace
}  // namespace tenantry::view

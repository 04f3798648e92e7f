#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/support/platform_text.hpp>
#include <tenantry/view/lock.hpp>
#include <tenantry/view/network.hpp>

namespace tenantry::view {
namespace {

const std::string platform = R"(platform: lend
domain: lend.example
network: { pool: 10.0.0.0/16, avoid: [10.0.128.0/17] }
stages: { demo: {}, production: {} }
services:
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants:
  acme: { name: Acme }
  back: { name: Came back, stages: [demo] }
targets: { aws: { region: eu-west-1, accounts: [{ id: "111111111111", stages: [demo, production] }] } }
)";
const std::string lockText = R"(--- platform.lock
tenantry-lock 1
platform lend 7f3c0e5a91d2ab03
block 10.0.0.0/20 acme/demo aws=111111111111 layout=1 uid=1048576 gen=1
retired 10.0.16.0/20 back/demo uid=1114112 gen=2
retired 10.0.32.0/20 oldbank-with-a-long-name-of-many-letters/production uid=1179648 gen=1
block 10.0.48.0/20 left/demo layout=1 uid=1245184 gen=1
)";

TEST(Network, ShowsEveryBlockWithItsStateAndWhatIsLeft) {
    const support::PlatformText text(platform + lockText);
    Diagnostics diagnostics;
    const auto compiled = compile::compile(text.sources, {text.inputs, text.lock}, Pool(1), diagnostics);
    ASSERT_TRUE(compiled) << diagnostics.all()[0].detail;
    support::expect_golden("view/network.txt", network_text(*compiled));
    JsonText json;
    json.object();
    network_json(*compiled, json);
    json.end();
    support::expect_golden("view/network.json", std::move(json).take());
}

TEST(Lock, TellsOfEveryEnvironmentThatMendingTouched) {
    const blueprint::UidRange one{1048576}, two{1114112};
    const Cidr first = *Cidr::parse("10.0.0.0/20"), second = *Cidr::parse("10.0.16.0/20");
    LockChange change{{{"lend",
                        "7f3c0e5a91d2ab03",
                        {{first, *TenantName::parse("acme"), *StageName::parse("demo"), {}, 1, one, 1, false, {}}}},
                       {{"norte/demo", first, one, second, two, "acme/demo", blueprint::Precedence::bothSides},
                        {"oldbank/demo", first, one, {}, {}, "acme/demo", blueprint::Precedence::active},
                        {"zeta/demo", first, one, second, two, "acme/demo", blueprint::Precedence::applied}},
                       {{"river/demo", first, one, second, two}}},
                      {"acme/demo"},
                      true};
    support::expect_golden("view/lock.txt", lock_text(change));
    JsonText json;
    json.object();
    lock_json(change, json);
    json.end();
    support::expect_golden("view/lock.json", std::move(json).take());
}

}  // namespace
}  // namespace tenantry::view

#include <gtest/gtest.h>

#include <tenantry/compile/reach.hpp>
#include <tenantry/support/platform_text.hpp>

namespace tenantry::compile {
namespace {

constexpr const char* text = R"(platform: lend
domain: lend.example
stages: { live: {} }
services:
  web: { tier: frontend, routes: { /api: api } }
  api: { tier: middleware, image: lend/api, port: 9000 }
tenants: { acme: { name: Acme }, norte: { name: Norte } }
targets: { local: { images: { lend/api: { host: api } } } }
)";

class Reaches : public testing::Test {
  protected:
    Reaches() : platform_(text) {
        compiled_ = compile(platform_.sources, {platform_.inputs, {}}, Pool(1), diagnostics_);
        facts_ = read_facts(local_emit::emit_all(compiled_->blueprint, Pool(1)), sources_, diagnostics_);
    }
    Result<Reach> ask(std::string_view from, std::string_view to) {
        return reach(compiled_->blueprint, *facts_, from, to);
    }

  private:
    support::PlatformText platform_;
    Diagnostics diagnostics_;
    std::optional<Compiled> compiled_;
    Sources sources_;
    std::optional<verify::Facts> facts_;
};

TEST_F(Reaches, ACalledServiceUnderTheAddressThatItsCallerKnows) {
    const auto way = ask("acme/live/web", "acme/live/api");
    ASSERT_TRUE(way) << way.error().text();
    EXPECT_TRUE(way->reaches);
    EXPECT_EQ(way->from, "acme/live/web-1");
    EXPECT_EQ(way->to, "acme/live/api-1");
    EXPECT_EQ(way->packet.destinationPort, 9000);
    EXPECT_EQ(way->way.back().text, "it is delivered to acme/live/api-1");
}

TEST_F(Reaches, NothingThatIsNotDeclared) {
    for (const char* to :
         {"norte/live/api", "norte/live/api-1:9000", "169.254.169.254:80", "acme/live/load-balancer:8443"}) {
        const auto way = ask("acme/live/web-1", to);
        ASSERT_TRUE(way) << to << way.error().text();
        EXPECT_FALSE(way->reaches) << to;
        EXPECT_FALSE(way->way.empty()) << to;
    }
    EXPECT_FALSE(ask("acme/live/api", "acme/live/web")->reaches) << "the other way round";
    EXPECT_FALSE(ask("acme/live/web", "acme/live/api:9001")->reaches) << "another port";
}

TEST_F(Reaches, SaysWhatIsWrongWithTheQuestion) {
    for (const auto& [from, to] : {std::pair("acme/live", "acme/live/api"),
                                   {"acme/live/web:1", "acme/live/api"},
                                   {"acme/live/webb", "acme/live/api"},
                                   {"acme/demo/web", "acme/live/api"},
                                   {"acme/live/web", "10.0.0.4"},
                                   {"acme/live/web", "acme/live/api:0"},
                                   {"10.0.0.4", "acme/live/api"}})
        EXPECT_FALSE(ask(from, to)) << from << " " << to;
}

}  // namespace
}  // namespace tenantry::compile

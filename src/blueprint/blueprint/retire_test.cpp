#include <gtest/gtest.h>

#include <tenantry/blueprint/retire.hpp>

namespace tenantry::blueprint {
namespace {

constexpr std::string_view text = "tenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\n"
                                  "block 10.0.0.0/20 acme/demo aws=111111111111 layout=1 uid=1048576 gen=1\n"
                                  "block 10.0.16.0/20 norte/demo layout=1 uid=1114112 gen=1\n"
                                  "retired 10.0.32.0/20 acme/old uid=1179648 gen=2\n"
                                  "block 10.0.48.0/20 acme/production layout=1 uid=1245184 gen=3\n";

TEST(Retire, MarksTheTenantsBlocksAndNoOthers) {
    Sources sources;
    const SourceId id = sources.add("platform.lock", std::string(text));
    Diagnostics diagnostics;
    auto lock = read_lock(sources, id, diagnostics);
    ASSERT_TRUE(lock);
    EXPECT_EQ(retire(*lock, *TenantName::parse("acme")), (std::vector<std::string>{"acme/demo", "acme/production"}));
    EXPECT_EQ(to_text(*lock), "tenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\n"
                              "retired 10.0.0.0/20 acme/demo uid=1048576 gen=1\n"
                              "block 10.0.16.0/20 norte/demo layout=1 uid=1114112 gen=1\n"
                              "retired 10.0.32.0/20 acme/old uid=1179648 gen=2\n"
                              "retired 10.0.48.0/20 acme/production uid=1245184 gen=3\n");
    EXPECT_TRUE(retire(*lock, *TenantName::parse("acme")).empty());
}

}  // namespace
}  // namespace tenantry::blueprint

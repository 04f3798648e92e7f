#include <vector>

#include <gtest/gtest.h>

#include <tenantry/blueprint/layout.hpp>

namespace tenantry::blueprint {
namespace {

class LayoutOfBlock : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Prefixes, LayoutOfBlock, testing::Range(16, 23));

std::vector<Relative> all_subnets(std::uint8_t prefix) {
    std::vector<Relative> all;
    for (std::uint8_t zone = 0; zone < maxZones; ++zone)
        for (std::size_t kind = 0; kind < subnetKinds; ++kind)
            all.push_back(subnet(prefix, zone, static_cast<SubnetKind>(kind)));
    return all;
}

TEST_P(LayoutOfBlock, SubnetsAreAlignedAndDisjointAndLeaveTheSecondHalfFree) {
    const auto prefix = static_cast<std::uint8_t>(GetParam());
    const std::uint32_t half = std::uint32_t{1} << (31 - prefix);
    const auto all = all_subnets(prefix);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].offset % all[i].size(), 0u) << i;
        EXPECT_LE(all[i].offset + all[i].size(), half) << i;
        for (std::size_t j = 0; j < i; ++j) {
            const bool apart =
                all[i].offset + all[i].size() <= all[j].offset || all[j].offset + all[j].size() <= all[i].offset;
            EXPECT_TRUE(apart) << i << " and " << j;
        }
    }
}

TEST_P(LayoutOfBlock, PublicSubnetsHoldALoadBalancerAndAllAreLargeEnoughForAws) {
    for (std::uint8_t zone = 0; zone < maxZones; ++zone) {
        EXPECT_LE(subnet(static_cast<std::uint8_t>(GetParam()), zone, SubnetKind::publicIngress).prefix, 27);
        for (std::size_t kind = 0; kind < subnetKinds; ++kind) {
            const auto range = subnet(static_cast<std::uint8_t>(GetParam()), zone, static_cast<SubnetKind>(kind));
            EXPECT_GE(range.prefix, 16);
            EXPECT_LE(range.prefix, 28);
        }
    }
}

TEST(Layout, Version1NeverChanges) {
    EXPECT_EQ(subnet(20, 0, SubnetKind::privateTasks), (Relative{0, 24}));
    EXPECT_EQ(subnet(20, 0, SubnetKind::publicIngress), (Relative{256, 26}));
    EXPECT_EQ(subnet(20, 0, SubnetKind::data), (Relative{320, 26}));
    EXPECT_EQ(subnet(20, 0, SubnetKind::egress), (Relative{384, 27}));
    EXPECT_EQ(subnet(20, 0, SubnetKind::endpoints), (Relative{416, 27}));
    EXPECT_EQ(subnet(20, 3, SubnetKind::privateTasks), (Relative{1536, 24}));
    EXPECT_EQ(subnet(22, 1, SubnetKind::endpoints), (Relative{224, 28}));
}

}  // namespace
}  // namespace tenantry::blueprint

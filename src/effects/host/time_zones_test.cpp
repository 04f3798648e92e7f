#include <gtest/gtest.h>

#include <tenantry/host/time_zones.hpp>

namespace tenantry::host {
namespace {

using world::WallTime;

constexpr WallTime begin2026{1'767'225'600}, begin2027{1'798'761'600};

TEST(TimeZones, AreThoseOfTheMachine) {
    const auto madrid = zone_rules("Europe/Madrid", begin2026, begin2027);
    ASSERT_TRUE(madrid) << madrid.error().text();
    const world::ZoneRules wanted{
        {{begin2026, 3600}, {WallTime{1'774'746'000}, 7200}, {WallTime{1'792'890'000}, 3600}}};
    EXPECT_EQ(*madrid, wanted);
    EXPECT_EQ(zone_rules("UTC", begin2026, begin2027)->parts.size(), 1u);
}

TEST(TimeZones, HaveTheirChangesYearsAheadToo) {
    const WallTime begin2036{2'082'758'400};
    EXPECT_EQ(zone_rules("America/New_York", begin2036, begin2036 + 366 * 86'400)->parts.size(), 3u);
}

TEST(TimeZones, OneThatIsNotThereIsNamed) {
    const auto none = zone_rules("Europe/Nowhere", begin2026, begin2027);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().text().find("does not know the time zone Europe/Nowhere"), std::string::npos);
}

}  // namespace
}  // namespace tenantry::host

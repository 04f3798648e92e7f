#include <gtest/gtest.h>

#include <tenantry/base/instant_text.hpp>

namespace tenantry {
namespace {

TEST(InstantText, ReadsEveryOffsetAsTheSameInstant) {
    EXPECT_EQ(epoch_ms("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(epoch_ms("2026-11-28T10:00:00Z"), 1'795'860'000'000);
    for (const char* same : {"2026-11-28T11:00:00+01:00", "2026-11-28T04:30:00-05:30", "2026-11-28T10:00:00.0000009z"})
        EXPECT_EQ(epoch_ms(same), epoch_ms("2026-11-28T10:00:00Z")) << same;
    EXPECT_EQ(*epoch_ms("2026-11-28T10:00:00.1239+00:00") - *epoch_ms("2026-11-28T10:00:00Z"), 123);
    EXPECT_EQ(*epoch_ms("2024-02-29T00:00:00.5Z") - *epoch_ms("2024-02-28T00:00:00Z"), 86'400'500);
    EXPECT_EQ(epoch_ms("1969-12-31T23:59:59.999Z"), -1);
}

TEST(InstantText, RefusesWhatIsNoInstant) {
    for (const char* text : {"", "2026-11-28", "2026-11-28T10:00:00", "2026-11-28 10:00:00Z", "2026-02-29T10:00:00Z",
                             "2026-13-01T10:00:00Z", "2026-11-28T24:00:00Z", "2026-11-28T10:60:00Z",
                             "2026-11-28T10:00:60Z", "2026-11-28T10:00:00.Z", "2026-11-28T10:00:00+1:00",
                             "2026-11-28T10:00:00+24:00", "2026-11-28T10:00:00Zx", "+026-11-28T10:00:00Z"})
        EXPECT_EQ(epoch_ms(text), std::nullopt) << text;
}

TEST(InstantText, IsReadBackEqual) {
    for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'795'860'000'123}})
        EXPECT_EQ(epoch_ms(instant_text(ms)), ms);
    EXPECT_EQ(instant_text(1'795'860'000'123), "2026-11-28T10:00:00.123Z");
}

TEST(DurationText, IsANumberAndAUnit) {
    EXPECT_EQ(duration_ms("90s"), 90'000);
    EXPECT_EQ(duration_ms("10m"), 600'000);
    EXPECT_EQ(duration_ms("2h"), 7'200'000);
    EXPECT_EQ(duration_ms("3d"), 259'200'000);
    for (const char* text : {"", "s", "10", "-1s", "1.5h", "10 m", "10ms", "36501d", "99999999999999999999s"})
        EXPECT_EQ(duration_ms(text), std::nullopt) << text;
}

}  // namespace
}  // namespace tenantry

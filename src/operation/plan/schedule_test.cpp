#include <chrono>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/plan/schedule.hpp>

namespace tenantry::plan {
namespace {

using world::ScheduleSpec;
using world::WallTime;
using world::ZoneRules;

WallTime utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    using namespace std::chrono;
    const sys_days date = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
    return {(date.time_since_epoch() / seconds(1)) + hour * 3600 + minute * 60};
}

ScheduleSpec daily(std::uint16_t hour, std::uint16_t minute = 0) {
    return {"", {}, static_cast<std::uint16_t>(hour * 60 + minute), ""};
}
ScheduleSpec weekly(std::uint8_t weekday, std::uint16_t hour) {
    return {"", weekday, static_cast<std::uint16_t>(hour * 60), ""};
}

constexpr std::int64_t hour = 3600;

// What the IANA database has of these zones then.
const ZoneRules madrid{{{utc(2025, 10, 26, 1), hour},
                        {utc(2026, 3, 29, 1), 2 * hour},
                        {utc(2026, 10, 25, 1), hour},
                        {utc(2027, 3, 28, 1), 2 * hour}}};
const ZoneRules newYork{
    {{utc(2025, 11, 2, 6), -5 * hour}, {utc(2026, 3, 8, 7), -4 * hour}, {utc(2026, 11, 1, 6), -5 * hour}}};
const ZoneRules lordHowe{{{utc(2025, 10, 4, 15, 30), 11 * hour},
                          {utc(2026, 4, 4, 15), 21 * hour / 2},
                          {utc(2026, 10, 3, 15, 30), 11 * hour}}};
const ZoneRules saoPaulo{
    {{utc(2018, 2, 18, 2), -3 * hour}, {utc(2018, 11, 4, 3), -2 * hour}, {utc(2019, 2, 17, 2), -3 * hour}}};
const ZoneRules scoresbysund{{{utc(2025, 10, 26, 1), -2 * hour}, {utc(2026, 3, 29, 1), -hour}}};
const ZoneRules apia{{{utc(2011, 9, 24, 14), -10 * hour}, {utc(2011, 12, 30, 10), 14 * hour}}};

TEST(Schedule, IsTheTimeThatClocksOfTheZoneShow) {
    EXPECT_EQ(next_time(daily(2), utc(2026, 1, 10), madrid), utc(2026, 1, 10, 1));
    EXPECT_EQ(next_time(daily(2), utc(2026, 7, 10), madrid), utc(2026, 7, 11));
    EXPECT_EQ(next_time(daily(2), utc(2026, 7, 11), madrid), utc(2026, 7, 12)) << "behind it, not at it";
    EXPECT_EQ(last_time(daily(2), utc(2026, 7, 11), madrid), utc(2026, 7, 11));
    EXPECT_EQ(next_time(daily(23, 59), utc(2026, 1, 10), newYork), utc(2026, 1, 10, 4, 59));
}

TEST(Schedule, ATimeThatIsLeftOutIsTheFirstInstantBehindTheGap) {
    EXPECT_EQ(next_time(daily(2, 30), utc(2026, 3, 28, 12), madrid), utc(2026, 3, 29, 1));
    EXPECT_EQ(next_time(daily(2, 30), utc(2026, 3, 29, 1), madrid), utc(2026, 3, 30, 0, 30));
    EXPECT_EQ(next_time(daily(2, 0), utc(2026, 3, 7, 12), newYork), utc(2026, 3, 8, 7));
    EXPECT_EQ(next_time(daily(2, 15), utc(2026, 10, 3, 12), lordHowe), utc(2026, 10, 3, 15, 30)) << "half an hour";
    EXPECT_EQ(next_time(daily(0, 0), utc(2018, 11, 3, 12), saoPaulo), utc(2018, 11, 4, 3)) << "there was no midnight";
    EXPECT_EQ(next_time(daily(23, 30), utc(2026, 3, 28, 12), scoresbysund), utc(2026, 3, 29, 1)) << "at midnight";
    EXPECT_EQ(next_time(daily(23, 30), utc(2026, 3, 29, 1), scoresbysund), utc(2026, 3, 30, 0, 30));
}

TEST(Schedule, ATimeThatIsThereTwiceIsTheFirstOfTheTwo) {
    EXPECT_EQ(next_time(daily(2, 30), utc(2026, 10, 24, 12), madrid), utc(2026, 10, 25, 0, 30));
    EXPECT_EQ(next_time(daily(2, 30), utc(2026, 10, 25, 0, 30), madrid), utc(2026, 10, 26, 1, 30));
    EXPECT_EQ(next_time(daily(1, 30), utc(2026, 10, 31, 12), newYork), utc(2026, 11, 1, 5, 30));
    EXPECT_EQ(next_time(daily(1, 45), utc(2026, 4, 4, 12), lordHowe), utc(2026, 4, 4, 14, 45));
    EXPECT_EQ(next_time(daily(23, 30), utc(2019, 2, 16, 12), saoPaulo), utc(2019, 2, 17, 1, 30));
    EXPECT_EQ(next_time(daily(23, 30), utc(2019, 2, 17, 1, 30), saoPaulo), utc(2019, 2, 18, 2, 30));
}

TEST(Schedule, ADayThatIsLeftOutHasNoTimeOfItsOwn) {
    EXPECT_EQ(next_time(daily(2), utc(2011, 12, 29), apia), utc(2011, 12, 29, 12)) << "the 29th";
    EXPECT_EQ(next_time(daily(2), utc(2011, 12, 29, 12), apia), utc(2011, 12, 30, 12)) << "the 31st";
    EXPECT_EQ(next_time(weekly(4, 2), utc(2011, 12, 29), apia), utc(2011, 12, 30, 10)) << "Friday, once a week";
}

TEST(Schedule, OfAWeekIsOnItsDay) {
    EXPECT_EQ(next_time(weekly(6, 3), utc(2026, 11, 28), madrid), utc(2026, 11, 29, 2)) << "a Sunday";
    EXPECT_EQ(next_time(weekly(6, 3), utc(2026, 11, 29, 2), madrid), utc(2026, 12, 6, 2));
    EXPECT_EQ(last_time(weekly(6, 3), utc(2026, 12, 6, 1, 59), madrid), utc(2026, 11, 29, 2));
    EXPECT_EQ(next_time(weekly(6, 2), utc(2026, 3, 28), madrid), utc(2026, 3, 29, 1)) << "the Sunday with the gap";
}

// Clocks that are put to and fro by up to three hours, anywhere, at times at least a month apart.
ZoneRules any_rules() {
    ZoneRules rules{{{utc(2020, 1, 1), 900 * *rc::gen::inRange<std::int64_t>(-48, 57)}}};
    while (rules.parts.back().begins < utc(2022, 1, 1)) {
        const WallTime begins = rules.parts.back().begins + *rc::gen::inRange<std::int64_t>(30 * 86'400, 300 * 86'400);
        rules.parts.push_back({begins, rules.parts.back().offset + 900 * *rc::gen::inRange<std::int64_t>(-12, 13)});
    }
    return rules;
}

std::int64_t offset_at(const ZoneRules& rules, WallTime at) {
    std::int64_t offset = rules.parts.front().offset;
    for (const ZoneRules::Part& part : rules.parts)
        if (part.begins <= at) offset = part.offset;
    return offset;
}

// The clocks show the schedule's time at this instant, or leave it out at it.
bool is_its_time(const ScheduleSpec& schedule, WallTime at, const ZoneRules& rules) {
    const std::int64_t before = at.seconds + offset_at(rules, at + -1), behind = at.seconds + offset_at(rules, at);
    const auto from_midnight = [](std::int64_t local) { return (local % 86'400 + 86'400) % 86'400; };
    const std::int64_t leftOut = from_midnight(schedule.minutes * 60 - before);
    return from_midnight(behind) == schedule.minutes * 60 || leftOut < behind - before;
}

RC_GTEST_PROP(Schedule, EachDayHasOneTimeAndTheyGrow, ()) {
    const ZoneRules rules = any_rules();
    const ScheduleSpec schedule{"", {}, *rc::gen::inRange<std::uint16_t>(0, 1440), ""};
    auto at = next_time(schedule, utc(2020, 1, 5), rules);
    const std::int64_t first = local_day(*at, rules);
    for (int i = 1; i < 1000; ++i) {
        const auto next = next_time(schedule, *at, rules);
        RC_ASSERT(next.has_value());
        RC_ASSERT(*next > *at);
        // One that is left out at the end of a day comes at the next one's begin.
        RC_ASSERT(local_day(*next, rules) - first - i <= 1 && local_day(*next, rules) - first - i >= -1);
        RC_ASSERT(is_its_time(schedule, *next, rules));
        RC_ASSERT(last_time(schedule, *next + -1, rules) == at);
        RC_ASSERT(last_time(schedule, *next, rules) == next);
        at = next;
    }
}

RC_GTEST_PROP(Schedule, EachWeekHasOneTime, ()) {
    const ZoneRules rules = any_rules();
    const ScheduleSpec schedule{"", *rc::gen::inRange<std::uint8_t>(0, 7), *rc::gen::inRange<std::uint16_t>(0, 1440),
                                ""};
    auto at = next_time(schedule, utc(2020, 1, 5), rules);
    for (int i = 0; i < 150; ++i) {
        const auto next = next_time(schedule, *at, rules);
        RC_ASSERT(is_its_time(schedule, *next, rules));
        RC_ASSERT(*next - *at > 6 * 86'400 && *next - *at < 8 * 86'400);
        at = next;
    }
}

}  // namespace
}  // namespace tenantry::plan

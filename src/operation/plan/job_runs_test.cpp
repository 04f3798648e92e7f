#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/plan/job_runs.hpp>

namespace tenantry::plan {
namespace {

using world::ScheduleSpec;
using world::WallTime;

constexpr std::int64_t day = 86'400, hour = 3600;
const world::ZoneRules plain{{{WallTime{0}, 0}}};
const ScheduleSpec two{"02:00 UTC", {}, 120, "UTC"};
// 2026-11-23, a Monday.
constexpr WallTime monday{1'795'392'000};

JobRuns since(WallTime now, const ScheduleSpec& schedule = two) {
    JobRuns runs;
    notice(runs, schedule.text, now);
    return runs;
}

std::optional<WallTime> taken(JobRuns& runs, WallTime now, const ScheduleSpec& schedule = two) {
    const auto due = due_time(runs, schedule, now, plain);
    if (!due) return std::nullopt;
    decide(runs, due->at);
    return due->tooLate ? std::nullopt : std::optional(due->at);
}

TEST(JobRuns, NoTimeFromBeforeItsScheduleWasKnownIsMissed) {
    JobRuns runs = since(monday + 12 * hour);
    EXPECT_FALSE(due_time(runs, two, monday + 12 * hour, plain));
    EXPECT_EQ(next_run(runs, two, monday + 12 * hour, plain), monday + day + 2 * hour);
    EXPECT_EQ(taken(runs, monday + day + 2 * hour), monday + day + 2 * hour);
    EXPECT_EQ(taken(runs, monday + day + 3 * hour), std::nullopt);
}

TEST(JobRuns, AMissedTimeIsMadeUpForOnceForADay) {
    JobRuns runs = since(monday);
    const auto sunday = ScheduleSpec{"Sun 02:00 UTC", 6, 120, "UTC"};
    EXPECT_EQ(taken(runs, monday + 3 * day + 10 * hour), monday + 3 * day + 2 * hour)
        << "three were missed, one is run";
    EXPECT_EQ(taken(runs, monday + 3 * day + 11 * hour), std::nullopt);
    JobRuns week = since(monday, sunday);
    const auto late = due_time(week, sunday, monday + 7 * day + 2 * hour, plain);
    ASSERT_TRUE(late);
    EXPECT_TRUE(late->tooLate) << "24 h are too late";
    EXPECT_FALSE(due_time(week, sunday, monday + 7 * day + 2 * hour + -1, plain)->tooLate);
}

TEST(JobRuns, AClockThatIsPutBackBringsNoTimeTwice) {
    JobRuns runs = since(monday);
    EXPECT_EQ(taken(runs, monday + 2 * hour), monday + 2 * hour);
    EXPECT_EQ(taken(runs, monday + hour), std::nullopt);
    EXPECT_EQ(taken(runs, monday + 2 * hour), std::nullopt);
    EXPECT_EQ(next_run(runs, two, monday + hour, plain), monday + day + 2 * hour);
    // Set a year ahead by mistake, and back: every day in between still has its run.
    EXPECT_EQ(taken(runs, monday + 365 * day + 2 * hour), monday + 365 * day + 2 * hour);
    for (int i = 1; i < 365; ++i) EXPECT_EQ(taken(runs, monday + i * day + 3 * hour), monday + i * day + 2 * hour);
    EXPECT_EQ(taken(runs, monday + 365 * day + 3 * hour), std::nullopt);
    EXPECT_LE(runs.decided.size(), 16u);
}

RC_GTEST_PROP(JobRuns, NoTimeIsTakenTwiceWhateverTheClockDoes, ()) {
    JobRuns runs = since(monday);
    std::set<WallTime> all;
    for (int i = 0; i < 300; ++i) {
        const WallTime now = monday + *rc::gen::inRange<std::int64_t>(0, 60 * day);
        if (const auto at = taken(runs, now)) {
            RC_ASSERT(all.insert(*at).second);
            RC_ASSERT(*at <= now);
            RC_ASSERT(now - *at < mostLateSeconds);
        }
        RC_ASSERT(runs.decided.size() <= 16u);
    }
}

RC_GTEST_PROP(JobRuns, AClockThatGoesOnBringsEachTimeOnce, ()) {
    JobRuns runs = since(monday);
    WallTime now = monday;
    int expected = 0;
    for (const std::int64_t passes :
         *rc::gen::container<std::vector<std::int64_t>>(250, rc::gen::inRange<std::int64_t>(1, 20 * hour))) {
        now = now + passes;
        const auto at = taken(runs, now);
        if (at) RC_ASSERT(*at == monday + expected++ * day + 2 * hour);
        RC_ASSERT(next_run(runs, two, now, plain) == monday + expected * day + 2 * hour);
    }
}

TEST(JobRuns, TheLastRunsAreKeptWithTheirNumbers) {
    JobRuns runs;
    for (int i = 0; i < 7; ++i) {
        begin_run(runs, "accrue-1", {.since = Instant{1000}});
        ASSERT_TRUE(end_run(runs, "accrue-1", i != 6, "exit code", Instant{4000}));
    }
    EXPECT_FALSE(end_run(runs, "accrue-1", true, "", Instant{5000})) << "none goes on";
    ASSERT_EQ(runs.ended.size(), 5u);
    EXPECT_EQ(runs.ended.back().number, 7u);
    EXPECT_EQ(runs.ended.back().tookMs, 3000);
    EXPECT_FALSE(runs.ended.back().well);
    EXPECT_EQ(runs.ended.front().number, 3u);
}

}  // namespace
}  // namespace tenantry::plan

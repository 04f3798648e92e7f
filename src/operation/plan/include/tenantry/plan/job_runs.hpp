#pragma once

// The runs of a job that has times: which of them are decided, so that none of them is run twice whatever the wall
// clock does, which runs go on, and how the last ones ended.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/plan/instant.hpp>
#include <tenantry/plan/schedule.hpp>

namespace tenantry::plan {

/// All times from one to another, both among them.
struct WallSpan {
    world::WallTime from, to;
    bool operator==(const WallSpan&) const = default;
};

struct JobRun {
    std::uint64_t number = 0;  ///< from 1
    world::WallTime began;
    std::optional<world::WallTime> dueAt;  ///< its time; nothing: somebody asked for it
    Instant since;                         ///< when it began
    std::int64_t tookMs = 0;               ///< once it has ended; 0 where nobody knows
    bool well = false;
    std::string how;  ///< `exit code 1`
    bool operator==(const JobRun&) const = default;
};

struct JobRuns {
    std::string schedule;                   ///< the text whose times `decided` are
    std::vector<WallSpan> decided;          ///< by time, apart from each other
    std::uint64_t count = 0;                ///< runs that have begun, ever
    std::map<std::string, JobRun> running;  ///< by task
    std::vector<JobRun> ended;              ///< the last ones, the latest at the end
    std::string passedOver;                 ///< why its last time brought no run; empty: it did, or there was none
    bool operator==(const JobRuns&) const = default;
};

/// A run that begins so late or later is left out.
inline constexpr std::int64_t mostLateSeconds = 86'400;

bool is_decided(const JobRuns& runs, world::WallTime at);
/// From now on that time is decided.
void decide(JobRuns& runs, world::WallTime at);
/// The times of another schedule begin behind `now`: none before was missed.
void notice(JobRuns& runs, const std::string& schedule, world::WallTime now);

struct DueTime {
    world::WallTime at;
    bool tooLate = false;
};
/// The last time of the schedule, where it is not decided. Those before it are made up for with it.
std::optional<DueTime> due_time(const JobRuns& runs, const world::ScheduleSpec& schedule, world::WallTime now,
                                const world::ZoneRules& rules);
/// The first time behind `now` that is not decided, as it is where the clock was put back.
std::optional<world::WallTime> next_run(const JobRuns& runs, const world::ScheduleSpec& schedule, world::WallTime now,
                                        const world::ZoneRules& rules);

void begin_run(JobRuns& runs, const std::string& task, JobRun run);
/// Nothing where no run of it goes on in that task.
std::optional<JobRun> end_run(JobRuns& runs, const std::string& task, bool well, const std::string& how, Instant now);

}  // namespace tenantry::plan

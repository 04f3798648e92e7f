#pragma once

// When a job is due by the clocks of its zone. Where they are put forward, a time that they leave out is the first
// instant behind the gap; where they are put back, a time that they show twice is the first of the two. A day that a
// zone leaves out whole has no time of its own.

#include <optional>

#include <tenantry/world/schedule_spec.hpp>

namespace tenantry::plan {

/// The first time of the schedule behind `after`.
std::optional<world::WallTime> next_time(const world::ScheduleSpec& schedule, world::WallTime after,
                                         const world::ZoneRules& rules);
/// The last one that is not behind `now`.
std::optional<world::WallTime> last_time(const world::ScheduleSpec& schedule, world::WallTime now,
                                         const world::ZoneRules& rules);

/// The day that clocks of the zone show, counted from 1970-01-01.
std::int64_t local_day(world::WallTime at, const world::ZoneRules& rules);

}  // namespace tenantry::plan

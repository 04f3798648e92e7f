#include <algorithm>
#include <chrono>

#include <tenantry/base/check.hpp>
#include <tenantry/plan/schedule.hpp>

namespace tenantry::plan {
namespace {

using world::ScheduleSpec;
using world::WallTime;
using world::ZoneRules;

constexpr std::int64_t daySeconds = 86'400;
// From one time of a week to the next, and a day more on either side for what zones do to days.
constexpr std::int64_t mostDays = 9;

std::int64_t floor_days(std::int64_t seconds) { return seconds / daySeconds - (seconds % daySeconds < 0 ? 1 : 0); }

std::uint8_t weekday_of(std::int64_t day) {
    using namespace std::chrono;
    return static_cast<std::uint8_t>(weekday{sys_days{days{day}}}.iso_encoding() - 1);
}

// The first instant at which clocks show `local` (seconds as if they were UTC), or something later for the first time.
WallTime first_at(std::int64_t local, const ZoneRules& rules) {
    for (std::size_t i = 0; i < rules.parts.size(); ++i) {
        const std::int64_t there = local - rules.parts[i].offset;
        const bool isLast = i + 1 == rules.parts.size();
        if (!isLast && there >= rules.parts[i + 1].begins.seconds) continue;
        return {i == 0 ? there : std::max(there, rules.parts[i].begins.seconds)};
    }
    TENANTRY_CHECK(false, "a zone has at least one part");
}

// The schedule's time of a day, where it has one.
std::optional<WallTime> time_of(const ScheduleSpec& schedule, std::int64_t day, const ZoneRules& rules) {
    if (schedule.weekday && *schedule.weekday != weekday_of(day)) return std::nullopt;
    // A day that is left out whole: the next one has its own.
    if (!schedule.weekday && local_day(first_at(day * daySeconds, rules), rules) != day) return std::nullopt;
    return first_at(day * daySeconds + std::int64_t{schedule.minutes} * 60, rules);
}

}  // namespace

std::int64_t local_day(WallTime at, const ZoneRules& rules) {
    const auto behind = std::ranges::upper_bound(rules.parts, at, {}, &ZoneRules::Part::begins);
    const ZoneRules::Part& part = behind == rules.parts.begin() ? *behind : *std::prev(behind);
    return floor_days(at.seconds + part.offset);
}

std::optional<WallTime> next_time(const ScheduleSpec& schedule, WallTime after, const ZoneRules& rules) {
    const std::int64_t day = local_day(after, rules);
    for (std::int64_t i = -1; i <= mostDays; ++i)
        if (const auto at = time_of(schedule, day + i, rules); at && *at > after) return at;
    return std::nullopt;
}

std::optional<WallTime> last_time(const ScheduleSpec& schedule, WallTime now, const ZoneRules& rules) {
    const std::int64_t day = local_day(now, rules);
    for (std::int64_t i = 1; i >= -mostDays; --i)
        if (const auto at = time_of(schedule, day + i, rules); at && *at <= now) return at;
    return std::nullopt;
}

}  // namespace tenantry::plan

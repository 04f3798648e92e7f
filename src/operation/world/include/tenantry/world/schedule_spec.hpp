#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenantry::world {

/// A time of the machine's wall clock: whole seconds since 1970-01-01 00:00 UTC. That clock can be set, back too: what
/// takes a while is counted by plan::Instant.
struct WallTime {
    std::int64_t seconds = 0;
    auto operator<=>(const WallTime&) const = default;
    friend constexpr WallTime operator+(WallTime at, std::int64_t later) { return {at.seconds + later}; }
    friend constexpr std::int64_t operator-(WallTime one, WallTime two) { return one.seconds - two.seconds; }
};

/// `2026-11-29T01:00:00Z`
std::string to_text(WallTime at);

/// Times at which a job runs: every day, or one day of each week.
struct ScheduleSpec {
    std::string text;                     ///< as the platform's file has it: `Sun 03:00 Europe/Madrid`
    std::optional<std::uint8_t> weekday;  ///< 0 Monday to 6 Sunday
    std::uint16_t minutes = 0;            ///< from midnight, by the clocks of the zone
    std::string zone;                     ///< of the IANA database
    bool operator==(const ScheduleSpec&) const = default;
};

/// What clocks of a time zone show, over some years: `offset` seconds more than UTC, from `begins` on up to the next
/// one's. The first holds for all time before too, the last for all time behind.
struct ZoneRules {
    struct Part {
        WallTime begins;
        std::int64_t offset = 0;
        bool operator==(const Part&) const = default;
    };
    std::vector<Part> parts;  ///< by `begins`; at least one
    bool operator==(const ZoneRules&) const = default;
};

/// What is done at the times of a `reset`. The job runs at its end.
struct ResetSpec {
    std::vector<std::string> stores;    ///< that are emptied
    std::vector<std::string> services;  ///< that use them, or call one that does: they stop meanwhile
    std::vector<std::string> jobs;      ///< tasks of jobs that run again, as what they made is gone; the job's own too
    bool operator==(const ResetSpec&) const = default;
};

}  // namespace tenantry::world

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/world/placement.hpp>

namespace tenantry::world {

/// One run of a job. Times are `2026-11-29T01:00:00Z`.
struct RunStatus {
    std::uint64_t number = 0;  ///< from 1
    std::string began;
    std::string dueAt;        ///< its time; empty: somebody asked for it
    bool ended = false;       ///< the rest is known then
    std::int64_t tookMs = 0;  ///< 0: nobody knows
    bool well = false;
    std::string how;  ///< `exit code 1`
};

/// Of a job that has times.
struct TimesStatus {
    std::string schedule;         ///< `02:00 Europe/Madrid`
    bool resets = false;          ///< stores are emptied before it
    std::string next;             ///< empty: none is known, or the environment is not up
    std::string passedOver;       ///< why its last time brought no run
    std::vector<RunStatus> runs;  ///< the last ones, those that go on at the end
};

struct TaskStatus {
    std::string name, service;
    std::string phase;         ///< `running`, `ready`, ...: plan::to_string(TaskPhase); a job that does not run:
                               ///< `finished`, `scheduled`
    std::int64_t forMs = 0;    ///< how long it is in this phase
    int pid = 0;               ///< 0: does not run
    std::uint32_t starts = 0;  ///< in a row
    std::string why;           ///< the last trouble
    std::optional<TimesStatus> times = {};  ///< of a job that has some; with its first task
};

/// How many tasks a service has whose number follows its load.
struct RangeStatus {
    std::string service;
    std::uint32_t tasks = 0, least = 0, most = 0;
};

struct EnvironmentStatus {
    Placement placement;
    std::string phase;        ///< plan::to_string(EnvironmentPhase)
    std::int64_t forMs = 0;   ///< how long it is in this phase
    std::int64_t tookMs = 0;  ///< from the last `up` or `down` to this phase
    std::string block;
    std::vector<std::string> hosts;
    std::string spec;  ///< digest
    std::string why;
    std::vector<TaskStatus> tasks;         ///< by name
    std::vector<RangeStatus> ranges = {};  ///< by service
};

struct Status {
    std::uint64_t version = 0;                    ///< grows with each change
    std::vector<EnvironmentStatus> environments;  ///< by placement
};

}  // namespace tenantry::world

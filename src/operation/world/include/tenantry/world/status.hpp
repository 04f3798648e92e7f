#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tenantry/world/placement.hpp>

namespace tenantry::world {

struct TaskStatus {
    std::string name, service;
    std::string phase;         ///< `running`, `ready`, ...: plan::to_string(TaskPhase); a job that does not run:
                               ///< `finished`, `scheduled`
    std::int64_t forMs = 0;    ///< how long it is in this phase
    int pid = 0;               ///< 0: does not run
    std::uint32_t starts = 0;  ///< in a row
    std::string why;           ///< the last trouble
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

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tenantry/world/placement.hpp>

namespace tenantry::world {

/// What the processes of a task have taken of the machine, by the kernel's count of their group.
struct TaskUsage {
    Placement placement;
    std::string task;
    int pid = 0;                   ///< of its first process: another one has counts of its own
    std::int64_t cpuNs = 0;        ///< since the task began, user and system
    std::uint64_t memory = 0;      ///< the working set: without file pages that were not used of late
    std::uint64_t mostMemory = 0;  ///< 0: no limit
    std::uint64_t processes = 0;   ///< threads too, as the kernel's limit counts them
    std::uint64_t mostProcesses = 0;
    bool operator==(const TaskUsage&) const = default;
};

struct Usage {
    std::int64_t atNs = 0;  ///< when it was read, by a clock that never goes back
    std::vector<TaskUsage> tasks;
};

}  // namespace tenantry::world

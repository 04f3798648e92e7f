#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tenantry::world {

/// A running task as the kernel knows it. Pid and start time together name a process for good (proc(5), stat field 22:
/// clock ticks since boot).
struct TaskProcess {
    int pid = 0;
    std::uint64_t startTime = 0;
    int monitor = 0;  ///< conmon's pid
    auto operator<=>(const TaskProcess&) const = default;
};

/// How a task ended.
struct TaskEnd {
    int code = 0;              ///< exit code; 128 + signal where a signal ended it
    bool outOfMemory = false;  ///< the kernel killed it for its memory limit
    auto operator<=>(const TaskEnd&) const = default;
    [[nodiscard]] std::string str() const;  ///< `exit code 3`, `signal 9 (SIGKILL)`, `out of memory`
};

/// The network of one environment as the kernel has it, in the file formats of docs/local-files.md.
struct ObservedNetwork {
    std::string network;  ///< network.json
    std::string rules;    ///< the router's rule set as `nft -j list ruleset` prints it
};

/// A task's sandbox as the kernel has it: proc(5), /proc/PID/{status,limits,mountinfo,cgroup,ns}.
struct ObservedSandbox {
    std::uint64_t effectiveCapabilities = 0, permittedCapabilities = 0, boundingCapabilities = 0;
    bool noNewPrivileges = false;
    int seccompMode = 0;  ///< 2: a filter
    int seccompFilters = 0;
    std::uint32_t uid = 0, gid = 0;
    bool rootReadOnly = false;
    std::uint64_t coreLimit = 0;
    std::string networkNamespace;  ///< `net:[4026532]`
    std::string cgroup;            ///< path in the pids (v1) or unified (v2) hierarchy
};

}  // namespace tenantry::world

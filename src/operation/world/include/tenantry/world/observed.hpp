#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

/// Ids of namespaces(7), as the links of /proc/PID/ns have them: `net:[4026532388]`.
struct ObservedNamespaces {
    std::string network, pid, mount, ipc, uts, cgroup, user;
    auto operator<=>(const ObservedNamespaces&) const = default;
};

/// A line of /proc/PID/mountinfo.
struct ObservedMount {
    std::string point;                 ///< where the task sees it
    std::string type;                  ///< of the file system
    std::string device;                ///< the kernel's number of the file system: `0:41`
    std::string root;                  ///< which path inside of it
    std::vector<std::string> options;  ///< of the mount; of the file system `ro`, `size=...` and `nr_inodes=...`;
                                       ///< `shared` or `slave` where mounts spread
    auto operator<=>(const ObservedMount&) const = default;
};

/// A task's sandbox as the kernel has it: proc(5), /proc/PID/{status,limits,mountinfo,cgroup,ns}.
struct ObservedSandbox {
    std::uint64_t effectiveCapabilities = 0, permittedCapabilities = 0, boundingCapabilities = 0,
                  inheritableCapabilities = 0, ambientCapabilities = 0;
    bool noNewPrivileges = false;
    int seccompMode = 0;  ///< 2: a filter
    int seccompFilters = 0;
    std::uint32_t uid = 0, gid = 0;       ///< real ones
    std::vector<std::uint32_t> groups;    ///< supplementary ones
    std::vector<std::uint32_t> otherIds;  ///< effective, saved and file system ids that are not `uid` or `gid`
    bool rootReadOnly = false;
    std::uint64_t coreLimit = 0;
    ObservedNamespaces namespaces;
    std::string pinnedNetwork;  ///< the network namespace that its environment has pinned for it; empty: none
    std::string cgroup;         ///< path in the pids (v1) or unified (v2) hierarchy
    std::vector<ObservedMount> mounts;
    std::optional<std::uint64_t> mostProcesses, mostMemory;  ///< of its cgroup; nothing: no limit
    ObservedNamespaces machine;                              ///< what the machine's first process has
    std::string machineProc;                                 ///< device of the machine's /proc
};

/// observed.json of docs/local-files.md.
std::string to_text(const ObservedSandbox& seen);

/// A socket of the machine's own network that takes what others send, and which of our processes holds it.
struct ObservedSocket {
    std::string holder;    ///< its cgroup below ours: `edge`, `environments/lend+acme+production/api-1`
    std::string protocol;  ///< `tcp`, `udp`, `udplite`, `raw`
    std::string address;   ///< `127.0.0.1`, `::`
    std::uint16_t port = 0;
    auto operator<=>(const ObservedSocket&) const = default;
};

/// edge/sockets.json of docs/local-files.md.
std::string to_text(const std::vector<ObservedSocket>& seen);

}  // namespace tenantry::world

#pragma once

// Groups of processes below one folder of ours, in cgroup v2 or in every v1 hierarchy: cgroups(7), and the kernel's
// admin-guide/cgroup-v1 and cgroup-v2.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

/// Where the hierarchies are mounted, from the text of /proc/self/mountinfo.
struct CgroupMounts {
    std::vector<std::filesystem::path> unified;  ///< v2
    std::vector<std::filesystem::path> legacy;   ///< v1, each with its controllers, in the order of the text
    /// Of v1: where the memory and the pids controller are, and the one that counts time, where there is one.
    std::filesystem::path memory, pids, cpuTime;
};
CgroupMounts cgroup_mounts(std::string_view mountinfo);

/// What the processes of a group have taken; zero where there is no such group.
struct GroupUsage {
    std::int64_t cpuNs = 0;
    std::uint64_t memory = 0;     ///< working set: without file pages that were not used of late
    std::uint64_t processes = 0;  ///< threads too
    bool operator==(const GroupUsage&) const = default;
};
/// `group`: its folder below a hierarchy's root.
GroupUsage usage_of(const CgroupMounts& mounts, const std::filesystem::path& group);

class Cgroups {
  public:
    /// `top`: the folder of ours below every hierarchy's root. Looks at the mounts of the calling thread.
    static Result<Cgroups> find(std::string top);

    [[nodiscard]] const std::string& top() const { return top_; }

    /// Makes a group (`helpers`) and opens its `cgroup.procs` files: who writes `0` to each is in it.
    [[nodiscard]] Result<std::vector<Descriptor>> entrance(std::string_view group) const;
    /// Moves a process with all its threads.
    [[nodiscard]] Result<void> move(int pid, std::string_view group) const;
    /// Kills every process of the group, those that are born meanwhile too, and awaits their end.
    [[nodiscard]] Result<void> kill_all(std::string_view group, std::chrono::milliseconds deadline) const;
    /// How many processes of the group the kernel killed for want of memory. 0 where there is no such group.
    [[nodiscard]] std::uint64_t oom_kills(std::string_view group) const;
    /// Limits of the group; nothing where there is none, or no such group.
    struct Limits {
        std::optional<std::uint64_t> processes, memory;
    };
    [[nodiscard]] Limits limits(std::string_view group) const;
    /// CPU time of all its processes, those that have ended too; nothing where there is no such group.
    [[nodiscard]] std::optional<std::chrono::microseconds> cpu_used(std::string_view group) const;
    [[nodiscard]] GroupUsage usage(std::string_view group) const {
        return usage_of(mounts_, top_ + "/" + std::string(group));
    }
    struct Member {
        int pid = 0;
        std::string group;  ///< `environments/lend+acme+production/api-1`
    };
    /// The processes of a group and of those below it; none where there is no such group. Empty: all of ours.
    [[nodiscard]] Result<std::vector<Member>> members(std::string_view group) const;
    /// Removes a group without processes and groups in it; another one stays. Fine where it is gone.
    void remove(std::string_view group) const;

  private:
    Cgroups(std::string top, CgroupMounts mounts) : top_(std::move(top)), mounts_(std::move(mounts)) {}
    [[nodiscard]] std::vector<int> processes(std::string_view group) const;

    std::string top_;
    CgroupMounts mounts_;
};

}  // namespace tenantry::host

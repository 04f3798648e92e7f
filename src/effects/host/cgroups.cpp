#include "cgroups.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "files.hpp"
#include "pidfd.hpp"
#include "process.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::vector<std::string_view> words(std::string_view text, char separator) {
    std::vector<std::string_view> result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) result.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

bool has(std::string_view options, std::string_view controller) {
    const auto all = words(options, ',');
    return std::ranges::find(all, controller) != all.end();
}

// Of a text with a key and a number each line (memory.stat, cpu.stat, memory.events); 0 where it has no such key.
std::uint64_t number_behind(std::string_view text, std::string_view key) {
    std::uint64_t value = 0;
    for (const std::string_view line : words(text, '\n'))
        if (line.starts_with(key) && line.substr(key.size()).starts_with(' '))
            std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), value);
    return value;
}

// Processes of a cpuset need its CPUs and memory nodes to be set first; ours shall be limited by none, so they stay
// where they are.
bool joined(const std::filesystem::path& hierarchy) { return hierarchy.filename() != "cpuset"; }

}  // namespace

CgroupMounts cgroup_mounts(std::string_view mountinfo) {
    CgroupMounts mounts;
    for (const std::string_view line : words(mountinfo, '\n')) {
        // `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS...] - TYPE SOURCE SUPER-OPTIONS`
        const std::size_t dash = line.find(" - ");
        if (dash == std::string_view::npos) continue;
        const auto before = words(line.substr(0, dash), ' ');
        const auto behind = words(line.substr(dash + 3), ' ');
        if (before.size() < 6 || behind.size() < 3) continue;
        const std::filesystem::path point(before[4]);
        if (behind[0] == "cgroup2") mounts.unified.push_back(point);
        if (behind[0] != "cgroup") continue;
        mounts.legacy.push_back(point);
        if (has(behind[2], "memory")) mounts.memory = point;
        if (has(behind[2], "pids")) mounts.pids = point;
        if (has(behind[2], "cpuacct")) mounts.cpuTime = point;
    }
    return mounts;
}

GroupUsage usage_of(const CgroupMounts& mounts, const std::filesystem::path& group) {
    const auto text = [&](const std::filesystem::path& hierarchy, const char* file) {
        return hierarchy.empty() ? std::string() : read_small(hierarchy / group / file).value_or("");
    };
    const auto number = [](std::string_view of) {
        std::uint64_t value = 0;
        std::from_chars(of.data(), of.data() + of.size(), value);
        return value;
    };
    const bool isLegacy = !mounts.legacy.empty();
    const std::uint64_t taken = number(text(mounts.memory, isLegacy ? "memory.usage_in_bytes" : "memory.current"));
    const std::uint64_t idle =
        number_behind(text(mounts.memory, "memory.stat"), isLegacy ? "total_inactive_file" : "inactive_file");
    const std::uint64_t cpuNs = isLegacy ? number(text(mounts.cpuTime, "cpuacct.usage"))
                                         : 1000 * number_behind(text(mounts.cpuTime, "cpu.stat"), "usage_usec");
    return {static_cast<std::int64_t>(cpuNs), taken - std::min(taken, idle), number(text(mounts.pids, "pids.current"))};
}

Result<Cgroups> Cgroups::find(std::string top) {
    CgroupMounts mounts = cgroup_mounts(TRY(read_small("/proc/thread-self/mountinfo")));
    if (!mounts.legacy.empty()) {
        mounts.unified.clear();
        if (mounts.pids.empty() || mounts.memory.empty())
            return fail("this machine's cgroups (version 1) lack the memory or the pids controller");
    } else if (mounts.unified.empty()) {
        return fail("no cgroup hierarchy is mounted on this machine");
    } else {
        mounts.unified.resize(1);
        mounts.pids = mounts.memory = mounts.cpuTime = mounts.unified[0];
    }
    return Cgroups(std::move(top), std::move(mounts));
}

Result<std::vector<Descriptor>> Cgroups::entrance(std::string_view group) const {
    std::vector<Descriptor> files;
    for (const auto& hierarchy : mounts_.legacy.empty() ? mounts_.unified : mounts_.legacy) {
        if (!joined(hierarchy)) continue;
        const std::filesystem::path folder = hierarchy / top_ / group;
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        files.emplace_back(open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
        if (files.back().number() < 0) return fail("opening the cgroup {}: {}", folder.string(), reason(errno));
    }
    return files;
}

Result<void> Cgroups::move(int pid, std::string_view group) const {
    const std::string number = std::to_string(pid);
    for (const Descriptor& file : TRY(entrance(group)))
        if (write(file.number(), number.data(), number.size()) < 0)
            return fail("moving process {} to the cgroup {}/{}: {}", pid, top_, group, reason(errno));
    return {};
}

std::vector<int> Cgroups::processes(std::string_view group) const {
    std::vector<int> pids;
    const auto text = read_small(mounts_.pids / top_ / group / "cgroup.procs");
    if (!text) return pids;
    for (const std::string_view line : words(*text, '\n')) {
        int pid = 0;
        std::from_chars(line.data(), line.data() + line.size(), pid);
        if (pid > 0) pids.push_back(pid);  // 0: of another pid namespace
    }
    return pids;
}

Result<void> Cgroups::kill_all(std::string_view group, milliseconds deadline) const {
    const auto until = steady_clock::now() + deadline;
    for (std::vector<int> pids = processes(group); !pids.empty(); pids = processes(group)) {
        if (steady_clock::now() >= until)
            return fail("{} processes of the cgroup {}/{} do not end after SIGKILL", pids.size(), top_, group);
        std::vector<Descriptor> opened;
        for (const int pid : pids) {
            opened.emplace_back(pidfd_open(pid, 0));
            if (opened.back().number() >= 0) send_signal(opened.back(), SIGKILL);
        }
        for (const Descriptor& process : opened)
            if (process.number() >= 0) await_end(process, std::chrono::ceil<milliseconds>(until - steady_clock::now()));
    }
    return {};
}

std::uint64_t Cgroups::oom_kills(std::string_view group) const {
    const char* file = mounts_.legacy.empty() ? "memory.events" : "memory.oom_control";
    const auto text = read_small(mounts_.memory / top_ / group / file);
    return number_behind(text.value_or(""), "oom_kill");
}

Cgroups::Limits Cgroups::limits(std::string_view group) const {
    // cgroup v1 has no word for "no limit" of memory, but a number that no machine has.
    constexpr std::uint64_t anyMemory = std::uint64_t{1} << 60;
    const auto number = [](const std::filesystem::path& file) -> std::optional<std::uint64_t> {
        const auto text = read_small(file);
        std::uint64_t value = 0;
        if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) return {};
        return value < anyMemory ? std::optional(value) : std::nullopt;
    };
    const char* memory = mounts_.legacy.empty() ? "memory.max" : "memory.limit_in_bytes";
    return {number(mounts_.pids / top_ / group / "pids.max"), number(mounts_.memory / top_ / group / memory)};
}

std::optional<std::chrono::microseconds> Cgroups::cpu_used(std::string_view group) const {
    const bool legacy = !mounts_.legacy.empty();
    const auto text = read_small(mounts_.cpuTime / top_ / group / (legacy ? "cpuacct.usage" : "cpu.stat"));
    if (!text) return std::nullopt;
    // `usage_usec N` is the first line of cpu.stat; cpuacct.usage is a number of nanoseconds.
    std::string_view number = *text;
    constexpr std::string_view key = "usage_usec ";
    if (!legacy && !number.starts_with(key)) return std::nullopt;
    number.remove_prefix(legacy ? 0 : key.size());
    std::int64_t count = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), count).ec != std::errc()) return std::nullopt;
    return std::chrono::microseconds(legacy ? count / 1000 : count);
}

Result<std::vector<Cgroups::Member>> Cgroups::members(std::string_view group) const {
    std::vector<Member> all;
    std::vector<std::string> left{std::string(group)};
    while (!left.empty()) {
        const std::string name = std::move(left.back());
        left.pop_back();
        for (const int pid : processes(name)) all.push_back({pid, name});
        const std::filesystem::path folder = mounts_.pids / top_ / name;
        std::error_code error;
        for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error))
            if (std::error_code gone; entry->is_directory(gone))
                left.push_back(name.empty() ? entry->path().filename().string()
                                            : name + "/" + entry->path().filename().string());
        // A group that went meanwhile has no processes.
        if (error && error != std::errc::no_such_file_or_directory && error != std::errc::no_such_device)
            return fail("reading the cgroup {}: {}", folder.string(), error.message());
    }
    return all;
}

void Cgroups::remove(std::string_view group) const {
    for (const auto& hierarchy : mounts_.legacy.empty() ? mounts_.unified : mounts_.legacy)
        rmdir((hierarchy / top_ / group).c_str());
    if (mounts_.legacy.empty()) return;
    // What crun takes for the unified hierarchy of a v1 machine are plain folders and files (MachineView).
    const std::filesystem::path folder = mounts_.pids.parent_path() / "unified" / top_ / group;
    unlink((folder / "cgroup.procs").c_str());
    rmdir(folder.c_str());
}

}  // namespace tenantry::host

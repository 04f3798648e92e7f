#include "sandbox.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "files.hpp"

namespace tenantry::host {
namespace {

// What stands behind `key` in the line that begins with it, without spaces at its beginning.
std::optional<std::string_view> behind(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.starts_with(key)) {
            line.remove_prefix(key.size());
            line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
            return line;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

template <class Number>
Result<Number> number(std::string_view text, std::string_view key, int base = 10) {
    const auto value = behind(text, key);
    Number result{};
    if (!value || std::from_chars(value->data(), value->data() + value->size(), result, base).ec != std::errc())
        return fail("`{}` is not where proc(5) has it", key);
    return result;
}

std::vector<std::string_view> words(std::string_view text, char separator) {
    std::vector<std::string_view> result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) result.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

// The hard one: up to it a process may raise the soft one.
Result<std::uint64_t> core_limit(std::string_view limits) {
    constexpr std::string_view key = "Max core file size";
    const std::vector<std::string_view> values = words(behind(limits, key).value_or(""), ' ');
    if (values.size() < 2) return fail("`{}` is not where proc(5) has it", key);
    if (values[1] == "unlimited") return std::numeric_limits<std::uint64_t>::max();
    return number<std::uint64_t>(values[1], "");
}

// Spaces, tabs, line ends and backslashes stand as `\\040` (proc(5)).
std::string unescaped(std::string_view word) {
    std::string text;
    for (std::size_t i = 0; i < word.size(); ++i) {
        unsigned code = 0;
        const bool escaped =
            word[i] == '\\' && i + 3 < word.size() &&
            std::from_chars(word.data() + i + 1, word.data() + i + 4, code, 8).ptr == word.data() + i + 4;
        text += escaped ? static_cast<char>(code) : word[i];
        i += escaped ? 3 : 0;
    }
    return text;
}

// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS-OF-THE-FILE-SYSTEM`
std::optional<world::ObservedMount> mount_of(std::string_view line) {
    const std::vector<std::string_view> parts = words(line, ' ');
    const auto dash = std::ranges::find(parts, "-");
    if (dash - parts.begin() < 6 || parts.end() - dash < 3) return std::nullopt;
    world::ObservedMount mount{.point = unescaped(parts[4]),
                               .type = std::string(dash[1]),
                               .device = std::string(parts[2]),
                               .root = unescaped(parts[3]),
                               .options = {}};
    for (const std::string_view option : words(parts[5], ',')) mount.options.emplace_back(option);
    for (auto tag = parts.begin() + 6; tag != dash; ++tag) {
        if (tag->starts_with("shared:")) mount.options.emplace_back("shared");
        if (tag->starts_with("master:")) mount.options.emplace_back("slave");
    }
    for (const std::string_view option : words(parts.back(), ','))
        if (option == "ro" || option.starts_with("size=") || option.starts_with("nr_inodes=") ||
            option.starts_with("max="))
            mount.options.emplace_back(option);
    return mount;
}

Result<std::vector<world::ObservedMount>> mounts_of(std::string_view mountinfo) {
    std::vector<world::ObservedMount> mounts;
    for (const std::string_view line : words(mountinfo, '\n')) {
        auto mount = mount_of(line);
        if (!mount) return fail("`{}` is no line of mountinfo as proc(5) has it", line);
        mounts.push_back(*std::move(mount));
    }
    return mounts;
}

// Of the last mount at `/`.
Result<bool> root_read_only(const std::vector<world::ObservedMount>& mounts) {
    const auto root = std::ranges::find(mounts.rbegin(), mounts.rend(), "/", &world::ObservedMount::point);
    if (root == mounts.rend()) return fail("no mount at `/`");
    return std::ranges::count(root->options, "ro") > 0;
}

// `Uid:` and `Gid:` have four: real, effective, saved, of the file system.
Result<std::vector<std::uint32_t>> numbers(std::string_view text, std::string_view key) {
    const auto value = behind(text, key);
    if (!value) return fail("`{}` is not where proc(5) has it", key);
    std::vector<std::uint32_t> result;
    std::string plain(*value);
    std::ranges::replace(plain, '\t', ' ');
    for (const std::string_view word : words(plain, ' ')) {
        std::uint32_t one = 0;
        if (std::from_chars(word.data(), word.data() + word.size(), one).ec != std::errc())
            return fail("`{}` is not as proc(5) has it", key);
        result.push_back(one);
    }
    return result;
}

Result<std::vector<std::uint32_t>> other_ids(std::string_view status) {
    std::vector<std::uint32_t> others;
    for (const std::string_view key : {"Uid:", "Gid:"}) {
        const std::vector<std::uint32_t> ids = TRY(numbers(status, key));
        for (const std::uint32_t id : ids)
            if (id != ids.front() && std::ranges::count(others, id) == 0) others.push_back(id);
    }
    return others;
}

// `NUMBER:CONTROLLERS:PATH`: of pids (v1), else of the unified hierarchy, whose list is empty.
Result<std::string> cgroup_path(std::string_view cgroup) {
    std::optional<std::string> unified;
    while (!cgroup.empty()) {
        const std::size_t end = std::min(cgroup.find('\n'), cgroup.size());
        const std::string_view line = cgroup.substr(0, end);
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first != std::string_view::npos && second != std::string_view::npos) {
            const std::string list = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
            if (list.find(",pids,") != std::string::npos) return std::string(line.substr(second + 1));
            if (list == ",,") unified = line.substr(second + 1);
        }
        cgroup.remove_prefix(std::min(end + 1, cgroup.size()));
    }
    if (!unified) return fail("it is in no pids and no unified cgroup");
    return *unified;
}

Result<world::ObservedNamespaces> namespaces_of(std::string_view process) {
    const std::filesystem::path folder = fmt::format("/proc/{}/ns", process);
    const auto link = [&](const char* name) -> Result<std::string> {
        std::error_code error;
        std::string id = std::filesystem::read_symlink(folder / name, error).string();
        if (error) return fail("reading {}/{}: {}", folder.string(), name, error.message());
        return id;
    };
    return world::ObservedNamespaces{.network = TRY(link("net")),
                                     .pid = TRY(link("pid")),
                                     .mount = TRY(link("mnt")),
                                     .ipc = TRY(link("ipc")),
                                     .uts = TRY(link("uts")),
                                     .cgroup = TRY(link("cgroup")),
                                     .user = TRY(link("user"))};
}

Result<std::string> device_of(const char* path) {
    struct stat status{};
    if (stat(path, &status) != 0) return fail("looking at {}: {}", path, std::generic_category().message(errno));
    return fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev));
}

}  // namespace

Result<ProcTexts> read_proc(int pid) {
    const std::filesystem::path folder = "/proc/" + std::to_string(pid);
    return ProcTexts{.status = TRY(read_small(folder / "status")),
                     .limits = TRY(read_small(folder / "limits")),
                     .mountinfo = TRY(read_small(folder / "mountinfo")),
                     .cgroup = TRY(read_small(folder / "cgroup")),
                     .namespaces = TRY(namespaces_of(std::to_string(pid))),
                     .machine = TRY(namespaces_of("1")),
                     .machineProc = TRY(device_of("/proc"))};
}

Result<world::ObservedSandbox> sandbox_of(const ProcTexts& texts) {
    const std::string_view status = texts.status;
    std::vector<world::ObservedMount> mounts = TRY(mounts_of(texts.mountinfo));
    const bool rootReadOnly = TRY(root_read_only(mounts));
    return world::ObservedSandbox{.effectiveCapabilities = TRY(number<std::uint64_t>(status, "CapEff:", 16)),
                                  .permittedCapabilities = TRY(number<std::uint64_t>(status, "CapPrm:", 16)),
                                  .boundingCapabilities = TRY(number<std::uint64_t>(status, "CapBnd:", 16)),
                                  .inheritableCapabilities = TRY(number<std::uint64_t>(status, "CapInh:", 16)),
                                  .ambientCapabilities = TRY(number<std::uint64_t>(status, "CapAmb:", 16)),
                                  .noNewPrivileges = TRY(number<int>(status, "NoNewPrivs:")) == 1,
                                  .seccompMode = TRY(number<int>(status, "Seccomp:")),
                                  .seccompFilters = TRY(number<int>(status, "Seccomp_filters:")),
                                  .uid = TRY(number<std::uint32_t>(status, "Uid:")),
                                  .gid = TRY(number<std::uint32_t>(status, "Gid:")),
                                  .groups = TRY(numbers(status, "Groups:")),
                                  .otherIds = TRY(other_ids(status)),
                                  .rootReadOnly = rootReadOnly,
                                  .coreLimit = TRY(core_limit(texts.limits)),
                                  .namespaces = texts.namespaces,
                                  .cgroup = TRY(cgroup_path(texts.cgroup)),
                                  .mounts = std::move(mounts),
                                  .mostProcesses = {},
                                  .mostMemory = {},
                                  .machine = texts.machine,
                                  .machineProc = texts.machineProc};
}

}  // namespace tenantry::host

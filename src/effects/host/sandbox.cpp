#include "sandbox.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

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

Result<std::uint64_t> core_limit(std::string_view limits) {
    constexpr std::string_view key = "Max core file size";
    if (behind(limits, key).value_or("").starts_with("unlimited")) return std::numeric_limits<std::uint64_t>::max();
    return number<std::uint64_t>(limits, key);
}

// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS ...`: the options of the last mount at `/`.
Result<bool> root_read_only(std::string_view mountinfo) {
    std::optional<bool> result;
    while (!mountinfo.empty()) {
        const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
        const std::string_view line = mountinfo.substr(0, end);
        if (const std::size_t at = line.find(" / "); at != std::string_view::npos) {
            // Field 4 may be `/` too: the point is the second such field, or the first where the root is another path.
            const std::size_t again = line.find(" / ", at + 2);
            const std::size_t point = again != std::string_view::npos ? again : at;
            const std::string_view rest = line.substr(point + 3);
            if (std::ranges::count(line.substr(0, point), ' ') == 3)
                result = rest.starts_with("ro,") || rest.starts_with("ro ");
        }
        mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    }
    if (!result) return fail("no mount at `/`");
    return *result;
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

}  // namespace

Result<ProcTexts> read_proc(int pid) {
    const std::filesystem::path folder = "/proc/" + std::to_string(pid);
    std::error_code error;
    ProcTexts texts{.status = TRY(read_small(folder / "status")),
                    .limits = TRY(read_small(folder / "limits")),
                    .mountinfo = TRY(read_small(folder / "mountinfo")),
                    .cgroup = TRY(read_small(folder / "cgroup")),
                    .network = std::filesystem::read_symlink(folder / "ns/net", error).string()};
    if (error) return fail("reading {}/ns/net: {}", folder.string(), error.message());
    return texts;
}

Result<world::ObservedSandbox> sandbox_of(const ProcTexts& texts) {
    const std::string_view status = texts.status;
    return world::ObservedSandbox{.effectiveCapabilities = TRY(number<std::uint64_t>(status, "CapEff:", 16)),
                                  .permittedCapabilities = TRY(number<std::uint64_t>(status, "CapPrm:", 16)),
                                  .boundingCapabilities = TRY(number<std::uint64_t>(status, "CapBnd:", 16)),
                                  .noNewPrivileges = TRY(number<int>(status, "NoNewPrivs:")) == 1,
                                  .seccompMode = TRY(number<int>(status, "Seccomp:")),
                                  .seccompFilters = TRY(number<int>(status, "Seccomp_filters:")),
                                  .uid = TRY(number<std::uint32_t>(status, "Uid:")),
                                  .gid = TRY(number<std::uint32_t>(status, "Gid:")),
                                  .rootReadOnly = TRY(root_read_only(texts.mountinfo)),
                                  .coreLimit = TRY(core_limit(texts.limits)),
                                  .networkNamespace = texts.network,
                                  .cgroup = TRY(cgroup_path(texts.cgroup))};
}

}  // namespace tenantry::host

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/verify/sandbox.hpp>

namespace tenantry::verify {
namespace {

// include/uapi/linux/capability.h of Linux 6.1, by number.
constexpr std::array<std::string_view, 41> capabilityNames{"CAP_CHOWN",
                                                           "CAP_DAC_OVERRIDE",
                                                           "CAP_DAC_READ_SEARCH",
                                                           "CAP_FOWNER",
                                                           "CAP_FSETID",
                                                           "CAP_KILL",
                                                           "CAP_SETGID",
                                                           "CAP_SETUID",
                                                           "CAP_SETPCAP",
                                                           "CAP_LINUX_IMMUTABLE",
                                                           "CAP_NET_BIND_SERVICE",
                                                           "CAP_NET_BROADCAST",
                                                           "CAP_NET_ADMIN",
                                                           "CAP_NET_RAW",
                                                           "CAP_IPC_LOCK",
                                                           "CAP_IPC_OWNER",
                                                           "CAP_SYS_MODULE",
                                                           "CAP_SYS_RAWIO",
                                                           "CAP_SYS_CHROOT",
                                                           "CAP_SYS_PTRACE",
                                                           "CAP_SYS_PACCT",
                                                           "CAP_SYS_ADMIN",
                                                           "CAP_SYS_BOOT",
                                                           "CAP_SYS_NICE",
                                                           "CAP_SYS_RESOURCE",
                                                           "CAP_SYS_TIME",
                                                           "CAP_SYS_TTY_CONFIG",
                                                           "CAP_MKNOD",
                                                           "CAP_LEASE",
                                                           "CAP_AUDIT_WRITE",
                                                           "CAP_AUDIT_CONTROL",
                                                           "CAP_SETFCAP",
                                                           "CAP_MAC_OVERRIDE",
                                                           "CAP_MAC_ADMIN",
                                                           "CAP_SYSLOG",
                                                           "CAP_WAKE_ALARM",
                                                           "CAP_BLOCK_SUSPEND",
                                                           "CAP_AUDIT_READ",
                                                           "CAP_PERFMON",
                                                           "CAP_BPF",
                                                           "CAP_CHECKPOINT_RESTORE"};
constexpr std::array<std::string_view, capabilitySetCount> setNames{"bounding", "effective", "inheritable", "permitted",
                                                                    "ambient"};
constexpr std::array<std::string_view, spaceCount> spaceNames{"network", "pid",    "mount", "ipc",
                                                              "uts",     "cgroup", "user"};

}  // namespace

std::string_view to_string(Source source) { return source == Source::text ? "text" : "live"; }
std::string_view to_string(CapabilitySet set) { return setNames[static_cast<std::size_t>(set)]; }
std::string_view to_string(Space space) { return spaceNames[static_cast<std::size_t>(space)]; }

std::optional<unsigned> capability_from_string(std::string_view name) {
    const auto found = std::ranges::find(capabilityNames, name);
    if (found == capabilityNames.end()) return std::nullopt;
    return static_cast<unsigned>(found - capabilityNames.begin());
}

std::string capability_names(std::uint64_t bits) {
    std::string names;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if ((bits >> bit & 1) == 0) continue;
        if (!names.empty()) names += ", ";
        names += bit < capabilityNames.size() ? std::string(capabilityNames[bit]) : fmt::format("capability {}", bit);
    }
    return names;
}

std::optional<Space> space_from_string(std::string_view name) {
    const auto found = std::ranges::find(spaceNames, name);
    if (found == spaceNames.end()) return std::nullopt;
    return static_cast<Space>(found - spaceNames.begin());
}

}  // namespace tenantry::verify

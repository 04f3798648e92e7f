#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include <tenantry/base/json_text.hpp>
#include <tenantry/world/observed.hpp>

namespace tenantry::world {
namespace {

void write_numbers(JsonText& json, std::string_view key, const std::vector<std::uint32_t>& numbers) {
    json.key(key).array(Layout::line);
    for (const std::uint32_t number : numbers) json.value(number);
    json.end();
}

void write_namespaces(JsonText& json, const ObservedNamespaces& ids) {
    json.key("namespaces").object(Layout::line);
    json.member("network", ids.network).member("pid", ids.pid).member("mount", ids.mount).member("ipc", ids.ipc);
    json.member("uts", ids.uts).member("cgroup", ids.cgroup).member("user", ids.user).end();
}

void write_limit(JsonText& json, std::string_view key, const std::optional<std::uint64_t>& limit) {
    json.key(key);
    if (limit)
        json.value(*limit);
    else
        json.null();
}

void write_mount(JsonText& json, const ObservedMount& mount) {
    json.object(Layout::line).member("point", mount.point).member("type", mount.type).member("device", mount.device);
    json.member("root", mount.root).key("options").array();
    for (const std::string& option : mount.options) json.value(option);
    json.end().end();
}

}  // namespace

std::string TaskEnd::str() const {
    if (outOfMemory) return "out of memory";
    if (code <= 128) return fmt::format("exit code {}", code);
    const int signal = code - 128;
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("signal {} (SIG{})", signal, name);
}

std::string to_text(const ObservedSandbox& seen) {
    JsonText json;
    json.object().member("version", 1).member("uid", seen.uid).member("gid", seen.gid);
    write_numbers(json, "groups", seen.groups);
    write_numbers(json, "otherIds", seen.otherIds);
    const auto set = [&](std::string_view key, std::uint64_t bits) { json.member(key, fmt::format("{:016x}", bits)); };
    json.key("capabilities").object(Layout::line);
    set("bounding", seen.boundingCapabilities);
    set("effective", seen.effectiveCapabilities);
    set("inheritable", seen.inheritableCapabilities);
    set("permitted", seen.permittedCapabilities);
    set("ambient", seen.ambientCapabilities);
    json.end().member("noNewPrivileges", seen.noNewPrivileges);
    json.key("seccomp")
        .object(Layout::line)
        .member("mode", seen.seccompMode)
        .member("filters", seen.seccompFilters)
        .end();
    json.member("rootReadOnly", seen.rootReadOnly).key("limits").object(Layout::line);
    const bool anyCore = seen.coreLimit == ~std::uint64_t{0};  // RLIM_INFINITY
    write_limit(json, "core", anyCore ? std::nullopt : std::optional(seen.coreLimit));
    write_limit(json, "processes", seen.mostProcesses);
    write_limit(json, "memory", seen.mostMemory);
    json.end();
    write_namespaces(json, seen.namespaces);
    json.member("pinnedNetwork", seen.pinnedNetwork);
    json.key("machine").object();
    write_namespaces(json, seen.machine);
    json.member("proc", seen.machineProc).end().member("cgroup", seen.cgroup).key("mounts").array();
    for (const ObservedMount& mount : seen.mounts) write_mount(json, mount);
    json.end().end();
    return std::move(json).take();
}

std::string to_text(const std::vector<ObservedSocket>& seen) {
    JsonText json;
    json.object().member("version", 1).key("sockets").array();
    for (const ObservedSocket& socket : seen)
        json.object(Layout::line)
            .member("holder", socket.holder)
            .member("protocol", socket.protocol)
            .member("address", socket.address)
            .member("port", socket.port)
            .end();
    json.end().end();
    return std::move(json).take();
}

}  // namespace tenantry::world

#include "mounts.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "published.hpp"

namespace tenantry::verify {
namespace {

bool is_plain(std::string_view path) {
    return path.find("/../") == std::string_view::npos && !path.ends_with("/..") &&
           path.find("//") == std::string_view::npos && path.find("/./") == std::string_view::npos;
}

// Where a store's task has what it holds.
constexpr std::string_view dataPoint = "/data";

// Any folder on the way may be a file system of its own, in which live roots begin.
bool is_kept(const EnvironmentFact& environment, std::string_view root, const std::string& path) {
    if (environment.kept.empty()) return false;
    for (const std::string_view top : {"", "/var", "/var/lib", "/var/lib/tenantry"})
        if (environment.kept.starts_with(top) && root == environment.kept.substr(top.size()) + path) return true;
    return false;
}

MountKind kind_inside(const Whose& whose, const Mount& mount, std::string_view path) {
    if (path.starts_with("tasks/"))
        return path == fmt::format("tasks/{}/rootfs", whose.task) ? MountKind::root : MountKind::foreign;
    if (constexpr std::string_view services = "services/"; path.starts_with(services)) {
        const std::string_view rest = path.substr(services.size());
        const bool own = rest.starts_with(whose.service) && rest.substr(whose.service.size()).starts_with('/');
        return own ? MountKind::settings : MountKind::foreign;
    }
    if (path.starts_with("images/")) return MountKind::image;
    // The environment's empty file before one of /proc.
    if (path == "root/empty" && mount.point.starts_with("/proc/")) return MountKind::mask;
    if (path == "tls") return MountKind::key;
    if (path == "control") return MountKind::control;
    if (path == fmt::format("secrets/{}", whose.service)) return MountKind::secret;
    if (const std::string store = fmt::format("stores/{}/", whose.service); path.starts_with(store)) {
        const std::string_view part = path.substr(store.size());
        if (part == "data") return MountKind::data;
        if (part == "tls") return MountKind::key;
        if (part == "control") return MountKind::control;
        if (part == "users") return MountKind::settings;
        if (part == "socket") return MountKind::control;
    }
    // The socket of what is behind a store.
    if (path == fmt::format("stores/{}-postgresql/socket", whose.service)) return MountKind::control;
    return MountKind::foreign;
}

bool is_memory_point(std::string_view point) { return std::ranges::find(memoryPoints, point) != memoryPoints.end(); }

bool is_terminals(const Mount& mount) { return mount.type == "devpts" && mount.point == "/dev/pts"; }

MountKind kind_live(const Whose& whose, const Mount& mount) {
    const bool whole = mount.root == "/", inProc = mount.point.starts_with("/proc/");
    if (mount.type == "proc" && mount.device == whose.sandbox.machineProc) return MountKind::foreign;
    if (mount.type == "proc") return whole && mount.point == "/proc" ? MountKind::proc : MountKind::mask;
    if (inProc && !mount.writable && (mount.blank ? whole : mount.root == "/null")) return MountKind::mask;
    if (mount.type == "tmpfs" && whole && is_memory_point(mount.point)) return MountKind::memory;
    if (whole && is_terminals(mount)) return MountKind::terminal;
    if (mount.type == "overlay") {
        if (mount.point == "/") return MountKind::root;
        return mount.point == dataPoint ? MountKind::data : MountKind::image;
    }
    if (const auto path = inside(whose.environment, mount.root)) return kind_inside(whose, mount, *path);
    const bool kept = is_kept(whose.environment, mount.root, fmt::format("stores/{}/data", whose.service));
    return kept && mount.point == dataPoint ? MountKind::data : MountKind::foreign;
}

}  // namespace

std::optional<std::string_view> inside(const EnvironmentFact& environment, std::string_view root) {
    if (environment.folder.empty() || !is_plain(root)) return std::nullopt;
    for (const std::string_view top : {"", "/run", "/run/tenantry"}) {
        const std::string_view folder = std::string_view(environment.folder).substr(top.size());
        if (environment.folder.starts_with(top) && root.starts_with(folder)) return root.substr(folder.size());
    }
    return std::nullopt;
}

MountKind kind_of(const Whose& whose, const Mount& mount) {
    if (whose.sandbox.source == Source::live) return kind_live(whose, mount);
    if (mount.type == "proc") return mount.point == "/proc" ? MountKind::proc : MountKind::foreign;
    if (mount.type == "tmpfs") return is_memory_point(mount.point) ? MountKind::memory : MountKind::foreign;
    if (mount.type == "devpts") return is_terminals(mount) ? MountKind::terminal : MountKind::foreign;
    const bool ours = mount.type == "bind" && mount.root.starts_with(whose.environment.folder);
    const auto path = ours ? inside(whose.environment, mount.root) : std::nullopt;
    return path ? kind_inside(whose, mount, *path) : MountKind::foreign;
}

std::string to_text(const Mount& mount) {
    std::string from = mount.root;
    if (!mount.device.empty()) from = fmt::format("{} of the file system {}", mount.root, mount.device);
    return fmt::format("{} of type {}{}{}", mount.point, mount.type, from.empty() ? "" : ", from ", from);
}

}  // namespace tenantry::verify

// RUN-1 of the machine's one entry: a sandbox like a task's, in the machine's network.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "claims.hpp"
#include "mounts.hpp"
#include "published.hpp"
#include "rights.hpp"

namespace tenantry::verify {
namespace {

struct Bind {
    std::string_view point, root;  ///< where it sees it; the path below /run/tenantry
};
// Of the machine it sees its own configuration and the folder of the ingress sockets, both read-only.
constexpr std::array binds{Bind{"/etc/tenantry/nginx.conf", "edge/nginx.conf"}, Bind{"/run/tenantry/in", "in"}};
// nginx keeps its pid file in the one, and makes folders in the other whether it needs them or not.
constexpr std::array<std::string_view, 2> ownPoints{"/run/tenantry/edge", "/var/lib/nginx"};

bool is_own(const Mount& mount) {
    return mount.bounded && !mount.setuid && !mount.programs && (!mount.devices || mount.point == "/dev") &&
           (std::ranges::find(ownPoints, mount.point) != ownPoints.end() ||
            std::ranges::find(memoryPoints, mount.point) != memoryPoints.end());
}

bool is_bind(const Mount& mount, std::string_view root) {
    return !mount.writable && !mount.setuid && !mount.devices && !mount.programs &&
           std::ranges::any_of(binds, [&](const Bind& bind) { return bind.point == mount.point && bind.root == root; });
}

bool is_published_text(const Mount& mount) {
    constexpr std::string_view folder = "/run/tenantry/";
    if (mount.type == "proc") return mount.point == "/proc" && !mount.setuid && !mount.devices && !mount.programs;
    if (mount.type == "tmpfs") return is_own(mount);
    return mount.type == "bind" && mount.root.starts_with(folder) &&
           is_bind(mount, std::string_view(mount.root).substr(folder.size()));
}

// What the daemon and the container runtime add (docs/sandbox.md): the root, the machine's /usr and certificates,
// masks.
bool is_published_live(const Mount& mount, const Sandbox& sandbox) {
    const EnvironmentFact shared{.name = {}, .block = {}, .at = {}, .folder = "/run/tenantry/"};
    const bool whole = mount.root == "/", inProc = mount.point.starts_with("/proc/");
    if (mount.type == "proc")
        return mount.device != sandbox.machineProc &&
               ((whole && mount.point == "/proc") || (inProc && !mount.writable));
    if (inProc && !mount.writable && (mount.blank ? whole : mount.root == "/null")) return true;
    if (mount.type == "tmpfs" && whole) return is_own(mount);
    const bool machines = mount.point == "/usr" || mount.point == "/etc/ssl/certs";
    if (mount.type == "overlay" && machines) return !mount.writable && !mount.setuid && !mount.devices;
    const auto path = inside(shared, mount.root);
    if (!path || mount.writable) return false;
    if (mount.point == "/") return *path == "edge/rootfs";
    return (inProc && *path == "edge/root/empty") || is_bind(mount, *path);
}

bool is_published(const Mount& mount, const Sandbox& sandbox) {
    if (mount.spreads) return false;
    return sandbox.source == Source::live ? is_published_live(mount, sandbox) : is_published_text(mount);
}

void check_masks(const Sandbox& sandbox, const Differs& differs) {
    for (const std::string_view needed : maskedByAll)
        if (std::ranges::find(sandbox.mounts, needed, &Mount::point) == sandbox.mounts.end())
            differs("masks", fmt::format("sees {}, which is to be hidden or read-only", needed), sandbox.at);
}

std::size_t check(const Sandbox& sandbox, const ProfileDifferences& profiles, std::uint32_t id,
                  const Differs& differs) {
    const std::size_t facts = check_rights(sandbox, profiles, differs);
    for (const auto& [what, one] : {std::pair{"user", sandbox.uid}, std::pair{"group", sandbox.gid}})
        if (one.value != id) differs("id", fmt::format("has the {} id {}; {} is its own", what, one.value, id), one.at);
    if (!sandbox.groups.value.empty()) differs("groups", "is in further groups", sandbox.groups.at);
    for (std::size_t i = 0; i < spaceCount; ++i) {
        const auto space = static_cast<Space>(i);
        // It listens on the machine's own addresses.
        const bool machines = space == Space::network || space == Space::user;
        if (sandbox.spaces[i].whose == (machines ? SpaceFact::Whose::machine : SpaceFact::Whose::own)) continue;
        differs(fmt::format("space {}", i), fmt::format("has another {} namespace than published", to_string(space)),
                sandbox.spaces[i].at);
    }
    for (const Mount& mount : sandbox.mounts)
        if (!is_published(mount, sandbox))
            differs("mount " + mount.point, fmt::format("has a mount that is not published: {}", to_text(mount)),
                    mount.at);
    if (sandbox.source == Source::live) check_masks(sandbox, differs);
    return facts + 3 + spaceCount + sandbox.mounts.size();
}

}  // namespace

Examined examine_run1_edge(const Scene& scene, const ProfileDifferences& profiles) {
    Examined out;
    if (scene.declared.environments.empty()) return out;
    Findings findings(Claim::run1, scene.declared.environments.front().name);
    for (const Edge& edge : scene.facts.edges) {
        if (!edge.sandbox || edge.sandbox->source != scene.facts.source || !scene.declared.edge) {
            out.doubts.emplace_back("The sandbox of the machine's entry is not among the facts.");
            continue;
        }
        out.basis.facts +=
            check(*edge.sandbox, profiles, scene.declared.edge->id,
                  [&](std::string_view key, const std::string& what, Span at) {
                      const std::string said = "The machine's entry " + what;
                      findings.add(std::string(key), said + ".", ModelPath{"hosts"}, shows({{said, at}}));
                  });
    }
    out.findings = std::move(findings).take();
    return out;
}

}  // namespace tenantry::verify

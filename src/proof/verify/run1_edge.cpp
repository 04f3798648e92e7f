// RUN-1 of the machine's one entry: a sandbox like a task's, in the machine's network.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "mounts.hpp"
#include "published.hpp"
#include "rights.hpp"

namespace tenantry::verify {
namespace {

struct Bind {
    std::string_view point, root;
};
// Of the machine it sees its own configuration and the folder of the ingress sockets, both read-only.
constexpr std::array binds{Bind{"/etc/tenantry/nginx.conf", "/run/tenantry/edge/nginx.conf"},
                           Bind{"/run/tenantry/in", "/run/tenantry/in"}};
// nginx keeps its pid file in the one, and makes folders in the other whether it needs them or not.
constexpr std::array<std::string_view, 2> ownPoints{"/run/tenantry/edge", "/var/lib/nginx"};

bool is_published(const Mount& mount) {
    if (mount.spreads || mount.setuid || mount.programs || (mount.devices && mount.point != "/dev")) return false;
    if (mount.type == "proc") return mount.point == "/proc";
    if (mount.type == "tmpfs")
        return mount.bounded && (std::ranges::find(ownPoints, mount.point) != ownPoints.end() ||
                                 std::ranges::find(memoryPoints, mount.point) != memoryPoints.end());
    return mount.type == "bind" && !mount.writable && std::ranges::any_of(binds, [&](const Bind& bind) {
               return bind.point == mount.point && bind.root == mount.root;
           });
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
        if (!is_published(mount))
            differs("mount " + mount.point, fmt::format("has a mount that is not published: {}", to_text(mount)),
                    mount.at);
    return facts + 3 + spaceCount + sandbox.mounts.size();
}

}  // namespace

Examined examine_run1_edge(const Scene& scene, const ProfileDifferences& profiles) {
    Examined out;
    // Live, the entry's process is not looked at yet (docs/claims-matrix.md).
    if (scene.facts.source == Source::live || scene.declared.environments.empty()) return out;
    Findings findings(Claim::run1, scene.declared.environments.front().name);
    for (const Edge& edge : scene.facts.edges) {
        if (!edge.sandbox || !scene.declared.edge) {
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

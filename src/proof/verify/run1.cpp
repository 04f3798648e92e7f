// RUN-1: every task runs in the published sandbox.

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "claims.hpp"
#include "mounts.hpp"
#include "published.hpp"
#include "rights.hpp"

namespace tenantry::verify {
namespace {

class Examiner {
  public:
    Examiner(const Scene& scene, const ProfileDifferences& profiles, std::size_t environment, Examined& out)
        : scene_(scene),
          profiles_(profiles),
          declared_(scene.declared.environments[environment]),
          findings_(Claim::run1, declared_.name),
          out_(out) {}

    void examine(Index<EnvironmentFact> environment) {
        for (const Index<Process> index : scene_.processesOf[environment.at]) {
            if (scene_.at_rest(index)) continue;
            const Process& process = scene_.process(index);
            if (!process.sandbox || process.sandbox->source != scene_.facts.source) {
                out_.doubts.push_back(fmt::format("{} was not observed.", process.name));
                continue;
            }
            process_ = &process;
            sandbox_ = &*process.sandbox;
            check();
        }
        for (Finding& finding : std::move(findings_).take()) out_.findings.push_back(std::move(finding));
    }

  private:
    bool live() const { return sandbox_->source == Source::live; }

    void differs(std::string_view key, std::string what, Span at) {
        Witness witness = shows({{fmt::format("{} {}", process_->name, what), at}});
        findings_.add(std::string(key), fmt::format("{} {}.", process_->name, what),
                      origin_of(declared_, process_->service), std::move(witness));
    }

    void check() {
        out_.basis.facts += check_rights(*sandbox_, profiles_, [&](std::string_view key, std::string what, Span at) {
            differs(key, std::move(what), at);
        });
        check_ids();
        check_spaces();
        check_mounts();
        check_cgroup();
    }

    void check_ids() {
        out_.basis.facts += 3;
        const auto task = std::ranges::find(declared_.tasks, process_->service, &DeclaredTask::service);
        if (task == declared_.tasks.end()) {
            out_.doubts.push_back(fmt::format("Which ids {} should have is not declared.", process_->name));
            return;
        }
        if (sandbox_->uid.value != task->uid)
            differs("uid", fmt::format("has the user id {}; {} is its own", sandbox_->uid.value, task->uid),
                    sandbox_->uid.at);
        if (sandbox_->gid.value != task->uid)
            differs("gid", fmt::format("has the group id {}; {} is its own", sandbox_->gid.value, task->uid),
                    sandbox_->gid.at);
        for (const std::uint32_t group : sandbox_->groups.value)
            if (group != task->uid)
                differs("groups", fmt::format("is in the group {} too", group), sandbox_->groups.at);
    }

    void check_spaces() {
        for (std::size_t i = 0; i < spaceCount; ++i) {
            ++out_.basis.facts;
            const auto space = static_cast<Space>(i);
            const SpaceFact& fact = sandbox_->spaces[i];
            // A namespace of users would give its ids another meaning outside; the network's is made before the task.
            const SpaceFact::Whose wanted = space == Space::user      ? SpaceFact::Whose::machine
                                            : space == Space::network ? SpaceFact::Whose::joined
                                                                      : SpaceFact::Whose::own;
            if (fact.whose == wanted) continue;
            std::string what = fmt::format("joins the {} namespace {}", to_string(space), fact.id);
            if (fact.whose == SpaceFact::Whose::machine)
                what = fmt::format("is in the machine's {} namespace", to_string(space));
            if (fact.whose == SpaceFact::Whose::own) what = fmt::format("has a new {} namespace", to_string(space));
            if (space == Space::network && fact.whose == SpaceFact::Whose::own)
                what = "is in a network namespace that its environment does not describe";
            differs(fmt::format("space {}", i), std::move(what), fact.at);
        }
    }

    void check_mounts() {
        std::vector<std::string_view> points, masks;
        const auto has = [](const std::vector<std::string_view>& all, std::string_view one) {
            return std::ranges::find(all, one) != all.end();
        };
        const Whose whose(scene_.facts, *process_);
        for (const Mount& mount : sandbox_->mounts) {
            ++out_.basis.facts;
            const MountKind kind = kind_of(whose, mount);
            if (kind == MountKind::mask) masks.push_back(mount.point);
            check_mount(mount, kind);
            if (has(points, mount.point)) differs("twice", fmt::format("has two mounts at {}", mount.point), mount.at);
            points.push_back(mount.point);
        }
        for (const std::string_view needed : {"/proc", "/etc/hosts", "/dev", "/dev/shm", "/run", "/tmp"})
            if (!has(points, needed)) differs(needed, fmt::format("has no mount at {}", needed), sandbox_->at);
        for (const std::string_view needed : maskedByAll)
            if (live() && !has(masks, needed))
                differs("masks", fmt::format("sees {}, which is to be hidden or read-only", needed), sandbox_->at);
    }

    void check_mount(const Mount& mount, MountKind kind) {
        const auto wrong = [&](std::string_view what) {
            differs(fmt::format("{} {}", what, mount.point), fmt::format("{}: {}", what, to_text(mount)), mount.at);
        };
        const bool store = verify::kind_of(declared_, process_->service) == ServiceKind::store;
        const bool controlled = store || process_->service == loadBalancerName;
        if (mount.spreads) wrong("has a mount that is not private");
        switch (kind) {
            case MountKind::foreign:
                return wrong("has a mount that is not published");
            case MountKind::key:
            case MountKind::control:
                if (!controlled) return wrong("has what is the load balancer's or a store's alone");
                [[fallthrough]];
            case MountKind::settings:
            case MountKind::secret:
                if (mount.programs) wrong("may run what is no program");
                break;
            case MountKind::data:
                if (!store) return wrong("has what is a store's alone");
                if (mount.programs) wrong("may run what is no program");
                break;
            case MountKind::memory:
            case MountKind::terminal:
                if (!mount.bounded) wrong("has memory or terminals without limits");
                [[fallthrough]];
            case MountKind::proc:
                if (mount.programs) wrong("may run what is no program");
                break;
            case MountKind::root:
            case MountKind::mask:
            case MountKind::image:
                break;
        }
        const bool own = kind == MountKind::memory || kind == MountKind::terminal || kind == MountKind::proc ||
                         kind == MountKind::control || kind == MountKind::data;
        if (mount.writable && !own) wrong("can write");
        // Masks of /proc hold no file of a stranger, and a root only where it is a view of an image; nodes in its own
        // /dev are the runtime's, terminals are nodes.
        if (kind == MountKind::mask || (kind == MountKind::root && mount.type != "overlay")) return;
        if (mount.setuid) wrong("has a mount without nosuid");
        if (mount.devices && mount.point != "/dev" && kind != MountKind::terminal) wrong("has a mount without nodev");
    }

    // Below the folder of its environment and under its own name, whatever the top is called on the machine.
    void check_cgroup() {
        ++out_.basis.facts;
        const std::string_view path = sandbox_->cgroup.value;
        const std::string_view task = std::string_view(process_->name).substr(declared_.name.size() + 1);
        std::string environment = declared_.name;
        std::ranges::replace(environment, '/', '+');
        if (!path.ends_with(fmt::format("+{}/{}", environment, task)) ||
            path.find("/environments/") == std::string_view::npos)
            differs("cgroup", fmt::format("is in the cgroup {}, which is not its own", path), sandbox_->cgroup.at);
    }

    const Scene& scene_;
    const ProfileDifferences& profiles_;
    const DeclaredEnvironment& declared_;
    Findings findings_;
    Examined& out_;
    const Process* process_ = nullptr;
    const Sandbox* sandbox_ = nullptr;
};

}  // namespace

Examined examine_run1(const Scene& scene, const ProfileDifferences& profiles, std::size_t environment) {
    Examined out;
    out.basis.environments = 1;
    const DeclaredEnvironment& declared = scene.declared.environments[environment];
    const auto fact = scene.factOf[environment];
    if (!fact || (scene.processesOf[fact->at].empty() && !declared.tasks.empty()))
        out.doubts.push_back(fmt::format("No task of {} is among the facts.", declared.name));
    if (fact) Examiner(scene, profiles, environment, out).examine(*fact);
    return out;
}

}  // namespace tenantry::verify

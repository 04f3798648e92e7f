// What the kernel says of tasks that run. NET-9: no task reaches the machine. NET-10: no object is of two environments.
// FS-1: what others open, no task can change.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "claims.hpp"
#include "mounts.hpp"
#include "packet_text.hpp"
#include "regions.hpp"

namespace tenantry::verify {
namespace {

// The findings of one claim, environment by environment.
class Report {
  public:
    Report(const Scene& scene, Claim claim, Examined& out) : scene_(scene), out_(out) {
        for (const EnvironmentFact& environment : scene.facts.environments)
            findings_.emplace_back(claim, environment.name);
    }
    ~Report() {
        for (Findings& findings : findings_)
            for (Finding& finding : std::move(findings).take()) out_.findings.push_back(std::move(finding));
    }
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    void add(const Process& process, const std::string& key, std::string summary, std::vector<Hop> hops) {
        const auto declared = scene_.declaredOf[process.owner->at];
        findings_[process.owner->at].add(
            key, std::move(summary),
            declared ? origin_of(scene_.declared.environments[*declared], process.service) : ModelPath{"services"},
            shows(std::move(hops)));
    }

  private:
    const Scene& scene_;
    Examined& out_;
    std::vector<Findings> findings_;
};

// Every process of an environment that was observed; of the others nothing can be said.
template <class Look>
void each_observed(const Scene& scene, Examined& out, const Look& look) {
    out.basis.environments = scene.facts.environments.size();
    for (std::uint32_t at = 0; at < scene.facts.processes.size(); ++at) {
        const Process& process = scene.facts.processes[at];
        if (!process.owner || scene.at_rest({at})) continue;
        if (process.sandbox && process.sandbox->source == Source::live)
            look(process, *process.sandbox);
        else
            out.doubts.push_back(fmt::format("{} was not observed.", process.name));
    }
    for (std::size_t i = 0; i < scene.declared.environments.size(); ++i)
        if (!scene.factOf[i] ||
            (scene.processesOf[scene.factOf[i]->at].empty() && !scene.declared.environments[i].tasks.empty()))
            out.doubts.push_back(fmt::format("No task of {} is among the facts.", scene.declared.environments[i].name));
}

Hop hop(const Process& process, const Mount& mount) {
    return {fmt::format("{} has {}{}", process.name, to_text(mount), mount.writable ? ", which it can write" : ""),
            mount.at};
}

// Two environments that are in one namespace.
struct Spaces {
    std::map<std::string_view, std::pair<const Process*, Span>> first;

    template <class Found>
    void look(const Process& process, const Found& found) {
        for (std::size_t i = 0; i < spaceCount; ++i) {
            const SpaceFact& fact = process.sandbox->spaces[i];
            if (fact.whose == SpaceFact::Whose::machine) continue;
            const auto& known = first.try_emplace(fact.id, &process, fact.at).first->second;
            if (known.first->owner != process.owner) found(static_cast<Space>(i), fact, *known.first, known.second);
        }
    }
};

void check_packets(const Scene& scene, const Reaches& reaches, Examined& out) {
    for (const Reach& reach : reaches) {
        const Device& from = scene.device(reach.from);
        if (!from.owner) continue;
        ++out.basis.pairs;
        if (!reach.complete) out.doubts.push_back(too_large(from.name));
        for (const Arrival& arrival : reach.strayed) {
            if (scene.device(arrival.device).owner) continue;
            Witness witness = replay_stray(scene.facts, reach, arrival);
            out.findings.push_back(
                {Claim::net9, scene.owner_name(from.owner),
                 fmt::format("{} can send {}, which gets to {}, which is no environment's.", from.name,
                             packet_text(*witness.packet), scene.device(arrival.device).name),
                 ModelPath{"services"}, std::move(witness)});
            break;
        }
    }
}

}  // namespace

Examined examine_net9(const Scene& scene, const Reaches& reaches) {
    Examined out;
    {
        Report report(scene, Claim::net9, out);
        Spaces spaces;
        each_observed(scene, out, [&](const Process& process, const Sandbox& sandbox) {
            for (std::size_t i = 0; i < spaceCount; ++i) {
                ++out.basis.facts;
                const SpaceFact& fact = sandbox.spaces[i];
                if (fact.whose != SpaceFact::Whose::machine || static_cast<Space>(i) == Space::user) continue;
                const std::string_view kind = to_string(static_cast<Space>(i));
                report.add(process, fmt::format("space {}", i),
                           fmt::format("{} is in the machine's {} namespace.", process.name, kind),
                           {{fmt::format("its {} namespace is {}, as the machine's", kind, fact.id), fact.at}});
            }
            spaces.look(process, [&](Space space, const SpaceFact& fact, const Process& other, Span at) {
                report.add(process, fmt::format("shares {}", to_string(space)),
                           fmt::format("{} is in the {} namespace of {}.", process.name, to_string(space), other.name),
                           {{fmt::format("{} is in {}", other.name, fact.id), at},
                            {fmt::format("{} is in {}", process.name, fact.id), fact.at}});
            });
            for (const Mount& mount : sandbox.mounts) {
                ++out.basis.facts;
                if (kind_of(Whose(scene.facts, process), mount) != MountKind::foreign) continue;
                report.add(process, "mount " + mount.point,
                           fmt::format("{} sees what is not its environment's: {}.", process.name, to_text(mount)),
                           {hop(process, mount)});
            }
        });
    }
    check_packets(scene, reaches, out);
    return out;
}

Examined examine_net10(const Scene& scene) {
    Examined out;
    Report report(scene, Claim::net10, out);
    Spaces spaces;
    each_observed(scene, out, [&](const Process& process, const Sandbox& sandbox) {
        out.basis.facts += sandbox.mounts.size();
        spaces.look(process, [&](Space space, const SpaceFact& fact, const Process& other, Span at) {
            report.add(process, fmt::format("shares {}", to_string(space)),
                       fmt::format("{} and {} share the objects of one {} namespace.", other.name, process.name,
                                   to_string(space)),
                       {{fmt::format("{} is in {}", other.name, fact.id), at},
                        {fmt::format("{} is in {}", process.name, fact.id), fact.at}});
        });
    });
    // Read-only too: a lock on a file and a watch on it need no more.
    const Regions regions(scene.facts);
    for (const auto& [place, uses] : regions.all())
        for (const Use& use : uses) {
            if (!use.owner) continue;
            const Use* other = regions.around(place, use.owner);
            if (other == nullptr) continue;
            const bool written = use.mount->writable || other->mount->writable;
            report.add(*use.process, fmt::format("{} {}", place.first, place.second),
                       fmt::format("{} and {} see the same files{}.", other->process->name, use.process->name,
                                   written ? ", which one of them can write" : ": each can lock and watch them"),
                       {hop(*other->process, *other->mount), hop(*use.process, *use.mount)});
        }
    return out;
}

Examined examine_fs1(const Scene& scene) {
    Examined out;
    Report report(scene, Claim::fs1, out);
    each_observed(scene, out, [&](const Process& process, const Sandbox& sandbox) {
        ++out.basis.facts;
        if (!sandbox.rootReadOnly.value)
            report.add(process, "root",
                       fmt::format("{} can write its root, which the container runtime opens as root.", process.name),
                       {{process.name + " has a root that it can write", sandbox.rootReadOnly.at}});
        const auto declared = scene.declaredOf[process.owner->at];
        const bool isStore =
            declared && kind_of(scene.declared.environments[*declared], process.service) == ServiceKind::store;
        for (const Mount& mount : sandbox.mounts) {
            ++out.basis.facts;
            const MountKind kind = kind_of(Whose(scene.facts, process), mount);
            const bool own = kind == MountKind::memory || kind == MountKind::terminal || kind == MountKind::proc ||
                             (kind == MountKind::control && (isStore || process.service == loadBalancerName)) ||
                             (kind == MountKind::data && isStore) ||
                             (kind == MountKind::root && !sandbox.rootReadOnly.value);
            if (!mount.writable || own) continue;
            report.add(process, "mount " + mount.point,
                       fmt::format("{} can write what others open: {}.", process.name, to_text(mount)),
                       {hop(process, mount)});
        }
    });
    return out;
}

}  // namespace tenantry::verify

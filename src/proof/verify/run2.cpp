// RUN-2: no user or group id is used by two environments or by the host.

#include <map>

#include <fmt/format.h>

#include "claims.hpp"
#include "published.hpp"

namespace tenantry::verify {
namespace {

struct Use {
    std::uint32_t id = 0;
    std::string_view kind;  // `user`, `group`
    Span at;
};

std::vector<Use> uses_of(const Process& process) {
    if (!process.sandbox) return {{process.uid, "user", process.at}};
    const Sandbox& sandbox = *process.sandbox;
    std::vector<Use> uses{{sandbox.uid.value, "user", sandbox.uid.at}, {sandbox.gid.value, "group", sandbox.gid.at}};
    for (const std::uint32_t group : sandbox.groups.value) uses.push_back({group, "group", sandbox.groups.at});
    return uses;
}

struct First {
    const Process* process = nullptr;
    Use use;
};

}  // namespace

Examined examine_run2(const Scene& scene) {
    Examined out;
    const std::size_t environments = scene.facts.environments.size();
    out.basis.environments = environments;
    out.basis.pairs = environments == 0 ? 0 : environments * (environments - 1) / 2;
    // Files keep ids, whoever made them: a user id of one and the same group id of another are no two ids here.
    std::map<std::uint32_t, First> firsts;
    for (std::size_t i = 0; i < environments; ++i) {
        const std::string& name = scene.facts.environments[i].name;
        Findings findings(Claim::run2, name);
        for (const Index<Process> index : scene.processesOf[i]) {
            const Process& process = scene.process(index);
            const ModelPath contradicts =
                scene.declaredOf[i] ? origin_of(scene.declared.environments[*scene.declaredOf[i]], process.service)
                                    : ModelPath{"services"};
            for (const Use& use : uses_of(process)) {
                ++out.basis.facts;
                Hop hop{fmt::format("{} has the {} id {}", process.name, use.kind, use.id), use.at};
                if (use.id < firstEnvironmentId)
                    findings.add("host",
                                 fmt::format("{} has the {} id {}; ids below {} are the machine's.", process.name,
                                             use.kind, use.id, firstEnvironmentId),
                                 contradicts, shows({hop}));
                const First& first = firsts.try_emplace(use.id, First{&process, use}).first->second;
                if (first.process->owner == process.owner) continue;
                findings.add("shared",
                             fmt::format("{} has the {} id {}, and so has {}.", process.name, use.kind, use.id,
                                         first.process->name),
                             contradicts,
                             shows({{fmt::format("{} has the {} id {}", first.process->name, first.use.kind, use.id),
                                     first.use.at},
                                    std::move(hop)}));
            }
        }
        if (scene.processesOf[i].empty() && scene.declaredOf[i] &&
            !scene.declared.environments[*scene.declaredOf[i]].tasks.empty())
            out.doubts.push_back(fmt::format("No task of {} is among the facts.", name));
        for (Finding& finding : std::move(findings).take()) out.findings.push_back(std::move(finding));
    }
    for (std::size_t i = 0; i < scene.factOf.size(); ++i)
        if (!scene.factOf[i])
            out.doubts.push_back(fmt::format("Nothing of {} is among the facts.", scene.declared.environments[i].name));
    return out;
}

}  // namespace tenantry::verify

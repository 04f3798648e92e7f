#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "claims.hpp"

namespace tenantry::verify {
namespace {

// RFC 3927: not routed beyond its link; the routers' own addresses towards their tasks are of it.
constexpr Cidr linkLocal{Ipv4{0xA9FE0000}, 16};
constexpr Ipv4 routerAddress{0xA9FE0101};

const ModelPath pool{"network.pool"};

Witness blocks(std::string text, std::optional<Span> at = std::nullopt) { return shows({{std::move(text), at}}); }

void check_declared(const Declared& declared, const DeclaredEnvironment& environment, Findings& findings) {
    const Cidr block = environment.block;
    const std::string text = fmt::format("{} has the block {}", environment.name, block.str());
    if (!declared.pool.contains(block))
        findings.add("pool",
                     fmt::format("The block {} of {} does not lie in the pool {}.", block.str(), environment.name,
                                 declared.pool.str()),
                     pool, blocks(text));
    if (block.prefix != declared.blockPrefix || (block.base.value & (block.size() - 1)) != 0)
        findings.add(
            "align",
            fmt::format("The block {} of {} is no aligned /{}.", block.str(), environment.name, declared.blockPrefix),
            ModelPath{"network.block"}, blocks(text));
    for (Cidr avoid : declared.avoid)
        if (avoid.overlaps(block))
            findings.add("avoid",
                         fmt::format("The block {} of {} overlaps {}, which is to be avoided.", block.str(),
                                     environment.name, avoid.str()),
                         ModelPath{"network.avoid"}, blocks(text));
}

// For each environment the first other one that its block overlaps, found in the order of blocks.
std::vector<std::optional<std::size_t>> overlaps(const std::vector<DeclaredEnvironment>& environments) {
    std::vector<std::size_t> order(environments.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(environments[i].block.base, i); });
    std::vector<std::optional<std::size_t>> found(environments.size());
    std::optional<std::size_t> farthest;
    for (std::size_t i : order) {
        if (farthest && environments[*farthest].block.overlaps(environments[i].block)) {
            found[i] = farthest;
            if (!found[*farthest]) found[*farthest] = i;
        }
        if (!farthest || environments[*farthest].block.last() < environments[i].block.last()) farthest = i;
    }
    return found;
}

// Ranges of the machine's that each environment's block overlaps, by position. A machine may have many routes, and a
// platform many environments: only blocks that begin near a range are compared with it.
std::vector<std::vector<const MachineRange*>> taken_by_machine(const Declared& declared) {
    const auto& environments = declared.environments;
    std::vector<std::pair<std::uint64_t, std::size_t>> begins;
    std::uint64_t widest = 0;
    for (std::size_t i = 0; i < environments.size(); ++i) {
        begins.emplace_back(environments[i].block.base.value, i);
        widest = std::max(widest, environments[i].block.size());
    }
    std::ranges::sort(begins);
    std::vector<std::vector<const MachineRange*>> taken(environments.size());
    for (const MachineRange& row : *declared.machine) {
        const std::uint64_t base = row.range.base.value;
        const auto first =
            std::ranges::lower_bound(begins, base - std::min(base, widest), {}, [](const auto& b) { return b.first; });
        for (auto at = first; at != begins.end() && at->first <= row.range.last().value; ++at)
            if (row.range.overlaps(environments[at->second].block)) taken[at->second].push_back(&row);
    }
    return taken;
}

void check_machine(const DeclaredEnvironment& environment, const std::vector<const MachineRange*>& taken,
                   Findings& findings) {
    for (const MachineRange* row : taken) {
        const std::string range = fmt::format("{} of {}", row->range.str(), row->owner);
        findings.add("machine",
                     fmt::format("The block {} of {} overlaps {}, which the machine uses itself.",
                                 environment.block.str(), environment.name, range),
                     ModelPath{"network.avoid"}, blocks(fmt::format("the machine has {}", range)));
    }
}

void check_device(const Scene& scene, const Device& device, Cidr block, Findings& findings, Basis& basis) {
    const auto outside = [&](std::string_view what, std::string_view which, std::optional<Span> at) {
        findings.add(std::string(what),
                     fmt::format("{} has {} {}, which is outside its block {}.", device.name, what, which, block.str()),
                     pool, blocks(fmt::format("{} {}", what, which), at));
    };
    for (Index<Interface> index : device.interfaces)
        for (Ipv4 address : scene.facts.interfaces[index.at].addresses) {
            ++basis.facts;
            const bool ownRouter = device.forwards && address == routerAddress;
            if (!ownRouter && !block.contains(address))
                outside("the address", address.str(), scene.facts.interfaces[index.at].at);
        }
    for (const Route& route : device.routes) {
        ++basis.facts;
        if (!route.out) continue;  // leads nowhere
        if (route.via && !linkLocal.contains(*route.via) && !block.contains(*route.via))
            outside("a route by", route.via->str(), route.at);
        // What a task sends beyond its block is for its router to refuse.
        const bool defaultOfTask = !device.forwards && route.to.prefix == 0;
        if (!defaultOfTask && !linkLocal.contains(route.to) && !block.contains(route.to))
            outside("a route to", route.to.str(), route.at);
    }
}

void check_facts(const Scene& scene, const DeclaredEnvironment& environment, Index<EnvironmentFact> index,
                 Findings& findings, Basis& basis) {
    const EnvironmentFact& fact = scene.facts.environments[index.at];
    if (fact.block != environment.block)
        findings.add("fact",
                     fmt::format("{} has the block {}; {} is declared.", environment.name, fact.block.str(),
                                 environment.block.str()),
                     pool, blocks(fmt::format("{} has {}", environment.name, fact.block.str()), fact.at));
    for (Index<Device> device : scene.devicesOf[index.at])
        check_device(scene, scene.device(device), environment.block, findings, basis);
}

}  // namespace

Examined examine_net8(const Scene& scene) {
    Examined out;
    const auto& environments = scene.declared.environments;
    out.basis.environments = environments.size();
    out.basis.pairs = environments.empty() ? 0 : environments.size() * (environments.size() - 1) / 2;
    const auto met = overlaps(environments);
    std::vector<std::vector<const MachineRange*>> taken(environments.size());
    if (scene.declared.machine) {
        out.basis.machineRanges = scene.declared.machine->size();
        taken = taken_by_machine(scene.declared);
    } else if (!environments.empty()) {
        out.doubts.emplace_back("Which ranges the machine uses itself was not given.");
    }
    for (std::size_t i = 0; i < environments.size(); ++i) {
        Findings findings(Claim::net8, environments[i].name);
        ++out.basis.facts;
        check_declared(scene.declared, environments[i], findings);
        if (met[i])
            findings.add(
                "overlap",
                fmt::format("The block {} of {} overlaps {} of {}.", environments[i].block.str(), environments[i].name,
                            environments[*met[i]].block.str(), environments[*met[i]].name),
                pool, blocks(fmt::format("{} and {}", environments[i].block.str(), environments[*met[i]].block.str())));
        check_machine(environments[i], taken[i], findings);
        if (scene.factOf[i])
            check_facts(scene, environments[i], *scene.factOf[i], findings, out.basis);
        else
            out.doubts.push_back(fmt::format("Nothing of {} is among the facts.", environments[i].name));
        for (Finding& finding : std::move(findings).take()) out.findings.push_back(std::move(finding));
    }
    return out;
}

}  // namespace tenantry::verify

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "claims.hpp"
#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

const ModelPath services{"services"};
const ModelPath hosts{"hosts"};

Finding finding(std::string environment, std::string summary, const ModelPath& contradicts, Witness witness) {
    return {Claim::net1, std::move(environment), std::move(summary), contradicts, std::move(witness)};
}

void check_environments(const Scene& scene, Examined& out) {
    for (std::size_t i = 0; i < scene.facts.environments.size(); ++i) {
        const EnvironmentFact& environment = scene.facts.environments[i];
        if (scene.declaredOf[i]) continue;
        out.findings.push_back(finding(
            environment.name,
            fmt::format("{} is there, or is there a second time, and the platform declares no such environment.",
                        environment.name),
            ModelPath{"tenants"},
            shows({{fmt::format("{} owns {}", environment.name, environment.block.str()), environment.at}})));
    }
    for (std::size_t i = 0; i < scene.factOf.size(); ++i)
        if (!scene.factOf[i])
            out.doubts.push_back(fmt::format("Nothing of {} is among the facts.", scene.declared.environments[i].name));
}

// One finding for an ordered pair of owners, however many of their devices meet.
void check_links(const Scene& scene, Examined& out) {
    std::map<std::pair<Owner, Owner>, bool> told;
    for (const Interface& interface : scene.facts.interfaces) {
        ++out.basis.facts;
        if (!interface.peer) continue;
        const Interface& far = scene.facts.interfaces[interface.peer->at];
        const Device& here = scene.device(interface.device);
        const Device& there = scene.device(far.device);
        if (!here.owner || here.owner == there.owner) continue;
        // Seen from both ends where both are owned: told once.
        if (told[{there.owner, here.owner}] || std::exchange(told[{here.owner, there.owner}], true)) continue;
        out.findings.push_back(
            finding(scene.owner_name(here.owner),
                    fmt::format("A link joins {} of {} and {} of {}.", here.name, scene.owner_name(here.owner),
                                there.name, scene.owner_name(there.owner)),
                    services,
                    shows({{fmt::format("{} on {}", interface.name, here.name), interface.at},
                           {fmt::format("its peer is {} on {}", far.name, there.name), far.at}})));
    }
}

void check_packets(const Scene& scene, const Reach& reach, std::map<std::pair<Owner, Owner>, bool>& told,
                   Examined& out) {
    const Device& from = scene.device(reach.from);
    if (!reach.complete) return out.doubts.push_back(too_large(from.name));
    for (const Arrival& arrival : reach.strayed) {
        const Device& to = scene.device(arrival.device);
        if (std::exchange(told[{from.owner, to.owner}], true)) continue;
        Witness witness = replay_stray(scene.facts, reach, arrival);
        std::string summary = fmt::format("{} can send {}, which gets to {} of {}.", from.name,
                                          packet_text(*witness.packet), to.name, scene.owner_name(to.owner));
        out.findings.push_back(finding(scene.owner_name(from.owner ? from.owner : to.owner), std::move(summary),
                                       services, std::move(witness)));
    }
}

void check_processes(const Scene& scene, Examined& out) {
    for (const Process& process : scene.facts.processes) {
        ++out.basis.facts;
        const Device& device = scene.device(process.device);
        if (process.owner == device.owner) continue;
        out.findings.push_back(
            finding(scene.owner_name(process.owner ? process.owner : device.owner),
                    fmt::format("{} of {} runs in the network namespace {} of {}.", process.name,
                                scene.owner_name(process.owner), device.name, scene.owner_name(device.owner)),
                    services, shows({{process.name, process.at}, {device.name, device.at}})));
    }
}

void check_hosts(const Scene& scene, Examined& out) {
    for (std::size_t i = 0; i < scene.declared.environments.size(); ++i) {
        const DeclaredEnvironment& environment = scene.declared.environments[i];
        for (const HostName& host : environment.hosts) {
            const std::size_t first = scene.environmentOfHost.at(host.str());
            if (first == i) continue;
            const std::string& other = scene.declared.environments[first].name;
            out.findings.push_back(finding(
                environment.name,
                fmt::format("The host {} is declared by {} and by {}.", host.str(), other, environment.name), hosts,
                shows({{fmt::format("{} and {} declare {}", other, environment.name, host.str()), {}}})));
        }
    }
}

Hop hop_of(const Scene& scene, const IngressSocket& socket) {
    return {fmt::format("{} is handed to {} as descriptor {}", socket.path, scene.process(socket.process).name,
                        socket.descriptor),
            socket.at};
}

// Each environment's sockets are its own: no path twice, and no path that the edge computes from another's host.
void check_sockets(const Scene& scene, Examined& out) {
    const auto& owners = scene.environmentOfHost;
    for (const auto& [path, sockets] : scene.socketsAt) {
        out.basis.facts += sockets.size();
        for (const IngressSocket* socket : sockets) {
            const Owner holder = scene.process(socket->process).owner;
            const Owner first = scene.process(sockets.front()->process).owner;
            if (holder != first)
                out.findings.push_back(finding(scene.owner_name(first ? first : holder),
                                               fmt::format("{} and {} hold the same ingress socket {}.",
                                                           scene.owner_name(first), scene.owner_name(holder), path),
                                               hosts,
                                               shows({hop_of(scene, *sockets.front()), hop_of(scene, *socket)})));
            for (const Edge& edge : scene.facts.edges) {
                if (!path.starts_with(edge.directory)) continue;
                const auto host = owners.find(path.substr(edge.directory.size()));
                if (host == owners.end() || (holder && scene.declaredOf[holder->at] == host->second)) continue;
                const std::string& owner = scene.declared.environments[host->second].name;
                out.findings.push_back(
                    finding(owner,
                            fmt::format("The edge sends connections for {} of {} to a socket that {} holds.",
                                        host->first, owner, scene.owner_name(holder)),
                            hosts,
                            shows({{fmt::format("the edge sends {} to {}", host->first, path), edge.at},
                                   hop_of(scene, *socket)})));
                break;
            }
        }
    }
}

void list_shared(const Scene& scene, Examined& out) {
    for (const Edge& edge : scene.facts.edges)
        out.shared.push_back(fmt::format(
            "The edge on {}:{} is shared. It joins nobody: it ends no TLS and only picks the unix socket {}NAME by the "
            "checked server name NAME; the {} sockets have a path and one holder each, and no environment has a link "
            "to "
            "it.",
            edge.address.str(), edge.tlsPort.number, edge.directory, scene.facts.sockets.size()));
}

}  // namespace

Examined examine_net1(const Scene& scene, const Reaches& reaches) {
    Examined out;
    const std::size_t environments = scene.facts.environments.size();
    out.basis.environments = environments;
    out.basis.pairs = environments == 0 ? 0 : environments * (environments - 1);
    for (const Device& device : scene.facts.devices) {
        out.basis.facts += device.routes.size();
        for (const Chain& chain : device.chains) out.basis.rules += chain.rules.size();
    }
    check_environments(scene, out);
    check_links(scene, out);
    std::map<std::pair<Owner, Owner>, bool> told;
    for (const Reach& reach : reaches) check_packets(scene, reach, told, out);
    check_processes(scene, out);
    check_hosts(scene, out);
    check_sockets(scene, out);
    list_shared(scene, out);
    return out;
}

}  // namespace tenantry::verify

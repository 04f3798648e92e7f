// NET-2: from outside only the machine's one entry answers, on its two ports.

#include <algorithm>

#include <fmt/format.h>

#include "claims.hpp"
#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

const ModelPath hosts{"hosts"};

class Examiner {
  public:
    Examiner(const Scene& scene, const Reaches& reaches, Examined& out) : scene_(scene), reaches_(reaches), out_(out) {}

    void examine() {
        out_.basis.environments = scene_.facts.environments.size();
        if (scene_.declared.environments.empty()) return;
        check_edges();
        check_processes();
        check_outside();
        if (scene_.facts.source == Source::live) check_listeners();
    }

  private:
    void find(const std::string& environment, std::string summary, const ModelPath& contradicts, Witness witness) {
        out_.findings.push_back({Claim::net2, environment, std::move(summary), contradicts, std::move(witness)});
    }

    // The entry is everybody's: what is wrong with it is told once, at the first environment.
    void check_edges() {
        const auto& declared = scene_.declared.edge;
        if (!declared)
            return void(out_.doubts.emplace_back("Where the machine's entry should listen is not declared."));
        if (scene_.facts.edges.empty()) out_.doubts.emplace_back("The machine's entry is not among the facts.");
        bool first = true;
        for (const Edge& edge : scene_.facts.edges) {
            out_.basis.facts += 3;
            const std::string& environment = scene_.declared.environments.front().name;
            const std::string is = fmt::format("{} on the ports {} and {}", edge.address.str(), edge.tlsPort.number,
                                               edge.redirectPort.number);
            if (edge.address != declared->address || edge.tlsPort != declared->tlsPort ||
                edge.redirectPort != declared->redirectPort)
                find(environment,
                     fmt::format("The machine's entry listens at {}; it should at {} on the ports {} and {}.", is,
                                 declared->address.str(), declared->tlsPort.number, declared->redirectPort.number),
                     hosts, shows({{"it listens at " + is, edge.at}}));
            if (!first)
                find(environment, fmt::format("There is a second entry, at {}.", is), hosts,
                     shows({{"it listens at " + is, edge.at}}));
            first = false;
        }
    }

    // What the kernel says: of all that is ours only the entry takes connections, at its two ports.
    void check_listeners() {
        if (!scene_.facts.listeners)
            return void(out_.doubts.emplace_back("What listens in the machine's network was not observed."));
        const auto& declared = scene_.declared.edge;
        if (!declared) return;
        const std::string entry =
            fmt::format("only the machine's entry should, at {} on the TCP ports {} and {}", declared->address.str(),
                        declared->tlsPort.number, declared->redirectPort.number);
        for (const Listener& listener : *scene_.facts.listeners) {
            ++out_.basis.facts;
            const bool isEntry = listener.holder == "edge" && listener.protocol == "tcp" &&
                                 listener.address == declared->address.str() &&
                                 (listener.port == declared->tlsPort || listener.port == declared->redirectPort);
            if (isEntry) continue;
            const std::string does = fmt::format("{} listens in the machine's network, at {}, {} port {}",
                                                 listener.holder == "edge" ? "The entry" : listener.holder,
                                                 listener.address, listener.protocol, listener.port.number);
            find(environment_of(listener), fmt::format("{}; {}.", does, entry), hosts, shows({{does, listener.at}}));
        }
    }

    // The group of a task names its environment: `environments/lend+acme+production/api-1`.
    std::string environment_of(const Listener& listener) const {
        for (const DeclaredEnvironment& environment : scene_.declared.environments) {
            std::string name = "+" + environment.name + "/";
            std::replace(name.begin(), name.end() - 1, '/', '+');
            if (listener.holder.find(name) != std::string::npos) return environment.name;
        }
        return scene_.declared.environments.front().name;
    }

    // In the machine's network a process could listen where strangers connect.
    void check_processes() {
        for (const Process& process : scene_.facts.processes) {
            ++out_.basis.facts;
            const Device& device = scene_.device(process.device);
            if (device.owner) continue;
            const auto declared = process.owner ? scene_.declaredOf[process.owner->at] : std::nullopt;
            find(scene_.owner_name(process.owner),
                 fmt::format("{} runs in the network namespace {}, which is no environment's.", process.name,
                             device.name),
                 declared ? origin_of(scene_.declared.environments[*declared], process.service) : ModelPath{"services"},
                 shows({{process.name, process.at}, {device.name, device.at}}));
        }
    }

    // Packets of whoever is no environment.
    void check_outside() {
        for (const Reach& reach : reaches_) {
            const Device& from = scene_.device(reach.from);
            if (from.owner) continue;
            ++out_.basis.pairs;
            if (!reach.complete) out_.doubts.push_back(too_large(from.name));
            for (const Arrival& arrival : reach.strayed) {
                const Device& to = scene_.device(arrival.device);
                if (!to.owner) continue;
                Witness witness = replay_stray(scene_.facts, reach, arrival);
                std::string summary = fmt::format("{}, which is no environment's, can send {}, which gets to {}.",
                                                  from.name, packet_text(*witness.packet), to.name);
                find(scene_.owner_name(to.owner), std::move(summary), ModelPath{"services"}, std::move(witness));
                break;
            }
        }
    }

    const Scene& scene_;
    const Reaches& reaches_;
    Examined& out_;
};

}  // namespace

Examined examine_net2(const Scene& scene, const Reaches& reaches) {
    Examined out;
    Examiner(scene, reaches, out).examine();
    return out;
}

}  // namespace tenantry::verify

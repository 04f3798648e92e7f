// NET-12: a packet leaves a task only with that task's own address.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "claims.hpp"
#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

// The addresses that a sender's packets may have: those of its declared tasks; where nobody declared it, those that its
// interfaces have.
std::vector<Ipv4> own_addresses(const Scene& scene, Index<Device> device) {
    std::vector<Ipv4> own;
    for (const Index<Process> process : scene.processesIn[device.at])
        if (const DeclaredTask* task = scene.taskOf[process.at]) own.push_back(task->address);
    if (!own.empty()) return own;
    for (const Index<Interface> interface : scene.device(device).interfaces)
        for (const Ipv4 address : scene.facts.interfaces[interface.at].addresses) own.push_back(address);
    return own;
}

bool is_of(const Cube& cube, const std::vector<Ipv4>& own) {
    const Interval& source = cube[Field::source];
    return source.low == source.high &&
           std::ranges::any_of(own, [&](Ipv4 address) { return address.value == source.low; });
}

// What of an arrival has another's source; empty for most, and found so without arithmetic on sets.
PacketSet spoofed(const PacketSet& packets, const std::vector<Ipv4>& own) {
    if (std::ranges::all_of(packets.cubes(), [&](const Cube& cube) { return is_of(cube, own); })) return {};
    std::vector<Cube> allowed;
    for (const Ipv4 address : own) {
        Cube cube;
        cube[Field::source] = {address.value, address.value};
        allowed.push_back(cube);
    }
    PacketSet rest = packets;
    rest.subtract(allowed);
    return rest;
}

class Examiner {
  public:
    Examiner(const Scene& scene, const Reaches& reaches, const DeclaredEnvironment& declared, Examined& out)
        : scene_(scene), reaches_(reaches), declared_(declared), findings_(Claim::net12, declared.name), out_(out) {}

    void examine(Index<EnvironmentFact> environment) {
        for (const Index<Device> device : scene_.devicesOf[environment.at]) {
            for (const Chain& chain : scene_.device(device).chains) out_.basis.rules += chain.rules.size();
            if (scene_.sends(device)) check_sender(device);
        }
        for (Finding& finding : std::move(findings_).take()) out_.findings.push_back(std::move(finding));
    }

  private:
    void check_sender(Index<Device> device) {
        const Reach& reach = reaches_[device.at];
        const std::string& name = scene_.device(device).name;
        if (!reach.complete) return out_.doubts.push_back(too_large(name));
        const std::vector<Ipv4> own = own_addresses(scene_, device);
        for (const Arrival& arrival : reach.delivered) {
            if (arrival.device == device) continue;
            ++out_.basis.pairs;
            // Translation changes destinations alone, so a source is as it was sent.
            const PacketSet rest = spoofed(arrival.packets, own);
            if (!rest.cubes().empty()) report(reach, arrival, rest, own);
        }
    }

    void report(const Reach& reach, const Arrival& arrival, const PacketSet& rest, const std::vector<Ipv4>& own) {
        const Device& from = scene_.device(reach.from);
        const Device& to = scene_.device(arrival.device);
        const auto& processes = scene_.processesIn[reach.from.at];
        const std::string service = processes.empty() ? "" : scene_.process(processes.front()).service;
        const std::string key = service + " " + to.name;
        if (findings_.has(key)) return findings_.count(key);
        // Another task's address is the lie that matters most.
        Packet wish{{}, {}, protocol::tcp, 40000, 80, State::fresh};
        for (const DeclaredTask& task : declared_.tasks)
            if (std::ranges::find(own, task.address) == own.end() && wish.source == Ipv4{}) wish.source = task.address;
        const auto packet = rest.sample(wish);
        Witness witness = replay(scene_.facts, reach, arrival.way, *packet, wish, SendBy::anyInterface,
                                 [&](const Trace& trace) { return trace.deliveredTo == arrival.device; });
        findings_.add(key,
                      fmt::format("{} can send {}, which is not its own address, and {} gets it.", from.name,
                                  packet_text(*witness.packet), to.name),
                      origin_of(declared_, service), std::move(witness));
    }

    const Scene& scene_;
    const Reaches& reaches_;
    const DeclaredEnvironment& declared_;
    Findings findings_;
    Examined& out_;
};

}  // namespace

Examined examine_net12(const Scene& scene, const Reaches& reaches, std::size_t environment) {
    Examined out;
    out.basis.environments = 1;
    const DeclaredEnvironment& declared = scene.declared.environments[environment];
    if (const auto fact = scene.factOf[environment])
        Examiner(scene, reaches, declared, out).examine(*fact);
    else
        out.doubts.push_back(fmt::format("Nothing of {} is among the facts.", declared.name));
    return out;
}

}  // namespace tenantry::verify

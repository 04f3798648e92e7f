#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "claims.hpp"
#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

// The ports that a caller's kernel may pick: net.ipv4.ip_local_port_range, default 32768 60999 (ip(7); Linux
// Documentation/networking/ip-sysctl.rst).
constexpr Interval ephemeral{32768, 60999};
constexpr std::uint16_t shownPort = 40000;

struct Ends {
    Ipv4 source;
    Interval sourcePort;
    Ipv4 destination;
    Interval destinationPort;
    State state = State::fresh;
};

Cube tcp(const Ends& ends) {
    Cube cube;
    cube[Field::source] = {ends.source.value, ends.source.value};
    cube[Field::destination] = {ends.destination.value, ends.destination.value};
    cube[Field::protocol] = {protocol::tcp, protocol::tcp};
    cube[Field::sourcePort] = ends.sourcePort;
    cube[Field::destinationPort] = ends.destinationPort;
    cube[Field::state] = {static_cast<std::uint32_t>(ends.state), static_cast<std::uint32_t>(ends.state)};
    return cube;
}

Interval only(Port port) { return {port.number, port.number}; }

/// A declared task with where it runs.
struct Placed {
    const DeclaredTask* task = nullptr;
    Index<Process> process;
    Index<Device> device;
};

struct Astray {
    PacketSet packets;
    std::size_t way = 0;
};

class Examiner {
  public:
    Examiner(const Scene& scene, std::size_t environment)
        : scene_(scene),
          environment_(scene.declared.environments[environment]),
          index_(environment),
          findings_(Claim::net6, environment_.name) {}

    Examined examine() && {
        out_.basis.environments = 1;
        if (!scene_.factOf[index_]) {
            findings_.add("missing", fmt::format("Nothing of {} is there.", environment_.name), ModelPath{"services"},
                          shows({{fmt::format("no fact names {}", environment_.name), std::nullopt}}));
        } else {
            for (Index<Device> device : scene_.devicesOf[scene_.factOf[index_]->at])
                for (const Chain& chain : scene_.device(device).chains) out_.basis.rules += chain.rules.size();
            check_tasks();
            for (const DeclaredAllow& allow : environment_.allows) check_allow(allow);
            examine_ingress(scene_, index_, findings_, out_.basis);
        }
        out_.findings = std::move(findings_).take();
        return std::move(out_);
    }

  private:
    void check_tasks() {
        for (std::size_t i = 0; i < environment_.tasks.size(); ++i) {
            ++out_.basis.facts;
            const DeclaredTask& task = environment_.tasks[i];
            if (!scene_.runs[index_][i])
                findings_.add(
                    "task " + task.service,
                    fmt::format("The task {} of {} does not run.", task.name, environment_.name),
                    origin_of(environment_, task.service),
                    shows({{fmt::format("no process is {}/{}", environment_.name, task.name), std::nullopt}}));
        }
    }

    // Tasks that do not run were told once; here they are left out.
    std::vector<Placed> tasks_of(std::string_view service) const {
        std::vector<Placed> placed;
        for (std::size_t i = 0; i < environment_.tasks.size(); ++i)
            if (const auto process = scene_.runs[index_][i]; process && environment_.tasks[i].service == service)
                placed.push_back({&environment_.tasks[i], *process, scene_.process(*process).device});
        return placed;
    }

    void check_allow(const DeclaredAllow& allow) {
        const std::vector<Placed> callees = tasks_of(allow.to);
        for (const Placed& caller : tasks_of(allow.from)) {
            out_.basis.pairs += callees.size();
            if (allow.from == loadBalancerName)
                for (const Placed& callee : callees) connect(allow, caller, callee.task->address, {callee});
            else
                call(allow, caller, callees);
            for (const Placed& callee : callees) answer(allow, caller, callee);
        }
    }

    std::string key(std::string_view kind, const DeclaredAllow& allow) const {
        return fmt::format("{} {} {} {}", kind, allow.from, allow.to, allow.port.number);
    }

    // By name: the hosts file, the virtual address behind it, its translation to every task.
    void call(const DeclaredAllow& allow, const Placed& caller, const std::vector<Placed>& callees) {
        const DeclaredService* service = find_service(environment_, allow.to);
        if (service == nullptr || !service->virtualAddress)
            return findings_.add(key("name", allow),
                                 fmt::format("{} is called by {} and has no virtual address.", allow.to, allow.from),
                                 allow.origin, shows({}));
        const Process& process = scene_.process(caller.process);
        const auto address = lookup(process, allow.to);
        if (address != service->virtualAddress)
            findings_.add(key("name", allow),
                          fmt::format("{} finds {} under the name {}, not {}.", process.name,
                                      address ? address->str() : "nothing", allow.to, service->virtualAddress->str()),
                          allow.origin, shows({{fmt::format("the hosts file of {}", process.name), process.at}}));
        connect(allow, caller, *service->virtualAddress, callees);
        // A spare task takes a place only when it is needed: its way has to be there before.
        for (const Placed& callee : callees)
            if (callee.task->spare) connect(allow, caller, callee.task->address, {callee});
    }

    // New connections from a task to an address have to come to each of `callees` and to nobody else, whole.
    void connect(const DeclaredAllow& allow, const Placed& caller, Ipv4 to, const std::vector<Placed>& callees) {
        const Ends ends{caller.task->address, ephemeral, to, only(allow.port)};
        const Reach reach = explored(caller, ends);
        if (!reach.complete || callees.empty()) return;
        const Packet wish = wished(ends);
        for (const Arrival& lost : reach.lost) {
            Witness witness = replay(scene_.facts, reach, lost.way, *lost.packets.sample(wish), wish, SendBy::route,
                                     [](const Trace& trace) { return !trace.deliveredTo; });
            return findings_.add(key("connect", allow),
                                 fmt::format("{} declares to call {}, and {} cannot send {}: {}.", allow.from, allow.to,
                                             scene_.process(caller.process).name, packet_text(*witness.packet),
                                             witness.hops.back().text),
                                 allow.origin, std::move(witness));
        }
        for (const Arrival& arrival : reach.delivered) check_receiver(allow, caller, callees, reach, arrival, wish);
        for (const Placed& callee : callees) {
            if (callee.task->address != to && !is_due(callee)) continue;
            const PacketSet missing =
                missing_at(reach, callee.device, {ends.source, ephemeral, callee.task->address, only(allow.port)});
            if (is_lost(missing, reach.from) || missing.is_empty()) continue;
            const Process& process = scene_.process(callee.process);
            findings_.add(
                key("connect", allow),
                fmt::format("{} declares to call {}, and not every connection of {} to {} can come to {}.", allow.from,
                            allow.to, scene_.process(caller.process).name, to.str(), process.name),
                allow.origin, shows({{process.name, process.at}}));
        }
    }

    // One that is not there now need not be found behind the service's address.
    bool is_due(const Placed& callee) const {
        const Process& process = scene_.process(callee.process);
        const bool runs = process.sandbox && process.sandbox->source == Source::live;
        return !callee.task->spare && (runs || scene_.facts.source == Source::text);
    }

    void check_receiver(const DeclaredAllow& allow, const Placed& caller, const std::vector<Placed>& callees,
                        const Reach& reach, const Arrival& arrival, const Packet& wish) {
        PacketSet rest = arrival.packets;
        for (const Placed& callee : callees)
            if (callee.device == arrival.device)
                rest.subtract(
                    std::array{tcp({caller.task->address, ephemeral, callee.task->address, only(allow.port)})});
        if (is_lost(rest, reach.from) || rest.is_empty()) return;
        const Packet arrived = *rest.sample(wish);
        Witness witness =
            replay(scene_.facts, reach, arrival.way, arrived, wish, SendBy::route,
                   [&](const Trace& trace) { return trace.deliveredTo == arrival.device && trace.arrived == arrived; });
        findings_.add(
            key("connect", allow),
            fmt::format("{} declares to call {} on port {}, and {} of {} comes to {} as {}.", allow.from, allow.to,
                        allow.port.number, packet_text(*witness.packet), scene_.process(caller.process).name,
                        scene_.device(arrival.device).name, packet_text(arrived)),
            allow.origin, std::move(witness));
    }

    // The answer belongs to a tracked connection; what its translation did is undone behind the last filter.
    void answer(const DeclaredAllow& allow, const Placed& caller, const Placed& callee) {
        const Ends ends{callee.task->address, only(allow.port), caller.task->address, ephemeral, State::established};
        const Reach reach = explored(callee, ends);
        if (!reach.complete) return;
        const std::vector<Astray> astray = astray_from(reach, caller.device, ends);
        if (astray.empty()) return;
        const Packet wish = wished(ends);
        Witness witness =
            replay(scene_.facts, reach, astray.front().way, *astray.front().packets.sample(wish), wish, SendBy::route,
                   [&](const Trace& trace) {
                       return trace.deliveredTo != caller.device || !lies_in(tcp(ends), 0, 0, trace.arrived);
                   });
        findings_.add(key("answer", allow),
                      fmt::format("{} may call {}, and the answer {} does not come back to {}.", allow.from, allow.to,
                                  packet_text(*witness.packet), scene_.process(caller.process).name),
                      allow.origin, std::move(witness));
    }

    // What of the packets between two ends does not come to the other end as it was sent.
    std::vector<Astray> astray_from(const Reach& reach, Index<Device> to, const Ends& ends) {
        std::vector<Astray> astray;
        for (const Arrival& lost : reach.lost) astray.push_back({lost.packets, lost.way});
        for (const Arrival& arrival : reach.delivered) {
            PacketSet rest = arrival.packets;
            if (arrival.device == to) rest.subtract(std::array{tcp(ends)});
            astray.push_back({std::move(rest), arrival.way});
        }
        astray.push_back({missing_at(reach, to, ends), 0});  // in a circle: neither lost nor delivered
        for (const Astray& some : astray)
            if (is_lost(some.packets, reach.from)) return {};
        std::erase_if(astray, [](const Astray& some) { return some.packets.is_empty(); });
        return astray;
    }

    Reach explored(const Placed& from, const Ends& ends) {
        Reach reach = explore(scene_.network, from.device, {PacketSet(tcp(ends)), SendBy::route, true});
        if (!reach.complete) out_.doubts.push_back(too_large(scene_.device(from.device).name));
        return reach;
    }

    static Packet wished(const Ends& ends) {
        return {
            ends.source,
            ends.destination,
            protocol::tcp,
            static_cast<std::uint16_t>(std::clamp<std::uint32_t>(shownPort, ends.sourcePort.low, ends.sourcePort.high)),
            static_cast<std::uint16_t>(
                std::clamp<std::uint32_t>(shownPort, ends.destinationPort.low, ends.destinationPort.high)),
            ends.state};
    }

    // Past the cap of a set nothing is concluded, neither good nor bad.
    bool is_lost(const PacketSet& packets, Index<Device> from) {
        if (packets.overflowed()) out_.doubts.push_back(too_large(scene_.device(from).name));
        return packets.overflowed();
    }

    static PacketSet missing_at(const Reach& reach, Index<Device> to, const Ends& ends) {
        PacketSet missing{tcp(ends)};
        for (const Arrival& arrival : reach.delivered) {
            if (arrival.device != to) continue;
            for (Cube anywhere : arrival.packets.cubes()) {
                anywhere[Field::inInterface] = anywhere[Field::outInterface] = Interval{};
                missing.subtract(std::array{anywhere});
            }
        }
        return missing;
    }

    const Scene& scene_;
    const DeclaredEnvironment& environment_;
    std::size_t index_;
    Findings findings_;
    Examined out_;
};

}  // namespace

Examined examine_net6(const Scene& scene, std::size_t environment) { return Examiner(scene, environment).examine(); }

}  // namespace tenantry::verify

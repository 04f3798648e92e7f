#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "claims.hpp"
#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

class Examiner {
  public:
    Examiner(const Scene& scene, const Reaches& reaches, std::size_t environment, Claim claim)
        : scene_(scene),
          reaches_(reaches),
          environment_(scene.declared.environments[environment]),
          fact_(*scene.factOf[environment]),
          claim_(claim),
          findings_(claim, environment_.name) {}

    Examined examine() && {
        out_.basis.environments = 1;
        for (Index<Process> process : scene_.processesOf[fact_.at]) {
            if (!concerns(scene_.process(process).service)) continue;
            check_identity(process);
            check_proxies(process);
        }
        for (Index<Device> device : scene_.devicesOf[fact_.at]) {
            for (const Chain& chain : scene_.device(device).chains) out_.basis.rules += chain.rules.size();
            if (scene_.sends(device)) check_sender(reaches_[device.at]);
        }
        if (claim_ == Claim::net5) check_sockets();
        out_.findings = std::move(findings_).take();
        return std::move(out_);
    }

  private:
    // A packet that comes to `to` and is not permitted; the nearest to `wish` of all such packets.
    struct Excess {
        Index<Device> to;
        Packet arrived;
        Packet wish;
        std::size_t way = 0;

        // Without a translation on the way it is easier to read.
        auto rank() const { return std::pair{way == 0, likeness(arrived, wish)}; }
    };

    // Stores are NET-4's, all others NET-5's.
    bool concerns(std::string_view service) const {
        return (kind_of(environment_, service) == ServiceKind::store) == (claim_ == Claim::net4);
    }

    // Each process is what its task declares, in a namespace of its own that has the task's address and no other.
    void check_identity(Index<Process> index) {
        ++out_.basis.facts;
        const Process& process = scene_.process(index);
        const Device& device = scene_.device(process.device);
        const DeclaredTask* task = scene_.taskOf[index.at];
        if (task == nullptr || task->service != process.service)
            return findings_.add(
                "undeclared " + process.service,
                fmt::format("{} runs as {}, and no task is declared so.", process.name, process.service),
                origin_of(environment_, process.service), shows({{process.name, process.at}}));
        for (Index<Process> other : scene_.processesIn[process.device.at])
            if (other != index)
                findings_.add(
                    "together " + std::min(process.service, scene_.process(other).service) + " " +
                        std::max(process.service, scene_.process(other).service),
                    fmt::format("{} and {} run in one network namespace, {}.", process.name, scene_.process(other).name,
                                device.name),
                    origin_of(environment_, process.service),
                    shows({{process.name, process.at}, {scene_.process(other).name, scene_.process(other).at}}));
        for (Index<Interface> interface : device.interfaces)
            for (Ipv4 address : scene_.facts.interfaces[interface.at].addresses)
                if (address != task->address) wrong_address(process, *task, interface, address);
        if (std::ranges::none_of(device.interfaces, [&](Index<Interface> interface) {
                return std::ranges::count(scene_.facts.interfaces[interface.at].addresses, task->address) > 0;
            }))
            findings_.add("address " + process.service,
                          fmt::format("{} does not have its address {}.", process.name, task->address.str()),
                          origin_of(environment_, process.service), shows({{device.name, device.at}}));
    }

    void wrong_address(const Process& process, const DeclaredTask& task, Index<Interface> interface, Ipv4 address) {
        const Interface& fact = scene_.facts.interfaces[interface.at];
        findings_.add("address " + process.service,
                      fmt::format("{} has the address {}; its task is declared with {}.", process.name, address.str(),
                                  task.address.str()),
                      origin_of(environment_, process.service),
                      shows({{fmt::format("{} has {}", fact.name, address.str()), fact.at}}));
    }

    std::vector<Cube> permitted(Index<Device> from, Index<Device> to) const {
        std::vector<Cube> cubes;
        for (Index<Process> sender : scene_.processesIn[from.at])
            for (Index<Process> receiver : scene_.processesIn[to.at])
                if (scene_.taskOf[sender.at] != nullptr && scene_.taskOf[receiver.at] != nullptr)
                    permit(*scene_.taskOf[sender.at], *scene_.taskOf[receiver.at], cubes);
        return cubes;
    }

    // Connections that a call declares, and nothing else: not even an ICMP error about one (`related`), which anybody
    // in the environment could forge.
    void permit(const DeclaredTask& from, const DeclaredTask& to, std::vector<Cube>& cubes) const {
        for (const DeclaredAllow& allow : environment_.allows) {
            if (allow.from != from.service || allow.to != to.service) continue;
            Cube cube;
            cube[Field::source] = {from.address.value, from.address.value};
            cube[Field::destination] = {to.address.value, to.address.value};
            cube[Field::protocol] = {protocol::tcp, protocol::tcp};
            cube[Field::destinationPort] = {allow.port.number, allow.port.number};
            cubes.push_back(cube);
        }
    }

    void check_sender(const Reach& reach) {
        out_.basis.pairs += scene_.devicesOf[fact_.at].size() - 1;
        std::map<Index<Device>, Excess> excess;
        bool complete = reach.complete;
        for (const Arrival& arrival : reach.delivered) {
            if (arrival.device == reach.from || scene_.device(arrival.device).owner != Owner(fact_)) continue;
            if (!concerns(service_in(arrival.device))) continue;
            PacketSet rest = arrival.packets;
            rest.subtract(permitted(reach.from, arrival.device));
            complete = complete && !rest.overflowed();
            if (rest.is_empty() || !complete) continue;
            const Packet wish = wish_for(reach.from, arrival.device);
            const Excess one{arrival.device, *rest.sample(wish), wish, arrival.way};
            const auto [known, added] = excess.emplace(arrival.device, one);
            if (!added && known->second.rank() < one.rank()) known->second = one;
        }
        if (!complete) return out_.doubts.push_back(too_large(scene_.device(reach.from).name));
        report_all(reach, excess);
    }

    // Who may lie about its address reaches many; that is one mistake, shown by the packet that reads best.
    void report_all(const Reach& reach, const std::map<Index<Device>, Excess>& excess) {
        const Excess* lie = nullptr;
        for (const auto& [to, one] : excess) {
            if (one.arrived.source == one.wish.source)
                report(reach, one, "packet " + service_in(reach.from) + " " + service_in(to));
            else if (lie == nullptr || lie->rank() < one.rank())
                lie = &one;
        }
        if (lie != nullptr) report(reach, *lie, "lie " + service_in(reach.from));
    }

    // Who a device is in findings: its service, or itself where it runs none.
    std::string service_in(Index<Device> device) const {
        const auto& processes = scene_.processesIn[device.at];
        return processes.empty() ? scene_.device(device).name : scene_.process(processes.front()).service;
    }

    Packet wish_for(Index<Device> from, Index<Device> to) const {
        Packet wish{{}, {}, protocol::tcp, 40000, 80, State::fresh};
        const auto first_address = [&](Index<Device> device, Ipv4& into) {
            for (Index<Interface> interface : scene_.device(device).interfaces)
                for (Ipv4 address : scene_.facts.interfaces[interface.at].addresses) return void(into = address);
        };
        first_address(from, wish.source);
        first_address(to, wish.destination);
        return wish;
    }

    void report(const Reach& reach, const Excess& one, const std::string& key) {
        if (findings_.has(key)) return findings_.count(key);
        Witness witness =
            replay(scene_.facts, reach, one.way, one.arrived, one.wish, SendBy::anyInterface,
                   [&](const Trace& trace) { return trace.deliveredTo == one.to && trace.arrived == one.arrived; });
        const std::string from = service_in(reach.from);
        const std::string to = service_in(one.to);
        const bool serves = !scene_.processesIn[one.to.at].empty();
        findings_.add(
            key,
            fmt::format("{} can send {} to {}, {}.", scene_.device(reach.from).name, packet_text(*witness.packet),
                        scene_.device(one.to).name, serves ? why(from, to, one) : "which serves nobody"),
            origin_of(environment_, serves ? to : from), std::move(witness));
    }

    std::string why(const std::string& from, const std::string& to, const Excess& one) const {
        if (one.arrived.source != one.wish.source)
            return fmt::format("under the address {}, which is not its own", one.arrived.source.str());
        const auto declared = std::ranges::find_if(
            environment_.allows, [&](const DeclaredAllow& allow) { return allow.from == from && allow.to == to; });
        if (declared == environment_.allows.end())
            return fmt::format("and {} declares no {} of {}", from, claim_ == Claim::net4 ? "use" : "call", to);
        return fmt::format("and {} may call {} on TCP port {} only", from, to, declared->port.number);
    }

    // A proxy must not offer a way to a service that no route declares.
    void check_proxies(Index<Process> index) {
        const auto proxies = scene_.proxiesOf.find(index);
        if (proxies == scene_.proxiesOf.end()) return;
        const Process& process = scene_.process(index);
        for (const Proxy* proxy : proxies->second)
            for (const ProxyRoute& route : proxy->routes)
                for (const Upstream& upstream : route.to) check_upstream(process, route, upstream);
    }

    void check_upstream(const Process& process, const ProxyRoute& route, const Upstream& upstream) {
        ++out_.basis.facts;
        const DeclaredService* behind = service_behind(environment_, process, upstream);
        for (const DeclaredRoute& declared : environment_.routes)
            if (declared.proxy == process.service && declared.prefix == route.prefix &&
                (behind == nullptr || behind->name == declared.service))
                return;  // a name that leads nowhere is NET-6's
        findings_.add(fmt::format("route {} {}", process.service, route.prefix),
                      fmt::format("{} sends requests under {} to {}:{}{}, and no route of {} declares that.",
                                  process.name, route.prefix, upstream.host, upstream.port.number,
                                  behind == nullptr ? "" : fmt::format(" ({})", behind->name), process.service),
                      origin_of(environment_, behind == nullptr ? process.service : behind->name),
                      shows({{fmt::format("the route {} of {}", route.prefix, process.name), route.at},
                             {fmt::format("leads to {}:{}", upstream.host, upstream.port.number), upstream.at}}));
    }

    // A socket for a name that the environment does not declare is an undeclared way in.
    void check_sockets() {
        for (const IngressSocket* socket : scene_.socketsOf[fact_.at]) check_socket(*socket);
    }

    void check_socket(const IngressSocket& socket) {
        const std::string_view path = socket.path;
        for (const Edge& edge : scene_.facts.edges) {
            if (!path.starts_with(edge.directory)) continue;
            const std::string_view host = path.substr(edge.directory.size());
            if (scene_.environmentOfHost.contains(host)) continue;  // another environment's is NET-1's
            findings_.add(
                "socket " + socket.path,
                fmt::format("The edge brings connections for {} to {}, and no environment declares that host.", host,
                            scene_.process(socket.process).name),
                ModelPath{"hosts"}, shows({{socket.path, socket.at}}));
        }
    }

    const Scene& scene_;
    const Reaches& reaches_;
    const DeclaredEnvironment& environment_;
    Index<EnvironmentFact> fact_;
    Claim claim_;
    Findings findings_;
    Examined out_;
};

}  // namespace

Examined examine_receivers(const Scene& scene, const Reaches& reaches, std::size_t environment, Claim claim) {
    return Examiner(scene, reaches, environment, claim).examine();
}

}  // namespace tenantry::verify

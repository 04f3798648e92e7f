#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/compile/probe.hpp>
#include <tenantry/verify/trace.hpp>

namespace tenantry::compile {
namespace {

using verify::Facts;
using verify::Process;

constexpr std::size_t mostForeign = 256;
constexpr std::size_t mostForged = 128;
constexpr std::uint16_t nearPort = 40'000;
constexpr std::uint16_t nobodysPort = 22;

constexpr const char* nobody = "192.0.2.1";  // TEST-NET-1 of RFC 5737

struct Outside {
    const char* name;
    const char* address;
    std::uint16_t port;
};
// The router's side of every link (docs/local-files.md), the metadata address of clouds.
constexpr Outside outside[] = {{"the router", "169.254.1.1", 22},
                               {"the router", "169.254.1.1", 8443},
                               {"metadata", "169.254.169.254", 80},
                               {"nobody", nobody, 443}};

struct Task {
    const Process* process = nullptr;
    std::string environment, name;
    Ipv4 address;
    std::uint16_t port = 0;  // 0: its service has none
};

std::map<std::string, std::uint16_t> ports_of(const blueprint::Blueprint& blueprint, const std::string& environment) {
    std::map<std::string, std::uint16_t> ports{{std::string(blueprint::loadBalancerName), 0}};
    for (const blueprint::Environment& one : blueprint.environments)
        if (one.name() == environment) {
            const blueprint::Shape& shape = blueprint.shape(one);
            for (const blueprint::Workload& workload : shape.workloads)
                ports[workload.name.str()] = workload.port ? workload.port->number : 0;
            for (std::uint32_t row = 0; row < shape.stores.size(); ++row) {
                const blueprint::Store& store = shape.stores[row];
                ports[store.name.str()] = blueprint::port_of(store.engine).number;
                if (is_backed(store)) ports[name_of(shape, blueprint::Backing{{row}})] = 0;
            }
            for (const blueprint::Job& job : shape.jobs) ports[job.name.str()] = 0;
        }
    return ports;
}

std::vector<Task> tasks_of(const blueprint::Blueprint& blueprint, const Facts& facts) {
    std::vector<Task> tasks;
    std::map<std::string, std::map<std::string, std::uint16_t>> ports;  // by environment
    for (const Process& process : facts.processes) {
        if (!process.owner) continue;
        const std::string& environment = facts.environments[process.owner->at].name;
        if (!ports.contains(environment)) ports[environment] = ports_of(blueprint, environment);
        const auto port = ports[environment].find(process.service);
        if (port == ports[environment].end()) continue;
        for (const Index<verify::Interface> interface : facts.devices[process.device.at].interfaces)
            for (const Ipv4 address : facts.interfaces[interface.at].addresses)
                if (address.value >> 24 != 127)
                    tasks.push_back(
                        {&process, environment, process.name.substr(environment.size() + 1), address, port->second});
    }
    return tasks;
}

class Asking {
  public:
    Asking(const Facts& facts, const Task& from) : facts_(facts), from_(from) {}

    void add(std::string target, Ipv4 address, std::uint16_t port, std::optional<Ipv4> source = {}) {
        const verify::Packet packet{source.value_or(from_.address), address, verify::protocol::tcp, nearPort, port};
        const auto ways = verify::trace(facts_, from_.process->device, packet);
        const bool arrives = std::ranges::any_of(ways, [](const auto& way) { return way.deliveredTo.has_value(); });
        probes.push_back({from_.environment, from_.name, std::move(target), address, port, arrives, source});
    }

    std::vector<Probe> probes;

  private:
    const Facts& facts_;
    const Task& from_;
};

class Planner {
  public:
    Planner(const blueprint::Blueprint& blueprint, const Facts& facts, std::span<const Ipv4> machine)
        : blueprint_(blueprint), facts_(facts), machine_(machine), tasks_(tasks_of(blueprint, facts)) {
        for (const Task& task : tasks_) {
            if (task.port == 0) continue;
            ports_.insert(task.port);
            if (task.name.ends_with("-1")) first_.push_back(&task);
        }
    }

    std::vector<Probe> plan() {
        std::vector<Probe> all;
        for (const Task& from : tasks_) {
            Asking asking(facts_, from);
            ask_own(from, asking);
            ask_others(from, asking);
            ask_outside(asking);
            ask_forged(from, asking);
            all.insert(all.end(), asking.probes.begin(), asking.probes.end());
        }
        return all;
    }

  private:
    void ask_own(const Task& from, Asking& asking) const {
        for (const Task& to : tasks_)
            if (to.environment == from.environment && to.process != from.process)
                for (const std::uint16_t port : ports_) asking.add(to.process->name, to.address, port);
        for (const blueprint::Environment& environment : blueprint_.environments)
            if (environment.name() == from.environment)
                for (const blueprint::Workload& workload : blueprint_.shape(environment).workloads)
                    if (workload.virtualAddress && workload.port)
                        asking.add(from.environment + "/" + std::string(workload.name.str()),
                                   blueprint::virtual_address(blueprint_, environment, workload),
                                   workload.port->number);
    }

    void ask_others(const Task& from, Asking& asking) {
        std::size_t asked = 0;
        for (std::size_t i = 0; i < first_.size() && asked < mostForeign; ++i) {
            const Task& to = *first_[(turn_ + i) % first_.size()];
            if (to.environment == from.environment) continue;
            asking.add(to.process->name, to.address, to.port);
            ++asked;
        }
        turn_ += mostForeign;
    }

    void ask_outside(Asking& asking) const {
        for (const Outside& one : outside) asking.add(one.name, *Ipv4::parse(one.address), one.port);
        for (const Ipv4 address : machine_) {
            asking.add("the machine", address, nobodysPort);
            for (const verify::Edge& edge : facts_.edges)
                for (const Port port : {edge.tlsPort, edge.redirectPort})
                    asking.add("the machine", address, port.number);
        }
    }

    // As each neighbour, as somebody of another environment, and as nobody, to each service of its environment.
    void ask_forged(const Task& from, Asking& asking) const {
        std::vector<Ipv4> sources{*Ipv4::parse(nobody)};
        bool foreign = false;
        for (const Task& as : tasks_) {
            const bool own = as.environment == from.environment;
            if (&as == &from || !as.name.ends_with("-1") || (!own && std::exchange(foreign, true))) continue;
            sources.push_back(as.address);
        }
        std::size_t asked = 0;
        for (const Task& to : tasks_)
            for (const Ipv4 source : sources)
                if (to.environment == from.environment && &to != &from && to.name.ends_with("-1") &&
                    to.address != source && asked++ < mostForged)
                    asking.add(to.process->name, to.address, to.port == 0 ? nobodysPort : to.port, source);
    }

    const blueprint::Blueprint& blueprint_;
    const Facts& facts_;
    std::span<const Ipv4> machine_;
    std::vector<Task> tasks_;
    std::set<std::uint16_t> ports_{nobodysPort};
    std::vector<const Task*> first_;  ///< of each service
    std::size_t turn_ = 0;
};

}  // namespace

std::vector<Probe> probes_of(const blueprint::Blueprint& blueprint, const Facts& facts, std::span<const Ipv4> machine) {
    return Planner(blueprint, facts, machine).plan();
}

std::vector<HostQuestion> host_questions(const blueprint::Blueprint& blueprint) {
    std::vector<HostQuestion> questions;
    const auto& environments = blueprint.environments;
    for (std::size_t i = 0; i < environments.size(); ++i) {
        std::vector<HostName> foreign;
        for (std::size_t step = 1; step < environments.size() && foreign.empty(); ++step) {
            const auto hosts = blueprint::local_hosts(blueprint, environments[(i + step) % environments.size()]);
            if (!hosts.empty()) foreign.push_back(hosts.front());
        }
        for (const HostName& host : blueprint::local_hosts(blueprint, environments[i]))
            questions.push_back({environments[i].name(), host, foreign});
    }
    return questions;
}

}  // namespace tenantry::compile

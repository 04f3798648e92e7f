#include <algorithm>
#include <map>
#include <set>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/compile/probe.hpp>
#include <tenantry/verify/trace.hpp>

namespace tenantry::compile {
namespace {

using verify::Facts;
using verify::Process;

constexpr std::size_t mostForeign = 256;
constexpr std::uint16_t nearPort = 40'000;
constexpr std::uint16_t nobodysPort = 22;

struct Outside {
    const char* name;
    const char* address;
    std::uint16_t port;
};
// The router's side of every link (docs/local-files.md), the metadata address of clouds, TEST-NET-1.
constexpr Outside outside[] = {{"the router", "169.254.1.1", 22},
                               {"the router", "169.254.1.1", 8443},
                               {"metadata", "169.254.169.254", 80},
                               {"nobody", "192.0.2.1", 443}};

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
            for (const blueprint::Store& store : shape.stores)
                ports[store.name.str()] = blueprint::port_of(store.engine).number;
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

    void add(std::string target, Ipv4 address, std::uint16_t port) {
        const verify::Packet packet{from_.address, address, verify::protocol::tcp, nearPort, port};
        const auto ways = verify::trace(facts_, from_.process->device, packet);
        const bool arrives = std::ranges::any_of(ways, [](const auto& way) { return way.deliveredTo.has_value(); });
        probes.push_back({from_.environment, from_.name, std::move(target), address, port, arrives});
    }

    std::vector<Probe> probes;

  private:
    const Facts& facts_;
    const Task& from_;
};

}  // namespace

std::vector<Probe> probes_of(const blueprint::Blueprint& blueprint, const Facts& facts) {
    const std::vector<Task> tasks = tasks_of(blueprint, facts);
    std::set<std::uint16_t> ports{nobodysPort};
    for (const Task& task : tasks)
        if (task.port != 0) ports.insert(task.port);
    std::vector<const Task*> first;  // of each service
    for (const Task& task : tasks)
        if (task.port != 0 && task.name.ends_with("-1")) first.push_back(&task);
    std::vector<Probe> all;
    std::size_t turn = 0;
    for (const Task& from : tasks) {
        Asking asking(facts, from);
        for (const Task& to : tasks)
            if (to.environment == from.environment && to.process != from.process)
                for (const std::uint16_t port : ports) asking.add(to.process->name, to.address, port);
        std::size_t asked = 0;
        for (std::size_t i = 0; i < first.size() && asked < mostForeign; ++i) {
            const Task& to = *first[(turn + i) % first.size()];
            if (to.environment == from.environment) continue;
            asking.add(to.process->name, to.address, to.port);
            ++asked;
        }
        turn += mostForeign;
        for (const Outside& one : outside) asking.add(one.name, *Ipv4::parse(one.address), one.port);
        all.insert(all.end(), asking.probes.begin(), asking.probes.end());
    }
    return all;
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

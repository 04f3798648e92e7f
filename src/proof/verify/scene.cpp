#include "scene.hpp"

#include <algorithm>

namespace tenantry::verify {
namespace {

// The declared task that a process says it is: `acme/production/api-1` is `api-1` of `acme/production`.
std::optional<std::size_t> task_named(const DeclaredEnvironment& environment, std::string_view process) {
    if (!process.starts_with(environment.name)) return std::nullopt;
    process.remove_prefix(environment.name.size());
    if (!process.starts_with('/')) return std::nullopt;
    process.remove_prefix(1);
    const auto found = std::ranges::find(environment.tasks, process, &DeclaredTask::name);
    if (found == environment.tasks.end()) return std::nullopt;
    return static_cast<std::size_t>(found - environment.tasks.begin());
}

}  // namespace

Scene::Scene(const Facts& theFacts, const Declared& theDeclared)
    : facts(theFacts),
      declared(theDeclared),
      network(theFacts),
      declaredOf(theFacts.environments.size()),
      factOf(theDeclared.environments.size()),
      processesIn(theFacts.devices.size()),
      taskOf(theFacts.processes.size()),
      devicesOf(theFacts.environments.size()),
      processesOf(theFacts.environments.size()),
      socketsOf(theFacts.environments.size()) {
    std::map<std::string_view, std::size_t> byName;
    for (std::size_t i = 0; i < declared.environments.size(); ++i) {
        byName.emplace(declared.environments[i].name, i);
        runs.emplace_back(declared.environments[i].tasks.size());
        for (const HostName& host : declared.environments[i].hosts) environmentOfHost.emplace(host.str(), i);
    }
    for (std::uint32_t i = 0; i < facts.environments.size(); ++i) {
        const auto found = byName.find(facts.environments[i].name);
        if (found == byName.end() || factOf[found->second]) continue;
        declaredOf[i] = found->second;
        factOf[found->second] = Index<EnvironmentFact>{i};
    }
    for (std::uint32_t i = 0; i < facts.devices.size(); ++i)
        if (const Owner owner = facts.devices[i].owner) devicesOf[owner->at].push_back({i});
    for (std::uint32_t i = 0; i < facts.processes.size(); ++i) {
        const Process& process = facts.processes[i];
        processesIn[process.device.at].push_back({i});
        if (!process.owner) continue;
        processesOf[process.owner->at].push_back({i});
        const auto environment = declaredOf[process.owner->at];
        if (!environment) continue;
        const auto task = task_named(declared.environments[*environment], process.name);
        if (!task) continue;
        taskOf[i] = &declared.environments[*environment].tasks[*task];
        if (!runs[*environment][*task]) runs[*environment][*task] = Index<Process>{i};
    }
    for (const Proxy& proxy : facts.proxies) proxiesOf[proxy.process].push_back(&proxy);
    for (const IngressSocket& socket : facts.sockets) {
        socketsAt[socket.path].push_back(&socket);
        if (const Owner holder = process(socket.process).owner) socketsOf[holder->at].push_back(&socket);
    }
}

std::string Scene::owner_name(Owner owner) const {
    return owner ? facts.environments[owner->at].name : std::string("no environment");
}

bool Scene::at_rest(Index<Process> index) const {
    const Process& process = facts.processes[index.at];
    const bool observed = process.sandbox && process.sandbox->source == Source::live;
    if (observed || facts.source == Source::text || !process.owner) return false;
    const auto environment = declaredOf[process.owner->at];
    if (!environment) return false;
    const DeclaredTask* task = taskOf[index.at];
    return kind_of(declared.environments[*environment], process.service) == ServiceKind::job ||
           (task != nullptr && task->spare);
}

bool Scene::sends(Index<Device> index) const { return !processesIn[index.at].empty() || !device(index).forwards; }

ServiceKind kind_of(const DeclaredEnvironment& environment, std::string_view service) {
    const DeclaredService* found = find_service(environment, service);
    return found == nullptr ? ServiceKind::service : found->kind;
}

const DeclaredService* find_service(const DeclaredEnvironment& environment, std::string_view name) {
    const auto found = std::ranges::find(environment.services, name, &DeclaredService::name);
    return found == environment.services.end() ? nullptr : &*found;
}

ModelPath origin_of(const DeclaredEnvironment& environment, std::string_view service) {
    if (const DeclaredService* found = find_service(environment, service)) return found->origin;
    for (const DeclaredRoute& route : environment.routes)
        if (route.proxy == service) return route.origin;
    return ModelPath{"services"};
}

std::optional<Ipv4> lookup(const Process& process, std::string_view name) {
    // The resolver takes the first line of /etc/hosts that has the name (hosts(5), nss_files).
    const auto found = std::ranges::find(process.hosts, name, &HostEntry::name);
    if (found == process.hosts.end()) return std::nullopt;
    return found->address;
}

const DeclaredService* service_behind(const DeclaredEnvironment& environment, const Process& process,
                                      const Upstream& upstream) {
    auto address = Ipv4::parse(upstream.host);
    if (!address) address = lookup(process, upstream.host);
    if (!address) return nullptr;
    for (const DeclaredTask& task : environment.tasks)
        if (task.address == *address) return find_service(environment, task.service);
    for (const DeclaredService& service : environment.services)
        if (service.virtualAddress == *address) return &service;
    return nullptr;
}

}  // namespace tenantry::verify

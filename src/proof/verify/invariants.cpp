#include <algorithm>
#include <vector>

#include <tenantry/base/check.hpp>
#include <tenantry/verify/facts.hpp>

namespace tenantry::verify {
namespace {

template <class Row>
void check_index(Index<Row> index, const std::vector<Row>& table) {
    TENANTRY_CHECK(index.at < table.size(), "an index of the facts lies in its table");
}

void check_owner(Owner owner, const Facts& facts) {
    if (owner) check_index(*owner, facts.environments);
}

bool lists(const Device& device, Index<Interface> interface) {
    return std::ranges::count(device.interfaces, interface) == 1;
}

void check_interfaces(const Facts& facts) {
    for (std::uint32_t i = 0; i < facts.interfaces.size(); ++i) {
        const Interface& interface = facts.interfaces[i];
        check_index(interface.device, facts.devices);
        TENANTRY_CHECK(lists(facts.devices[interface.device.at], Index<Interface>{i}),
                       "an interface is listed once by its device");
        if (!interface.peer) continue;
        check_index(*interface.peer, facts.interfaces);
        TENANTRY_CHECK(facts.interfaces[interface.peer->at].peer == Index<Interface>{i}, "peers are mutual");
    }
}

// The chain that a rule leads to, if it leads to one.
const std::uint32_t* target_of(const Rule& rule) {
    if (const auto* jump = std::get_if<Jump>(&rule.action)) return &jump->chain;
    if (const auto* go = std::get_if<Goto>(&rule.action)) return &go->chain;
    return nullptr;
}

std::vector<std::uint32_t> targets_of(const Device& device, const Chain& chain) {
    std::vector<std::uint32_t> targets;
    for (const Rule& rule : chain.rules) {
        const std::uint32_t* to = target_of(rule);
        if (to == nullptr) continue;
        TENANTRY_CHECK(*to < device.chains.size(), "a jump stays in its device");
        TENANTRY_CHECK(!device.chains[*to].base, "a base chain is not jumped to");
        targets.push_back(*to);
    }
    return targets;
}

// Takes away chains that nothing jumps to until none is left; those of a cycle stay. Not by recursion: a text may hold
// a row of chains longer than a stack.
void check_no_cycle(const Device& device) {
    std::vector<std::vector<std::uint32_t>> targets;
    std::vector<std::size_t> jumpsTo(device.chains.size());
    for (const Chain& chain : device.chains)
        for (std::uint32_t to : targets.emplace_back(targets_of(device, chain))) ++jumpsTo[to];
    std::vector<std::uint32_t> free;
    for (std::uint32_t i = 0; i < jumpsTo.size(); ++i)
        if (jumpsTo[i] == 0) free.push_back(i);
    for (std::size_t next = 0; next < free.size(); ++next)
        for (std::uint32_t to : targets[free[next]])
            if (--jumpsTo[to] == 0) free.push_back(to);
    TENANTRY_CHECK(free.size() == device.chains.size(), "jumps form no cycle");
}

void check_device(const Facts& facts, Index<Device> index) {
    const Device& device = facts.devices[index.at];
    check_owner(device.owner, facts);
    for (Index<Interface> interface : device.interfaces) {
        check_index(interface, facts.interfaces);
        TENANTRY_CHECK(facts.interfaces[interface.at].device == index, "a device lists its own interfaces");
    }
    for (const Route& route : device.routes)
        TENANTRY_CHECK(!route.out || lists(device, *route.out), "a route leads out of its device");
    check_no_cycle(device);
}

void check_profiles(const std::optional<Sandbox>& sandbox, const Facts& facts) {
    if (!sandbox) return;
    if (const auto calls = sandbox->calls.value) check_index(*calls, facts.profiles);
    if (const auto masks = sandbox->masks.value) check_index(*masks, facts.profiles);
}

}  // namespace

void check_invariants(const Facts& facts) {
    for (std::uint32_t i = 0; i < facts.devices.size(); ++i) check_device(facts, Index<Device>{i});
    check_interfaces(facts);
    for (const Process& process : facts.processes) {
        check_owner(process.owner, facts);
        check_index(process.device, facts.devices);
        check_profiles(process.sandbox, facts);
    }
    for (const Edge& edge : facts.edges) check_profiles(edge.sandbox, facts);
    for (const Proxy& proxy : facts.proxies) check_index(proxy.process, facts.processes);
    for (const IngressSocket& socket : facts.sockets) check_index(socket.process, facts.processes);
    for (const HostAnswer& answer : facts.answers.value_or(std::vector<HostAnswer>())) check_owner(answer.owner, facts);
    for (const ProbeFact& probe : facts.probes.value_or(std::vector<ProbeFact>())) check_owner(probe.owner, facts);
    for (const NotUnderstood& thing : facts.notUnderstood) check_owner(thing.owner, facts);
}

}  // namespace tenantry::verify

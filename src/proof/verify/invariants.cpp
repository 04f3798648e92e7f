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

enum class Mark : std::uint8_t { unseen, open, done };

void visit(const Device& device, std::uint32_t at, std::vector<Mark>& marks) {
    marks[at] = Mark::open;
    for (const Rule& rule : device.chains[at].rules) {
        const std::uint32_t* to = target_of(rule);
        if (to == nullptr) continue;
        TENANTRY_CHECK(*to < device.chains.size(), "a jump stays in its device");
        TENANTRY_CHECK(!device.chains[*to].base, "a base chain is not jumped to");
        TENANTRY_CHECK(marks[*to] != Mark::open, "jumps form no cycle");
        if (marks[*to] == Mark::unseen) visit(device, *to, marks);
    }
    marks[at] = Mark::done;
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
    std::vector<Mark> marks(device.chains.size(), Mark::unseen);
    for (std::uint32_t i = 0; i < device.chains.size(); ++i)
        if (marks[i] == Mark::unseen) visit(device, i, marks);
}

}  // namespace

void check_invariants(const Facts& facts) {
    for (std::uint32_t i = 0; i < facts.devices.size(); ++i) check_device(facts, Index<Device>{i});
    check_interfaces(facts);
    for (const Process& process : facts.processes) {
        check_owner(process.owner, facts);
        check_index(process.device, facts.devices);
    }
    for (const Proxy& proxy : facts.proxies) check_index(proxy.process, facts.processes);
    for (const IngressSocket& socket : facts.sockets) check_index(socket.process, facts.processes);
    for (const NotUnderstood& thing : facts.notUnderstood) check_owner(thing.owner, facts);
}

}  // namespace tenantry::verify

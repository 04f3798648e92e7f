#include "world_for_test.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tenantry::verify::test {
namespace {

template <class Row>
Row& named(std::vector<Row>& table, std::string_view name) {
    const auto found = std::ranges::find(table, name, &Row::name);
    TENANTRY_CHECK(found != table.end(), "the test names something that is there");
    return *found;
}

// Puts one environment after the other into a World; docs/local-files.md is the pattern.
class WorldBuilder {
  public:
    WorldBuilder(World& world, int copies) : world_(world), copies_(copies) {}

    void add_environment(std::uint32_t number) {
        name_ = fmt::format("tenant-{}/production", number);
        base_ = 0x0A000000 + (number << 12);
        owner_ = {static_cast<std::uint32_t>(world_.facts.environments.size())};
        const Cidr block{Ipv4{base_}, 20};
        world_.facts.environments.push_back(
            {name_, block, world_.next_span(), fmt::format("/run/tenantry/platforms/lend/environments/{}/", name_)});
        firstId_ = (16 + number) << 16;  // from 2^20, 65,536 for each
        declare(number, block);
        router_ = world_.add_device(name_ + "/router", owner_, true);
        const DeclaredEnvironment& declared = world_.declared.environments.back();
        for (const DeclaredTask& task : declared.tasks) add_task(task);
        world_.facts.devices[router_.at].routes.push_back({block, std::nullopt, std::nullopt, world_.next_span()});
        add_chains(declared);
        add_proxies(declared);
    }

  private:
    void declare(std::uint32_t number, Cidr block) {
        DeclaredEnvironment e;
        e.name = name_;
        e.block = block;
        e.hosts = {host(fmt::format("tenant-{}.lend.localhost", number))};
        const auto virtualAddress = [&](std::uint32_t n) { return Ipv4{base_ + 0xF00 + n}; };
        e.services = {{"web", Port{8080}, std::nullopt, {"services.web"}},
                      {"api", Port{9000}, virtualAddress(1), {"services.api"}},
                      {"scoring", Port{9100}, virtualAddress(2), {"services.scoring"}},
                      {"worker", std::nullopt, std::nullopt, {"services.worker"}}};
        std::uint32_t last = 4;
        const auto task = [&](std::string taskName, std::string service) {
            // The load balancer's id is the first, then the services' in their order.
            const auto row = std::ranges::find(e.services, service, &DeclaredService::name) - e.services.begin();
            const auto idOf = static_cast<std::uint32_t>(service == loadBalancerName ? 1 : row + 2);
            e.tasks.push_back({std::move(taskName), std::move(service), Ipv4{base_ + last}, firstId_ + idOf});
            ++last;
        };
        task("load-balancer-1", "load-balancer");
        for (const char* service : {"web", "api", "scoring"})
            for (int copy = 1; copy <= copies_; ++copy) task(fmt::format("{}-{}", service, copy), service);
        task("worker-1", "worker");
        e.allows = {{"load-balancer", "web", Port{8080}, {"services.web.routes"}},
                    {"web", "api", Port{9000}, {"services.web.routes"}},
                    {"api", "scoring", Port{9100}, {"services.api.calls"}},
                    {"worker", "scoring", Port{9100}, {"services.worker.calls"}}};
        e.routes = {{"load-balancer", "/", "web", {"services.web.routes"}},
                    {"web", "/", "web", {"services.web.static"}},
                    {"web", "/api", "api", {"services.web.routes"}}};
        world_.declared.environments.push_back(std::move(e));
    }

    void add_task(const DeclaredTask& task) {
        const auto device = world_.add_device(name_ + "/" + task.name, owner_, false);
        const auto inside = world_.add_interface(device, "eth0", {task.address});
        const auto outside = world_.add_interface(router_, task.name, {routerAddress});
        world_.link(inside, outside);
        auto& own = world_.facts.devices[device.at];
        own.routes.push_back({{routerAddress, 32}, inside, std::nullopt, world_.next_span()});
        own.routes.push_back({{Ipv4{base_}, 20}, inside, routerAddress, world_.next_span()});
        world_.facts.devices[router_.at].routes.push_back(
            {{task.address, 32}, outside, std::nullopt, world_.next_span()});
        Process process{name_ + "/" + task.name, task.service, owner_, device, task.uid, {}, world_.next_span()};
        process.hosts.push_back({"localhost", Ipv4{0x7F000001}, world_.next_span()});
        const DeclaredEnvironment& declared = world_.declared.environments.back();
        for (const DeclaredAllow& allow : declared.allows)
            for (const DeclaredService& service : declared.services)
                if (allow.from == task.service && allow.to == service.name && service.virtualAddress)
                    process.hosts.push_back({service.name, *service.virtualAddress, world_.next_span()});
        world_.facts.processes.push_back(std::move(process));
    }

    Rule rule(std::vector<Cube> match, Action action) {
        return {std::move(match), std::move(action), true, world_.next_span()};
    }

    std::uint32_t port(std::string_view task) { return world_.port(name_ + "/router", task).at + 1; }

    void add_chains(const DeclaredEnvironment& declared) {
        std::vector<Chain> chains;
        const auto base = [&](std::string name, Hook hook, std::int32_t priority, bool accept, bool nat) {
            chains.push_back({std::move(name), Chain::Base{hook, priority, accept, nat}, {}, world_.next_span()});
        };
        base("antispoof", Hook::prerouting, -300, false, false);
        base("translate", Hook::prerouting, -100, true, true);
        base("relay", Hook::forward, 0, false, false);
        base("arrivals", Hook::input, 0, false, false);
        base("departures", Hook::output, 0, false, false);
        std::vector<Cube> sources;
        for (const DeclaredTask& task : declared.tasks)
            sources.push_back(on(Field::source, task.address.value, on(Field::inInterface, port(task.name))));
        chains[0].rules.push_back(rule(sources, Accept{}));
        chains[2].rules.push_back(rule({on(Field::state, 1)}, Accept{}));
        chains[2].rules.push_back(rule(calls(declared), Accept{}));
        chains[4].rules.push_back(rule({on(Field::protocol, protocol::icmp)}, Accept{}));
        for (const DeclaredService& service : declared.services) {
            if (!service.virtualAddress) continue;
            Translate translate;
            for (const DeclaredTask& task : declared.tasks)
                if (task.service == service.name) translate.to.push_back({task.address, std::nullopt});
            const Cube address =
                on(Field::destination, service.virtualAddress->value,
                   on(Field::protocol, protocol::tcp, on(Field::destinationPort, service.port->number)));
            chains[1].rules.push_back(rule({address}, Goto{static_cast<std::uint32_t>(chains.size())}));
            chains.push_back({"to-" + service.name, std::nullopt, {}, world_.next_span()});
            chains.back().rules.push_back(rule({Cube{}}, translate));
        }
        world_.facts.devices[router_.at].chains = std::move(chains);
    }

    std::vector<Cube> calls(const DeclaredEnvironment& declared) {
        std::vector<Cube> cubes;
        for (const DeclaredAllow& allow : declared.allows)
            for (const DeclaredTask& from : declared.tasks)
                for (const DeclaredTask& to : declared.tasks)
                    if (from.service == allow.from && to.service == allow.to)
                        cubes.push_back(
                            on(Field::inInterface, port(from.name),
                               on(Field::outInterface, port(to.name),
                                  on(Field::protocol, protocol::tcp, on(Field::destinationPort, allow.port.number)))));
        return cubes;
    }

    void add_proxies(const DeclaredEnvironment& declared) {
        const auto balancer = world_.process_index(name_ + "/load-balancer-1");
        world_.facts.sockets.push_back(
            {"/run/tenantry/in/" + declared.hosts.front().str(), balancer, 3, world_.next_span()});
        ProxyRoute all{"/", {}, world_.next_span()};
        for (const DeclaredTask& task : declared.tasks)
            if (task.service == "web") all.to.push_back({task.address.str(), Port{8080}, world_.next_span()});
        world_.facts.proxies.push_back({balancer, {}, {3}, declared.hosts, {all}, world_.next_span()});
        Proxy& proxy = world_.facts.proxies.back();
        proxy.tls = TlsFact{"TLSv1.2",
                            {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
                            {"TLS_AES_128_GCM_SHA256"},
                            "/run/tls",
                            world_.next_span()};
        proxy.headers = {true, true, Placed<std::uint64_t>{63'072'000, world_.next_span()}, true};
        for (const DeclaredTask& task : declared.tasks) {
            if (task.service != "web") continue;
            const ProxyRoute api{"/api", {{"api", Port{9000}, world_.next_span()}}, world_.next_span()};
            world_.facts.proxies.push_back({world_.process_index(name_ + "/" + task.name),
                                            {Port{8080}},
                                            {},
                                            {},
                                            {{"/", {}, world_.next_span()}, api},
                                            world_.next_span()});
        }
    }

    World& world_;
    int copies_;  // tasks of each service with a port
    std::string name_;
    std::uint32_t base_ = 0;
    std::uint32_t firstId_ = 0;
    Index<EnvironmentFact> owner_;
    Index<Device> router_;
};

}  // namespace

Cube on(Field field, std::uint32_t low, std::uint32_t high, Cube cube) {
    cube[field] = {low, high};
    return cube;
}
Cube on(Field field, std::uint32_t value, Cube cube) { return on(field, value, value, cube); }

HostName host(std::string_view text) { return *HostName::parse(text); }

Index<Device> World::device_index(std::string_view name) {
    return {static_cast<std::uint32_t>(&device(name) - facts.devices.data())};
}

Index<Process> World::process_index(std::string_view name) {
    return {static_cast<std::uint32_t>(&process(name) - facts.processes.data())};
}

Device& World::device(std::string_view name) { return named(facts.devices, name); }

Process& World::process(std::string_view name) { return named(facts.processes, name); }

Proxy& World::proxy(std::string_view process) {
    const auto index = process_index(process);
    return *std::ranges::find(facts.proxies, index, &Proxy::process);
}

Chain& World::chain(std::string_view device_, std::string_view name) { return named(device(device_).chains, name); }

Index<Interface> World::port(std::string_view router, std::string_view task) {
    for (Index<Interface> index : device(router).interfaces)
        if (facts.interfaces[index.at].name == task) return index;
    TENANTRY_CHECK(false, "the test names an interface that is there");
    return {};
}

void World::link(Index<Interface> a, Index<Interface> b) {
    facts.interfaces[a.at].peer = b;
    facts.interfaces[b.at].peer = a;
}

Index<Interface> World::add_interface(Index<Device> device_, std::string name, std::vector<Ipv4> addresses) {
    const Index<Interface> index{static_cast<std::uint32_t>(facts.interfaces.size())};
    facts.interfaces.push_back({std::move(name), device_, std::move(addresses), std::nullopt, next_span()});
    facts.devices[device_.at].interfaces.push_back(index);
    return index;
}

Index<Device> World::add_device(std::string name, Owner owner, bool forwards) {
    const Index<Device> index{static_cast<std::uint32_t>(facts.devices.size())};
    facts.devices.push_back({std::move(name), owner, forwards, {}, {}, {}, next_span()});
    return index;
}

Span World::next_span() {
    spans_ += 10;
    return {SourceId{0}, spans_, spans_ + 5};
}

World lending(std::uint32_t environments, int copies) {
    World world;
    world.declared.pool = Cidr{Ipv4{0x0A000000}, 8};
    world.declared.avoid = {Cidr{Ipv4{0x0A600000}, 12}};
    world.declared.machine = MachineRanges{{Cidr{Ipv4{0xAC110000}, 16}, "docker0"}};
    world.declared.edge = DeclaredEdge{Ipv4{0x7F000001}, Port{8443}, Port{8080}, 1'048'575};
    world.facts.edges.push_back({Ipv4{0x7F000001}, Port{8443}, Port{8080}, "/run/tenantry/in/", world.next_span()});
    WorldBuilder builder(world, copies);
    for (std::uint32_t i = 1; i <= environments; ++i) builder.add_environment(i);
    return world;
}

}  // namespace tenantry::verify::test

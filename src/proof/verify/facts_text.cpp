#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tenantry/verify/facts.hpp>

#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

std::string owner_text(const Facts& facts, Owner owner) {
    return owner ? facts.environments[owner->at].name : std::string("nobody");
}

std::string full_name(const Facts& facts, Index<Interface> index) {
    const Interface& interface = facts.interfaces[index.at];
    return fmt::format("{}:{}", facts.devices[interface.device.at].name, interface.name);
}

std::string interface_value(const Facts& facts, std::uint32_t value) {
    if (value == 0) return "none";
    return value <= facts.interfaces.size() ? facts.interfaces[value - 1].name : fmt::format("#{}", value);
}

std::string value_text(const Facts& facts, Field field, std::uint32_t value) {
    switch (field) {
        case Field::inInterface:
        case Field::outInterface:
            return interface_value(facts, value);
        case Field::source:
        case Field::destination:
            return Ipv4{value}.str();
        case Field::state:
            return std::string(to_string(static_cast<State>(value)));
        case Field::protocol:
        case Field::sourcePort:
        case Field::destinationPort:
            break;
    }
    return std::to_string(value);
}

std::string cube_text(const Facts& facts, const Cube& cube) {
    constexpr std::array<std::string_view, fieldCount> names{"in",       "out",   "source", "destination",
                                                             "protocol", "sport", "dport",  "state"};
    std::string text;
    for (std::size_t i = 0; i < fieldCount; ++i) {
        const Interval& range = cube.fields[i];
        const auto field = static_cast<Field>(i);
        if (range == Cube{}.fields[i]) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : " ", names[i], value_text(facts, field, range.low));
        if (range.high != range.low) text += fmt::format("-{}", value_text(facts, field, range.high));
    }
    return text.empty() ? "all" : text;
}

std::string target_text(const Translate::Target& target) {
    return target.port ? fmt::format("{}:{}", target.address.str(), target.port->number) : target.address.str();
}

std::string action_text(const Device& device, const Action& action) {
    if (std::holds_alternative<Accept>(action)) return "accept";
    if (std::holds_alternative<Drop>(action)) return "drop";
    if (std::holds_alternative<Return>(action)) return "return";
    if (const auto* jump = std::get_if<Jump>(&action)) return "jump " + device.chains[jump->chain].name;
    if (const auto* go = std::get_if<Goto>(&action)) return "goto " + device.chains[go->chain].name;
    std::string text = "translate to";
    for (const Translate::Target& target : std::get<Translate>(action).to) text += " " + target_text(target);
    return text;
}

void write_chain(const Facts& facts, const Device& device, const Chain& chain, std::string& text) {
    text += fmt::format("  chain {}", chain.name);
    if (chain.base)
        text += fmt::format(" {} {}{} policy {}", to_string(chain.base->hook), chain.base->priority,
                            chain.base->nat ? " nat" : "", chain.base->acceptByDefault ? "accept" : "drop");
    text += '\n';
    for (const Rule& rule : chain.rules) {
        std::vector<std::string> cubes;
        for (const Cube& cube : rule.match) cubes.push_back(cube_text(facts, cube));
        text += fmt::format("    {}{} -> {}\n", rule.exact ? "" : "at most ",
                            cubes.empty() ? "nothing" : fmt::format("{}", fmt::join(cubes, " | ")),
                            action_text(device, rule.action));
    }
}

void write_device(const Facts& facts, const Device& device, std::string& text) {
    text += fmt::format("device {} of {}{}\n", device.name, owner_text(facts, device.owner),
                        device.forwards ? " forwards" : "");
    for (Index<Interface> index : device.interfaces) {
        const Interface& interface = facts.interfaces[index.at];
        text += fmt::format("  interface {}", interface.name);
        for (Ipv4 address : interface.addresses) text += " " + address.str();
        if (interface.peer) text += " peer " + full_name(facts, *interface.peer);
        text += '\n';
    }
    for (const Route& route : device.routes)
        text += fmt::format("  route {} {}{}\n", route.to.str(),
                            route.out ? "out " + facts.interfaces[route.out->at].name : "unreachable",
                            route.via ? " via " + route.via->str() : "");
    for (const Chain& chain : device.chains) write_chain(facts, device, chain, text);
}

std::string limit_text(const std::optional<std::uint64_t>& limit) {
    return limit ? std::to_string(*limit) : std::string("none");
}

std::string flags_text(const Mount& mount) {
    std::string text(mount.writable ? "rw" : "ro");
    if (!mount.setuid) text += ",nosuid";
    if (!mount.devices) text += ",nodev";
    if (!mount.programs) text += ",noexec";
    if (mount.bounded) text += ",bounded";
    if (mount.spreads) text += ",spreads";
    return text;
}

void write_sandbox(const Sandbox& sandbox, std::string& text) {
    text += fmt::format("  sandbox {} uid {} gid {}", to_string(sandbox.source), sandbox.uid.value, sandbox.gid.value);
    for (const std::uint32_t group : sandbox.groups.value) text += fmt::format(" group {}", group);
    text += fmt::format("{}{}", sandbox.noNewPrivileges.value ? " no-new-privileges" : "",
                        sandbox.rootReadOnly.value ? " root-read-only" : "");
    for (std::size_t i = 0; i < capabilitySetCount; ++i)
        if (const std::uint64_t bits = sandbox.capabilities.value[i])
            text += fmt::format(" {} {}", to_string(static_cast<CapabilitySet>(i)), capability_names(bits));
    text += fmt::format("\n    core {} processes {} memory {} cgroup {}\n", limit_text(sandbox.coreLimit.value),
                        limit_text(sandbox.processes.value), limit_text(sandbox.memory.value), sandbox.cgroup.value);
    if (sandbox.source == Source::live)
        text += fmt::format("    seccomp mode {} filters {}\n", sandbox.seccompMode.value, sandbox.seccompFilters);
    if (sandbox.calls.value) text += fmt::format("    calls of profile {}\n", sandbox.calls.value->at);
    if (sandbox.masks.value) text += fmt::format("    masks of profile {}\n", sandbox.masks.value->at);
    for (std::size_t i = 0; i < spaceCount; ++i) {
        constexpr std::array<std::string_view, 3> whose{"the machine's", "its own", "joined"};
        const SpaceFact& fact = sandbox.spaces[i];
        text += fmt::format("    {} namespace {}{}{}\n", to_string(static_cast<Space>(i)),
                            whose[static_cast<std::size_t>(fact.whose)], fact.id.empty() ? "" : " ", fact.id);
    }
    for (const Mount& mount : sandbox.mounts)
        text += fmt::format("    mount {} {} {}{}{} {}\n", mount.point, mount.type, mount.device,
                            mount.device.empty() ? "" : " ", mount.root, flags_text(mount));
    for (const Placed<std::string>& other : sandbox.others) text += fmt::format("    other: {}\n", other.value);
}

void write_process(const Facts& facts, const Process& process, std::string& text) {
    text += fmt::format("process {} service {} of {} in {} uid {}\n", process.name, process.service,
                        owner_text(facts, process.owner), facts.devices[process.device.at].name, process.uid);
    for (const HostEntry& entry : process.hosts) text += fmt::format("  host {} {}\n", entry.name, entry.address.str());
    if (process.sandbox) write_sandbox(*process.sandbox, text);
}

void write_proxy(const Facts& facts, const Proxy& proxy, std::string& text) {
    text += fmt::format("proxy {}", facts.processes[proxy.process.at].name);
    for (Port port : proxy.ports) text += fmt::format(" port {}", port.number);
    for (std::uint32_t descriptor : proxy.descriptors) text += fmt::format(" descriptor {}", descriptor);
    for (const HostName& host : proxy.hosts) text += " host " + host.str();
    text += '\n';
    if (proxy.tls)
        text +=
            fmt::format("  tls from {} ciphers {} suites {} certificates {}\n", proxy.tls->minimum,
                        fmt::join(proxy.tls->ciphers, " "), fmt::join(proxy.tls->suites, " "), proxy.tls->certificates);
    if (proxy.headers.dropsForwarding) text += "  drops forwarding headers\n";
    if (proxy.headers.narrowsCookies) text += "  narrows cookies\n";
    if (proxy.headers.comparesNames) text += "  compares server name and host\n";
    if (const auto& security = proxy.headers.transportSecurity)
        text += fmt::format("  transport security for {} seconds\n", security->value);
    for (const ProxyRoute& route : proxy.routes) {
        text += fmt::format("  route {}", route.prefix);
        for (const Upstream& upstream : route.to) text += fmt::format(" {}:{}", upstream.host, upstream.port.number);
        text += '\n';
    }
}

void write_answer(const Facts& facts, const HostAnswer& answer, std::string& text) {
    text += fmt::format("answer of {} for {}: {} days{}\n", answer.host, owner_text(facts, answer.owner),
                        answer.days.value, answer.refused.empty() ? "" : ", " + answer.refused);
    for (const HostAnswer::Offer& offer : answer.offers)
        text += fmt::format("  {}: {}\n", offer.offered, offer.taken.empty() ? "refused" : offer.taken);
    if (const auto& security = answer.transportSecurity.value)
        text += fmt::format("  transport security for {} seconds\n", *security);
    text += fmt::format("  redirect {}\n", answer.redirect.value);
    for (const HostAnswer::OtherName& other : answer.others)
        text += fmt::format("  {} in {}: {}\n", other.host, other.serverName, other.status);
    for (const Placed<std::string>& domain : answer.cookieDomains) text += fmt::format("  cookie {}\n", domain.value);
}

}  // namespace

std::string to_text(const Facts& facts) {
    std::string text;
    for (const EnvironmentFact& environment : facts.environments)
        text += fmt::format("environment {} {}\n", environment.name, environment.block.str());
    for (const Device& device : facts.devices) write_device(facts, device, text);
    for (const Process& process : facts.processes) write_process(facts, process, text);
    for (const Proxy& proxy : facts.proxies) write_proxy(facts, proxy, text);
    for (const IngressSocket& socket : facts.sockets)
        text += fmt::format("socket {} for {} descriptor {}\n", socket.path, facts.processes[socket.process.at].name,
                            socket.descriptor);
    for (const Edge& edge : facts.edges) {
        text += fmt::format("edge {} tls {} redirect {} to {}\n", edge.address.str(), edge.tlsPort.number,
                            edge.redirectPort.number, edge.directory);
        if (edge.sandbox) write_sandbox(*edge.sandbox, text);
    }
    for (const Listener& listener : facts.listeners.value_or(std::vector<Listener>()))
        text += fmt::format("listener {} {} {} {}\n", listener.holder, listener.protocol, listener.address,
                            listener.port.number);
    for (const HostAnswer& answer : facts.answers.value_or(std::vector<HostAnswer>()))
        write_answer(facts, answer, text);
    for (const ProbeFact& probe : facts.probes.value_or(std::vector<ProbeFact>()))
        text += fmt::format("probe of {} {} {}to {}:{} {}\n", owner_text(facts, probe.owner), probe.task,
                            probe.source ? fmt::format("as {} ", probe.source->str()) : "", probe.address.str(),
                            probe.port.number, probe.arrived ? "arrived" : "did not arrive");
    for (std::size_t i = 0; i < facts.profiles.size(); ++i) {
        text += fmt::format("profile {}\n", i);
        for (const std::string& line : facts.profiles[i].lines) text += fmt::format("  {}\n", line);
    }
    for (const NotUnderstood& thing : facts.notUnderstood)
        text += fmt::format("not understood of {}: {}\n", owner_text(facts, thing.owner), thing.what);
    return text;
}

}  // namespace tenantry::verify

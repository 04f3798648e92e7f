#include <algorithm>

#include <fmt/format.h>

#include <tenantry/compile/reach.hpp>

namespace tenantry::compile {
namespace {

using verify::Facts;
using verify::Process;

// Of the range that Linux takes for the near end of a connection.
constexpr std::uint16_t nearPort = 40'000;

struct Place {
    std::string environment, name;  ///< `acme/production`, `api` or `api-1`
    std::optional<Ipv4> address;    ///< where it was written as one
    std::optional<Port> port;
};

Result<Place> parse(std::string_view text) {
    Place place;
    std::string_view rest = text;
    if (const std::size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
        const auto port = model::parse_port(rest.substr(colon + 1));
        if (!port) return fail("{}: the port {}", text, port.error());
        place.port = *port;
        rest = rest.substr(0, colon);
    }
    if (const auto address = Ipv4::parse(rest)) {
        place.address = *address;
        return place;
    }
    const std::size_t first = rest.find('/'), second = rest.find('/', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos)
        return fail("{}: write TENANT/STAGE/SERVICE or TENANT/STAGE/TASK", text);
    place.environment = rest.substr(0, second);
    place.name = rest.substr(second + 1);
    return place;
}

Result<const Process*> find(const Facts& facts, const Place& place) {
    bool known = false;
    for (const Process& process : facts.processes) {
        if (!process.name.starts_with(place.environment + "/")) continue;
        known = true;
        if (process.service == place.name || process.name == place.environment + "/" + place.name) return &process;
    }
    if (!known) return fail("there is no environment {}", place.environment);
    return fail("{} has no service and no task `{}`", place.environment, place.name);
}

Result<Ipv4> address_of(const Facts& facts, const Process& process) {
    for (const Index<verify::Interface> interface : facts.devices[process.device.at].interfaces)
        for (const Ipv4 address : facts.interfaces[interface.at].addresses)
            if (address.value >> 24 != 127) return address;
    return fail("{} has no address", process.name);
}

std::optional<Port> port_of(const blueprint::Blueprint& blueprint, const Place& place, const std::string& service) {
    for (const blueprint::Environment& environment : blueprint.environments)
        if (environment.name() == place.environment)
            for (const blueprint::Workload& workload : blueprint.shape(environment).workloads)
                if (workload.name.str() == service) return workload.port;
    return std::nullopt;
}

}  // namespace

std::optional<Facts> read_facts(std::span<const local_emit::LocalFile> texts, Sources& sources,
                                Diagnostics& diagnostics) {
    std::vector<local_read::LocalText> read;
    for (const local_emit::LocalFile& file : texts) read.push_back({file.path, sources.add(file.path, file.text)});
    Diagnostics found;
    Facts facts = local_read::read_local(sources, read, found);
    found.sort();
    const bool readable = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!readable) return std::nullopt;
    return facts;
}

Result<Reach> reach(const blueprint::Blueprint& blueprint, const Facts& facts, std::string_view from,
                    std::string_view to) {
    const Place source = TRY(parse(from));
    if (source.address || source.port) return fail("{}: who sends is a service or task, without a port", from);
    Place target = TRY(parse(to));
    const Process& sender = *TRY(find(facts, source));
    Reach answer{.from = sender.name, .to = std::string(to)};
    answer.packet.source = TRY(address_of(facts, sender));
    answer.packet.sourcePort = nearPort;
    if (!target.address) {
        const Process& receiver = *TRY(find(facts, target));
        answer.to = receiver.name;
        if (!target.port) target.port = port_of(blueprint, target, receiver.service);
        if (target.name == receiver.service && target.environment == source.environment)
            for (const verify::HostEntry& entry : sender.hosts)
                if (entry.name == target.name) target.address = entry.address;
        if (!target.address) target.address = TRY(address_of(facts, receiver));
    }
    if (!target.port) return fail("{}: add the port, `{}:PORT`", to, to);
    answer.packet.destination = *target.address;
    answer.packet.destinationPort = target.port->number;
    const std::vector<verify::Trace> ways = verify::trace(facts, sender.device, answer.packet);
    const auto arrives =
        std::ranges::find_if(ways, [](const verify::Trace& way) { return way.deliveredTo.has_value(); });
    answer.reaches = arrives != ways.end();
    if (!ways.empty()) answer.way = answer.reaches ? arrives->hops : ways.front().hops;
    return answer;
}

}  // namespace tenantry::compile

#include "explore.hpp"

#include <array>
#include <map>
#include <utility>

#include <tenantry/base/check.hpp>

namespace tenantry::verify {
namespace {

// Packet sets that come to interfaces one after another; more is a loop of translations or facts made to blow up.
constexpr std::size_t mostArrivals = 10'000;
// Pairs of a packet cube and a rule's cube that are compared for one sender; a chain that jumps twice to one that jumps
// twice, and so on, would double it with every chain.
constexpr std::size_t mostWork = 20'000'000;
// Linux refuses rule sets that jump or go deeper (NFT_JUMP_STACK_SIZE).
constexpr unsigned deepest = 16;

Cube cube_where(Field field, std::uint32_t low, std::uint32_t high) {
    Cube cube;
    cube[field] = {low, high};
    return cube;
}

struct Flow {
    PacketSet packets;
    std::size_t way = 0;
    bool translated = false;  ///< in the hook at hand: its other nat chains do not see the packet again
};

class Explorer {
  public:
    Explorer(const Network& network, Index<Device> from, const Question& question)
        : network_(network), facts_(network.facts()), losses_(question.losses) {
        reach_.from = from;
        reach_.ways.emplace_back();
        send(question);
        for (std::size_t i = 0; i < queue_.size() && reach_.complete; ++i) arrive(i);
    }

    Reach result() && { return std::move(reach_); }

  private:
    struct Waiting {
        Index<Interface> at;
        Flow flow;
    };
    // What a base chain does with packets, besides those that come to its end.
    struct Outcome {
        PacketSet accepted;
        std::vector<Flow> translated;
        std::size_t way = 0;
        Index<Device> device;
    };

    const Device& device(Index<Device> index) const { return facts_.devices[index.at]; }

    void send(const Question& question) {
        PacketSet packets = question.packets;
        if (question.by == SendBy::route) return leave_by_route({std::move(packets)}, true);
        // What goes to an own address stays; a broadcast or multicast goes out.
        for (Index<Interface> own : device(reach_.from).interfaces)
            for (Ipv4 address : facts_.interfaces[own.at].addresses)
                packets.subtract(std::array{cube_where(Field::destination, address.value, address.value)});
        for (Index<Interface> out : device(reach_.from).interfaces) leave({packets}, out, true);
    }

    // Packets made here. Those that the output hook translates are routed again (ip_route_me_harder), once.
    void leave_by_route(const Flow& flow, bool hookAhead) {
        const RoutingTable& table = network_.routing(reach_.from);
        std::vector<PacketSet> parts = table.spread(flow.packets);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const Exit& exit = table.exits[i];
            if (parts[i].is_empty()) continue;
            if (exit.local) deliver(reach_.from, {parts[i], flow.way});
            if (exit.nowhere) lose(reach_.from, parts[i], flow.way);
            for (Index<Interface> out : exit.out) leave({parts[i], flow.way}, out, hookAhead);
        }
    }

    void leave(Flow flow, Index<Interface> out, bool hookAhead) {
        if (!hookAhead) return post(reach_.from, 0, out, std::move(flow));
        for (Flow& passed : through(reach_.from, Hook::output, 0, field_value(out), {std::move(flow)})) {
            if (passed.translated)
                leave_by_route(passed, false);
            else
                post(reach_.from, 0, out, std::move(passed));
        }
    }

    void post(Index<Device> at, std::uint32_t in, Index<Interface> out, Flow flow) {
        const auto& peer = facts_.interfaces[out.at].peer;
        for (Flow& passed : through(at, Hook::postrouting, in, field_value(out), {std::move(flow)})) {
            if (peer)
                queue_.push_back({*peer, std::move(passed)});
            else
                lose(at, passed.packets, passed.way);
        }
    }

    void arrive(std::size_t position) {
        if (position >= mostArrivals) reach_.complete = false;
        const Index<Interface> in = queue_[position].at;
        Flow flow = std::move(queue_[position].flow);
        const Index<Device> at = facts_.interfaces[in.at].device;
        flow.packets.place(field_value(in), 0);
        PacketSet& seen = seen_[in.at];
        flow.packets.subtract(seen);
        seen.unite(flow.packets);
        check(flow.packets);
        check(seen);
        if (flow.packets.is_empty() || !reach_.complete) return;
        if (device(at).owner != device(reach_.from).owner) reach_.strayed.push_back({at, flow.packets, flow.way});
        for (Flow& passed : through(at, Hook::prerouting, field_value(in), 0, {std::move(flow)}))
            decide_route(at, in, std::move(passed));
    }

    void decide_route(Index<Device> at, Index<Interface> in, Flow flow) {
        const RoutingTable& table = network_.routing(at);
        std::vector<PacketSet> parts = table.spread(flow.packets);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const Exit& exit = table.exits[i];
            if (parts[i].is_empty()) continue;
            if (exit.local) {
                for (Flow& passed : through(at, Hook::input, field_value(in), 0, {{std::move(parts[i]), flow.way}}))
                    deliver(at, std::move(passed));
            } else if (exit.nowhere || !device(at).forwards) {
                lose(at, parts[i], flow.way);
            }
            if (device(at).forwards)
                for (Index<Interface> out : exit.out) forward(at, in, out, {parts[i], flow.way});
        }
    }

    void forward(Index<Device> at, Index<Interface> in, Index<Interface> out, Flow flow) {
        for (Flow& passed : through(at, Hook::forward, field_value(in), field_value(out), {std::move(flow)}))
            post(at, field_value(in), out, std::move(passed));
    }

    std::vector<Flow> through(Index<Device> at, Hook hook, std::uint32_t in, std::uint32_t out,
                              std::vector<Flow> flows) {
        for (Flow& flow : flows) {
            flow.packets.place(in, out);
            flow.translated = false;
        }
        for (const Chain* chain : network_.chains(at, hook)) {
            std::vector<Flow> next;
            for (Flow& flow : flows) {
                if (chain->base->nat && flow.translated)
                    next.push_back(std::move(flow));
                else if (chain->base->nat)
                    enter_nat(at, *chain, std::move(flow), next);
                else
                    enter(at, *chain, std::move(flow), next);
            }
            flows = std::move(next);
        }
        return flows;
    }

    void enter_nat(Index<Device> at, const Chain& chain, Flow flow, std::vector<Flow>& next) {
        constexpr auto fresh = static_cast<std::uint32_t>(State::fresh);
        PacketSet first = flow.packets.split(std::array{cube_where(Field::state, fresh, fresh)});
        if (!flow.packets.is_empty()) next.push_back({std::move(flow.packets), flow.way});
        if (!first.is_empty()) enter(at, chain, {std::move(first), flow.way}, next);
    }

    void enter(Index<Device> at, const Chain& chain, Flow flow, std::vector<Flow>& next) {
        Outcome outcome{{}, {}, flow.way, at};
        PacketSet end = walk(chain, std::move(flow.packets), outcome);
        if (chain.base->acceptByDefault)
            outcome.accepted.unite(end);
        else
            lose(at, end, flow.way);
        check(outcome.accepted);
        if (!outcome.accepted.is_empty()) next.push_back({std::move(outcome.accepted), flow.way, flow.translated});
        for (Flow& moved : outcome.translated) next.push_back(std::move(moved));
    }

    // Gives back what comes to the chain's end or returns: the chain that jumped here goes on with it.
    PacketSet walk(const Chain& chain, PacketSet current, Outcome& outcome, unsigned depth = 0) {
        PacketSet end;
        reach_.complete = reach_.complete && depth <= deepest;
        const std::vector<Match>& matches = network_.matches(outcome.device, chain);
        for (std::size_t i = 0; i < chain.rules.size(); ++i) {
            check(current);
            if (current.is_empty() || !reach_.complete) break;
            const Rule& rule = chain.rules[i];
            PacketSet matched = take(matches[i], rule.exact, current);
            if (!matched.is_empty()) act(rule.action, std::move(matched), current, end, outcome, depth);
        }
        end.unite(current);
        check(end);
        return end;
    }

    // What a rule matches leaves `current`, unless the rule may also not match it.
    PacketSet take(const Match& match, bool exact, PacketSet& current) {
        PacketSet matched;
        for (std::span<const Cube> cubes :
             {match.on_interface(current.cubes().front()[Field::inInterface].low), match.elsewhere()}) {
            work_ += 1 + current.cubes().size() * cubes.size();
            matched.unite(exact ? current.split(cubes) : current.intersected(cubes));
            if (current.is_empty()) break;
        }
        check(matched);
        check(current);
        reach_.complete = reach_.complete && work_ <= mostWork;
        return matched;
    }

    void act(const Action& action, PacketSet matched, PacketSet& current, PacketSet& end, Outcome& outcome,
             unsigned depth) {
        const Device& here = device(outcome.device);
        if (std::holds_alternative<Accept>(action)) {
            outcome.accepted.unite(matched);
        } else if (std::holds_alternative<Drop>(action)) {
            lose(outcome.device, matched, outcome.way);
        } else if (std::holds_alternative<Return>(action)) {
            end.unite(matched);
        } else if (const auto* jump = std::get_if<Jump>(&action)) {
            current.unite(walk(here.chains[jump->chain], std::move(matched), outcome, depth + 1));
        } else if (const auto* go = std::get_if<Goto>(&action)) {
            end.unite(walk(here.chains[go->chain], std::move(matched), outcome, depth + 1));
        } else if (const auto* translate = std::get_if<Translate>(&action)) {
            this->translate(*translate, matched, outcome);
        }
    }

    void translate(const Translate& translate, const PacketSet& matched, Outcome& outcome) {
        if (translate.to.empty()) lose(outcome.device, matched, outcome.way);
        for (const Translate::Target& target : translate.to) {
            reach_.ways.push_back({outcome.way, matched, target});
            outcome.translated.push_back({matched.translated(target), reach_.ways.size() - 1, true});
        }
    }

    void deliver(Index<Device> at, Flow flow) { reach_.delivered.push_back({at, std::move(flow.packets), flow.way}); }

    void lose(Index<Device> at, const PacketSet& packets, std::size_t way) {
        if (losses_ && !packets.is_empty()) reach_.lost.push_back({at, packets, way});
    }

    void check(const PacketSet& packets) { reach_.complete = reach_.complete && !packets.overflowed(); }

    const Network& network_;
    const Facts& facts_;
    bool losses_;
    std::size_t work_ = 0;
    Reach reach_;
    std::vector<Waiting> queue_;
    std::map<std::uint32_t, PacketSet> seen_;
};

PacketSet make_hostile_packets() {
    std::vector<Cube> protocols;
    for (const Interval plain : {Interval{0, 5}, Interval{7, 16}, Interval{18, 255}}) {
        protocols.push_back(cube_where(Field::protocol, plain.low, plain.high));
        protocols.back()[Field::sourcePort] = protocols.back()[Field::destinationPort] = {0, 0};
    }
    protocols.push_back(cube_where(Field::protocol, protocol::tcp, protocol::tcp));
    protocols.push_back(cube_where(Field::protocol, protocol::udp, protocol::udp));

    std::vector<Cube> all;
    const auto add = [&](Cube cube, State first, State last) {
        cube[Field::state] = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)};
        all.push_back(cube);
    };
    for (const Cube& cube : protocols) {
        add(cube, State::fresh, State::fresh);
        add(cube, State::invalid, State::untracked);
    }
    Cube error = protocols.front();
    error[Field::protocol] = {protocol::icmp, protocol::icmp};
    add(error, State::related, State::related);
    return PacketSet::from_disjoint(std::move(all));
}

}  // namespace

Reach explore(const Network& network, Index<Device> from, const Question& question) {
    return Explorer(network, from, question).result();
}

const PacketSet& hostile_packets() {
    static const PacketSet packets = make_hostile_packets();
    return packets;
}

Packet as_sent(const Reach& reach, std::size_t way, const Packet& arrived, const Packet& wish) {
    Packet packet = arrived;
    for (; way != 0; way = reach.ways[way].before) {
        const Way& step = reach.ways[way];
        Cube before = cube_of(packet);
        before[Field::destination] = Cube{}[Field::destination];
        if (step.target.port && has_ports(packet.protocol))
            before[Field::destinationPort] = Cube{}[Field::destinationPort];
        const auto found = step.packets.intersected(std::array{before}).sample(wish);
        TENANTRY_CHECK(found.has_value(), "a translated packet has one that it was made from");
        packet = *found;
    }
    return packet;
}

}  // namespace tenantry::verify

// The fast engine and the interpreter against a slow, obvious evaluator that goes through all packets of a small world
// one by one. Nothing of `explore` or `trace` is used by it.

#include <random>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "explore.hpp"
#include "world_for_test.hpp"

namespace tenantry::verify {
namespace {

using Random = std::mt19937_64;

std::uint32_t below(Random& random, std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); }
bool chance(Random& random, std::uint32_t percent) { return below(random, 100) < percent; }

Interval random_interval(Random& random, std::uint32_t bound) {
    const std::uint32_t a = below(random, bound), b = below(random, bound);
    if (chance(random, 20)) return {a, Interval{}.high};
    return {std::min(a, b), std::max(a, b)};
}

// Small worlds: addresses 0 to 7, protocols 6 and 7, source ports 0 and 1, ports 0 to 2.
class RandomWorld {
  public:
    explicit RandomWorld(std::uint64_t seed) : random_(seed) {
        for (std::uint32_t environment = 0; environment < 2; ++environment) {
            facts.environments.push_back({"e" + std::to_string(environment), {}, {}});
            add_environment(environment);
        }
        if (chance(random_, 40)) link(add_interface(0), add_interface(3));
        if (chance(random_, 20)) link(add_interface(1), add_interface(2));
        if (chance(random_, 20)) link(add_interface(2), add_interface(4));
        if (chance(random_, 20)) add_interface(below(random_, 6));  // nothing at its other end
        for (Device& device : facts.devices) add_routes(device);
        for (Device& device : facts.devices) add_chains(device);
        check_invariants(facts);
    }

    Facts facts;

    Cube universe() {
        Cube cube;
        const auto narrow = [&](Field field, std::uint32_t low, std::uint32_t high) {
            const Interval some = random_interval(random_, high - low + 1);
            cube[field] = {low + some.low, std::min(high, some.high == Interval{}.high ? high : low + some.high)};
        };
        narrow(Field::source, 0, 1);
        narrow(Field::destination, 0, 7);
        narrow(Field::protocol, 6, 7);
        narrow(Field::sourcePort, 0, 1);
        narrow(Field::destinationPort, 0, 2);
        narrow(Field::state, 0, lastState);
        return cube;
    }
    Index<Device> sender() { return {below(random_, 6)}; }
    bool toss() { return chance(random_, 50); }

  private:
    // Devices 0 and 3 are routers, each with two tasks behind it.
    void add_environment(std::uint32_t environment) {
        const auto first = static_cast<std::uint32_t>(facts.devices.size());
        for (const char* name : {"router", "left", "right"})
            facts.devices.push_back({name,
                                     Index<EnvironmentFact>{environment},
                                     facts.devices.size() == first || chance(random_, 10),
                                     {},
                                     {},
                                     {},
                                     {}});
        for (std::uint32_t task : {first + 1, first + 2}) link(add_interface(first), add_interface(task));
    }

    Index<Interface> add_interface(std::uint32_t device) {
        const Index<Interface> index{static_cast<std::uint32_t>(facts.interfaces.size())};
        std::vector<Ipv4> addresses;
        if (chance(random_, 60)) addresses.push_back(Ipv4{below(random_, 8)});
        facts.interfaces.push_back({"i" + std::to_string(index.at), {device}, addresses, std::nullopt, {}});
        facts.devices[device].interfaces.push_back(index);
        return index;
    }

    void link(Index<Interface> a, Index<Interface> b) {
        facts.interfaces[a.at].peer = b;
        facts.interfaces[b.at].peer = a;
    }

    void add_routes(Device& device) {
        for (std::uint32_t i = 0; i < 2 + below(random_, 4); ++i) {
            const auto prefix = static_cast<std::uint8_t>(29 + below(random_, 4));
            const std::uint32_t base = below(random_, 8) & ~((1U << (32 - prefix)) - 1);
            std::optional<Index<Interface>> out;
            if (!chance(random_, 15))
                out = device.interfaces[below(random_, static_cast<std::uint32_t>(device.interfaces.size()))];
            device.routes.push_back({chance(random_, 30) ? Cidr{{}, 0} : Cidr{Ipv4{base}, prefix}, out, {}, {}});
        }
    }

    void add_chains(Device& device) {
        const std::uint32_t bases = below(random_, 4);
        const std::uint32_t others = below(random_, 3);
        for (std::uint32_t i = 0; i < bases; ++i) {
            const bool nat = chance(random_, 35);
            const auto hook = nat && chance(random_, 70) ? Hook::prerouting : static_cast<Hook>(below(random_, 5));
            device.chains.push_back(
                {"base",
                 Chain::Base{hook, static_cast<std::int32_t>(below(random_, 3)), chance(random_, 60), nat},
                 {},
                 {}});
        }
        device.chains.resize(bases + others);
        for (std::uint32_t i = 0; i < device.chains.size(); ++i)
            for (std::uint32_t rules = 1 + below(random_, 3); rules > 0; --rules)
                device.chains[i].rules.push_back({random_match(), random_action(i, bases, others), true, {}});
    }

    std::vector<Cube> random_match() {
        std::vector<Cube> match;
        for (std::uint32_t cubes = chance(random_, 10) ? 0 : 1 + below(random_, 2); cubes > 0; --cubes) {
            Cube cube;
            const auto limit = [&](Field field, std::uint32_t bound, std::uint32_t percent) {
                if (chance(random_, percent)) cube[field] = random_interval(random_, bound);
            };
            limit(Field::inInterface, static_cast<std::uint32_t>(facts.interfaces.size()) + 1, 20);
            limit(Field::outInterface, static_cast<std::uint32_t>(facts.interfaces.size()) + 1, 15);
            limit(Field::source, 3, 20);
            limit(Field::destination, 8, 35);
            limit(Field::protocol, 8, 10);
            limit(Field::sourcePort, 2, 10);
            limit(Field::destinationPort, 3, 30);
            limit(Field::state, lastState + 1, 25);
            match.push_back(cube);
        }
        return match;
    }

    Action random_action(std::uint32_t chain, std::uint32_t bases, std::uint32_t others) {
        const std::uint32_t first = std::max(bases, chain + 1);  // only forward, so that there is no cycle
        const bool canJump = first < bases + others;
        const std::uint32_t target = canJump ? first + below(random_, bases + others - first) : 0;
        switch (below(random_, 10)) {
            case 0:
            case 1:
            case 2:
                return Accept{};
            case 3:
                return Drop{};
            case 4:
                return Return{};
            case 5:
            case 6:
                return canJump ? Action{Jump{target}} : Action{Accept{}};
            case 7:
                return canJump ? Action{Goto{target}} : Action{Drop{}};
            default:
                break;
        }
        Translate translate;
        for (std::uint32_t targets = 1 + below(random_, 2); targets > 0; --targets) {
            std::optional<Port> port;
            if (chance(random_, 40)) port = Port{static_cast<std::uint16_t>(below(random_, 3))};
            translate.to.push_back({Ipv4{below(random_, 8)}, port});
        }
        return translate;
    }

    Random random_;
};

using At = std::pair<std::uint32_t, Packet>;  // a device and the packet there

// The twin: one packet at a time, all outcomes, by plain recursion over the tables.
class Twin {
  public:
    explicit Twin(const Facts& facts) : facts_(facts) {}

    std::set<At> delivered;
    std::set<At> lost;

    void send(std::uint32_t device, const Packet& packet, bool anyInterface) {
        if (own_address(device, packet.destination)) {
            if (!anyInterface) delivered.insert({device, packet});
            return;
        }
        if (anyInterface)
            for (Index<Interface> out : facts_.devices[device].interfaces) output(device, out.at, packet);
        else
            for (const auto& out : routes(device, packet)) output(device, out, packet);
        while (!waiting_.empty()) {
            const auto [interface, next] = waiting_.back();
            waiting_.pop_back();
            if (seen_.insert({interface, next}).second) arrive(interface, next);
        }
    }

  private:
    struct Result {
        Packet packet;
        bool translated = false;
    };
    enum class End { accepted, dropped, ended };

    bool own_address(std::uint32_t device, Ipv4 address) const {
        for (const Interface& interface : facts_.interfaces)
            if (interface.device.at == device)
                for (Ipv4 own : interface.addresses)
                    if (own == address) return true;
        return false;
    }

    // Interfaces by the longest matching prefix; what has no way out is noted as lost.
    std::set<std::uint32_t> routes(std::uint32_t device, const Packet& packet) {
        std::set<std::uint32_t> outs;
        for (int prefix = 32; prefix >= 0; --prefix) {
            bool any = false;
            for (const Route& route : facts_.devices[device].routes) {
                if (route.to.prefix != prefix || !route.to.contains(packet.destination)) continue;
                any = true;
                if (route.out)
                    outs.insert(route.out->at);
                else
                    lost.insert({device, packet});
            }
            if (any) return outs;
        }
        lost.insert({device, packet});
        return outs;
    }

    void output(std::uint32_t device, std::uint32_t out, const Packet& packet) {
        for (const Result& result : hook(device, Hook::output, 0, out + 1, packet)) {
            if (!result.translated)
                post(device, 0, out, result.packet);
            else if (own_address(device, result.packet.destination))
                delivered.insert({device, result.packet});
            else
                for (std::uint32_t again : routes(device, result.packet)) post(device, 0, again, result.packet);
        }
    }

    void post(std::uint32_t device, std::uint32_t in, std::uint32_t out, const Packet& packet) {
        for (const Result& result : hook(device, Hook::postrouting, in, out + 1, packet)) {
            if (facts_.interfaces[out].peer)
                waiting_.push_back({facts_.interfaces[out].peer->at, result.packet});
            else
                lost.insert({device, result.packet});
        }
    }

    void arrive(std::uint32_t interface, const Packet& packet) {
        const std::uint32_t device = facts_.interfaces[interface].device.at;
        const std::uint32_t in = interface + 1;
        for (const Result& first : hook(device, Hook::prerouting, in, 0, packet)) {
            if (own_address(device, first.packet.destination)) {
                for (const Result& last : hook(device, Hook::input, in, 0, first.packet))
                    delivered.insert({device, last.packet});
            } else if (!facts_.devices[device].forwards) {
                lost.insert({device, first.packet});
            } else {
                for (std::uint32_t out : routes(device, first.packet))
                    for (const Result& next : hook(device, Hook::forward, in, out + 1, first.packet))
                        post(device, in, out, next.packet);
            }
        }
    }

    std::vector<Result> hook(std::uint32_t device, Hook which, std::uint32_t in, std::uint32_t out,
                             const Packet& packet) {
        std::vector<Result> results{{packet}};
        const auto& chains = facts_.devices[device].chains;
        for (std::int32_t priority = 0; priority < 3; ++priority)
            for (const Chain& chain : chains) {
                if (!chain.base || chain.base->hook != which || chain.base->priority != priority) continue;
                std::vector<Result> next;
                for (const Result& result : results) {
                    if (chain.base->nat && (result.packet.state != State::fresh || result.translated)) {
                        next.push_back(result);
                        continue;
                    }
                    std::vector<Result> out_;
                    End end = rules(device, chain, 0, in, out, result, out_);
                    if (end == End::ended) {
                        end = chain.base->acceptByDefault ? End::accepted : End::dropped;
                        out_ = {result};
                    }
                    if (end == End::dropped) lost.insert({device, result.packet});
                    if (end == End::accepted) next.insert(next.end(), out_.begin(), out_.end());
                }
                results = next;
            }
        return results;
    }

    static bool inside(Interval interval, std::uint32_t value) {
        return value >= interval.low && value <= interval.high;
    }

    static bool matches(const Rule& rule, std::uint32_t in, std::uint32_t out, const Packet& p) {
        for (const Cube& c : rule.match) {
            const std::array<std::uint32_t, fieldCount> v{
                in,         out,          p.source.value,    p.destination.value,
                p.protocol, p.sourcePort, p.destinationPort, static_cast<std::uint32_t>(p.state)};
            bool all = true;
            for (std::size_t i = 0; i < fieldCount; ++i) all = all && inside(c.fields[i], v[i]);
            if (all) return true;
        }
        return false;
    }

    End rules(std::uint32_t device, const Chain& chain, std::size_t from, std::uint32_t in, std::uint32_t out,
              const Result& packet, std::vector<Result>& results) {
        const auto& chains = facts_.devices[device].chains;
        for (std::size_t i = from; i < chain.rules.size(); ++i) {
            const Rule& rule = chain.rules[i];
            if (!matches(rule, in, out, packet.packet)) continue;
            switch (rule.action.index()) {
                case 0:
                    results = {packet};
                    return End::accepted;
                case 1:
                    return End::dropped;
                case 2:
                    return End::ended;
                case 3: {
                    const End end =
                        rules(device, chains[std::get<Jump>(rule.action).chain], 0, in, out, packet, results);
                    if (end != End::ended) return end;
                    break;
                }
                case 4:
                    return rules(device, chains[std::get<Goto>(rule.action).chain], 0, in, out, packet, results);
                default:
                    for (const auto& target : std::get<Translate>(rule.action).to) {
                        Result moved{packet.packet, true};
                        moved.packet.destination = target.address;
                        if (target.port && moved.packet.protocol == 6)
                            moved.packet.destinationPort = target.port->number;
                        results.push_back(moved);
                    }
                    return End::accepted;
            }
        }
        return End::ended;
    }

    const Facts& facts_;
    std::vector<std::pair<std::uint32_t, Packet>> waiting_;
    std::set<std::pair<std::uint32_t, Packet>> seen_;
};

std::vector<Packet> all_packets(const Cube& cube) {
    std::vector<Packet> packets;
    const auto each = [&](Field field, const auto& body) {
        for (std::uint32_t value = cube[field].low; value <= cube[field].high; ++value) body(value);
    };
    each(Field::source, [&](std::uint32_t source) {
        each(Field::destination, [&](std::uint32_t destination) {
            each(Field::protocol, [&](std::uint32_t protocol) {
                each(Field::sourcePort, [&](std::uint32_t sourcePort) {
                    each(Field::destinationPort, [&](std::uint32_t destinationPort) {
                        each(Field::state, [&](std::uint32_t state) {
                            packets.push_back({Ipv4{source}, Ipv4{destination}, static_cast<std::uint8_t>(protocol),
                                               static_cast<std::uint16_t>(sourcePort),
                                               static_cast<std::uint16_t>(destinationPort), static_cast<State>(state)});
                        });
                    });
                });
            });
        });
    });
    return packets;
}

std::set<At> flat(const std::vector<Arrival>& arrivals) {
    std::set<At> all;
    for (const Arrival& arrival : arrivals)
        for (const Cube& cube : arrival.packets.cubes())
            for (const Packet& packet : all_packets(cube)) all.insert({arrival.device.at, packet});
    return all;
}

std::string text(const std::set<At>& all) {
    std::string text;
    for (const auto& [device, p] : all)
        text += fmt::format("{}: {}>{} {} {}>{} {}\n", device, p.source.value, p.destination.value, p.protocol,
                            p.sourcePort, p.destinationPort, static_cast<int>(p.state));
    return text;
}

// A few of the packets alone: what `trace` gives is what the twin gives for that packet.
void compare_traces(const Facts& facts, Index<Device> from, const std::vector<Packet>& packets, bool anyInterface) {
    for (std::size_t i = 0; i < packets.size(); i += 1 + packets.size() / 4) {
        Twin twin(facts);
        twin.send(from.at, packets[i], anyInterface);
        const auto traces = trace(facts, from, packets[i], anyInterface ? SendBy::anyInterface : SendBy::route);
        if (traces.size() == 64) continue;
        std::set<At> delivered;
        for (const Trace& one : traces)
            if (one.deliveredTo) delivered.insert({one.deliveredTo->at, one.arrived});
        // What a process sends to itself is no path, and the twin leaves it out there.
        if (anyInterface && twin.delivered.empty() && delivered == std::set<At>{{from.at, packets[i]}}) continue;
        EXPECT_EQ(text(delivered), text(twin.delivered)) << "packet " << i;
    }
}

struct Tally {
    std::size_t delivered = 0, lost = 0, translated = 0;
};

void compare(std::uint64_t seed, Tally& tally) {
    RandomWorld world(seed);
    const Cube universe = world.universe();
    const Index<Device> from = world.sender();
    const bool anyInterface = world.toss();
    const std::vector<Packet> packets = all_packets(universe);
    Twin twin(world.facts);
    for (const Packet& packet : packets) twin.send(from.at, packet, anyInterface);

    const Network network(world.facts);
    const Reach reach =
        explore(network, from, {PacketSet(universe), anyInterface ? SendBy::anyInterface : SendBy::route, true});
    ASSERT_TRUE(reach.complete) << "seed " << seed;
    ASSERT_EQ(text(flat(reach.delivered)), text(twin.delivered)) << "seed " << seed << "\n" << to_text(world.facts);
    ASSERT_EQ(text(flat(reach.lost)), text(twin.lost)) << "seed " << seed << "\n" << to_text(world.facts);
    compare_traces(world.facts, from, packets, anyInterface);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << "\n" << to_text(world.facts);

    // Every delivered set has a packet that its sender can make, and the interpreter brings it there.
    for (const Arrival& arrival : reach.delivered) {
        if (arrival.packets.is_empty()) continue;
        const Packet arrived = *arrival.packets.sample({});
        const Packet sent = as_sent(reach, arrival.way, arrived, {});
        const auto shown =
            find_trace(world.facts, from, sent, anyInterface ? SendBy::anyInterface : SendBy::route,
                       [&](const Trace& one) { return one.deliveredTo == arrival.device && one.arrived == arrived; });
        ASSERT_TRUE(shown) << "seed " << seed << "\n" << to_text(world.facts);
        tally.translated += arrival.way != 0 ? 1 : 0;
    }
    tally.delivered += twin.delivered.size();
    tally.lost += twin.lost.size();
}

TEST(Twin, AgreesWithExploreAndTraceOnTenThousandRandomWorlds) {
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
        compare(seed, tally);
        if (HasFatalFailure()) return;
    }
    // The worlds are worth the name only if packets arrive, get lost and are translated in them.
    EXPECT_GT(tally.delivered, 50'000U);
    EXPECT_GT(tally.lost, 100'000U);
    EXPECT_GT(tally.translated, 1'000U);
    RecordProperty("delivered", static_cast<int>(tally.delivered));
    RecordProperty("lost", static_cast<int>(tally.lost));
    RecordProperty("translated", static_cast<int>(tally.translated));
}

}  // namespace
}  // namespace tenantry::verify

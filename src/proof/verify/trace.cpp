#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <tenantry/verify/trace.hpp>

#include "packet_text.hpp"

namespace tenantry::verify {
namespace {

constexpr std::size_t mostTraces = 64;
constexpr std::size_t mostTries = 100'000;
// Rules that one packet is held against: a rule set of chains that jump twice each would not end in a lifetime.
constexpr std::size_t mostRules = 1'000'000;

// What was picked at each open choice of one run, in order. `next` turns to the run that follows, like an odometer.
class Choices {
  public:
    std::size_t pick(std::size_t among) {
        if (at_ == picked_.size()) {
            picked_.push_back(0);
            among_.push_back(among);
        }
        return picked_[at_++];
    }
    bool next() {
        at_ = 0;
        while (!picked_.empty() && picked_.back() + 1 == among_.back()) {
            picked_.pop_back();
            among_.pop_back();
        }
        if (picked_.empty()) return false;
        ++picked_.back();
        return true;
    }

  private:
    std::vector<std::size_t> picked_, among_;
    std::size_t at_ = 0;
};

class Walker {
  public:
    Walker(const Facts& facts, Choices& choices) : facts_(facts), choices_(choices) {}

    Trace follow(Index<Device> from, const Packet& packet, SendBy by) {
        packet_ = packet;
        at_ = from;
        say(fmt::format("{} sends {}", here().name, packet_text(packet_)), here().at);
        if (const auto out = first_interface(by)) {
            if (const auto way = leave(*out)) walk_on(*way);
        }
        trace_.arrived = packet_;
        return std::move(trace_);
    }

  private:
    const Device& here() const { return facts_.devices[at_.at]; }
    const Interface& interface(Index<Interface> index) const { return facts_.interfaces[index.at]; }
    void say(std::string text, std::optional<Span> at) { trace_.hops.push_back({std::move(text), at}); }

    bool is_own(Ipv4 address) const {
        for (Index<Interface> index : here().interfaces)
            for (Ipv4 own : interface(index).addresses)
                if (own == address) return true;
        return false;
    }

    // Multicast and the limited broadcast are for everyone who gets them.
    bool is_local(Ipv4 address) const {
        return address.value >> 28 == 0xE || address.value == 0xFFFFFFFF || is_own(address);
    }

    std::optional<Index<Interface>> first_interface(SendBy by) {
        if (by == SendBy::route ? is_local(packet_.destination) : is_own(packet_.destination)) {
            deliver();
            return std::nullopt;
        }
        if (by == SendBy::route) return next_interface();
        if (here().interfaces.empty()) {
            say(fmt::format("{} has no interface", here().name), here().at);
            return std::nullopt;
        }
        const Index<Interface> out = here().interfaces[choices_.pick(here().interfaces.size())];
        say(fmt::format("a socket bound to {} sends it there, whatever the routes say", interface(out).name),
            interface(out).at);
        return out;
    }

    // The route for the destination; of several that are equally long any may be the one.
    std::optional<Index<Interface>> next_interface() {
        std::vector<const Route*> best;
        for (const Route& route : here().routes) {
            if (!route.to.contains(packet_.destination)) continue;
            if (!best.empty() && route.to.prefix < best.front()->to.prefix) continue;
            if (!best.empty() && route.to.prefix > best.front()->to.prefix) best.clear();
            best.push_back(&route);
        }
        if (best.empty()) {
            say(fmt::format("{} has no route to {}", here().name, packet_.destination.str()), here().at);
            return std::nullopt;
        }
        const Route& route = *best[best.size() == 1 ? 0 : choices_.pick(best.size())];
        if (!route.out) {
            say(fmt::format("{} has an unreachable route to {}", here().name, route.to.str()), route.at);
            return std::nullopt;
        }
        say(fmt::format("the route to {} leads out of {}", route.to.str(), interface(*route.out).name), route.at);
        return route.out;
    }

    // Own packets: the output hook, another look at the routes where it translated, postrouting.
    std::optional<Index<Interface>> leave(Index<Interface> out) {
        translated_ = false;
        if (!passes(Hook::output, 0, out.at + 1)) return std::nullopt;
        if (translated_) {
            if (is_local(packet_.destination)) {
                deliver();
                return std::nullopt;
            }
            const auto again = next_interface();
            if (!again) return std::nullopt;
            out = *again;
        }
        if (!passes(Hook::postrouting, 0, out.at + 1)) return std::nullopt;
        return out;
    }

    void walk_on(Index<Interface> out) {
        std::set<std::pair<std::uint32_t, Packet>> before;
        while (true) {
            const auto& peer = interface(out).peer;
            if (!peer) return say(fmt::format("nothing is at the other end of {}", interface(out).name), here().at);
            at_ = interface(*peer).device;
            trace_.passed.push_back(at_);
            say(fmt::format("{} gets it on {}", here().name, interface(*peer).name), interface(*peer).at);
            if (!before.emplace(peer->at, packet_).second) return say("it goes round in a circle", here().at);
            const auto next = cross(*peer);
            if (!next) return;
            out = *next;
        }
    }

    std::optional<Index<Interface>> cross(Index<Interface> in) {
        if (!passes(Hook::prerouting, in.at + 1, 0)) return std::nullopt;
        if (is_local(packet_.destination)) {
            if (passes(Hook::input, in.at + 1, 0)) deliver();
            return std::nullopt;
        }
        if (!here().forwards) {
            say(fmt::format("{} does not forward, and {} is not its address", here().name, packet_.destination.str()),
                here().at);
            return std::nullopt;
        }
        const auto out = next_interface();
        if (!out || !passes(Hook::forward, in.at + 1, out->at + 1)) return std::nullopt;
        if (!passes(Hook::postrouting, in.at + 1, out->at + 1)) return std::nullopt;
        return out;
    }

    void deliver() {
        trace_.deliveredTo = at_;
        say(fmt::format("it is delivered to {}", here().name), here().at);
    }

    bool passes(Hook hook, std::uint32_t in, std::uint32_t out) {
        std::vector<const Chain*> bases;
        for (const Chain& chain : here().chains)
            if (chain.base && chain.base->hook == hook) bases.push_back(&chain);
        std::ranges::sort(bases, {}, [](const Chain* chain) { return std::pair(chain->base->priority, chain); });
        translated_ = false;
        for (const Chain* base : bases) {
            if (base->base->nat && (translated_ || packet_.state != State::fresh)) continue;
            if (!run(*base, in, out)) return false;
        }
        return true;
    }

    bool matches(const Rule& rule, std::uint32_t in, std::uint32_t out) const {
        for (const Cube& cube : rule.match)
            if (cube[Field::inInterface].contains(in) && cube[Field::outInterface].contains(out) &&
                cube[Field::source].contains(packet_.source.value) &&
                cube[Field::destination].contains(packet_.destination.value) &&
                cube[Field::protocol].contains(packet_.protocol) &&
                cube[Field::sourcePort].contains(packet_.sourcePort) &&
                cube[Field::destinationPort].contains(packet_.destinationPort) &&
                cube[Field::state].contains(static_cast<std::uint32_t>(packet_.state)))
                return true;
        return false;
    }

    // One base chain, as nft_do_chain does it: jump remembers where to come back to, goto does not, and what comes to
    // an end with nowhere to come back to is for the policy.
    bool run(const Chain& base, std::uint32_t in, std::uint32_t out) {
        std::vector<std::pair<const Chain*, std::size_t>> back;
        const Chain* chain = &base;
        std::size_t at = 0;
        while (++rulesTried_ <= mostRules) {
            bool ended = at == chain->rules.size();
            if (!ended) {
                const Rule& rule = chain->rules[at++];
                if (!matches(rule, in, out) || (!rule.exact && choices_.pick(2) == 1)) continue;
                if (std::holds_alternative<Accept>(rule.action)) return decided(base, *chain, at, "accepted");
                if (std::holds_alternative<Drop>(rule.action)) return !decided(base, *chain, at, "dropped");
                if (const auto* translate = std::get_if<Translate>(&rule.action))
                    return rewrite(*translate, base, *chain, at);
                ended = std::holds_alternative<Return>(rule.action);
                if (const auto* jump = std::get_if<Jump>(&rule.action)) {
                    back.emplace_back(chain, at);
                    chain = &here().chains[jump->chain];
                    at = 0;
                } else if (const auto* go = std::get_if<Goto>(&rule.action)) {
                    chain = &here().chains[go->chain];
                    at = 0;
                }
            }
            if (!ended) continue;
            if (back.empty()) return by_policy(base);
            std::tie(chain, at) = back.back();
            back.pop_back();
        }
        say(fmt::format("{} holds it against more rules than are followed", here().name), base.at);
        return false;
    }

    // `number` counts from 1. Always true.
    bool decided(const Chain& base, const Chain& chain, std::size_t number, std::string_view how) {
        say(fmt::format("{} {}: {} by rule {}{}", to_string(base.base->hook), base.name, how, number,
                        &chain == &base ? "" : fmt::format(" of {}", chain.name)),
            chain.rules[number - 1].at);
        return true;
    }

    bool by_policy(const Chain& base) {
        const bool accepted = base.base->acceptByDefault;
        // A chain that let everything by has nothing to say.
        if (!accepted || !base.rules.empty())
            say(fmt::format("{} {}: {} by its policy", to_string(base.base->hook), base.name,
                            accepted ? "accepted" : "dropped"),
                base.at);
        return accepted;
    }

    bool rewrite(const Translate& translate, const Chain& base, const Chain& chain, std::size_t number) {
        if (translate.to.empty()) return !decided(base, chain, number, "lost, for its translation has no target,");
        const auto& target = translate.to[translate.to.size() == 1 ? 0 : choices_.pick(translate.to.size())];
        packet_.destination = target.address;
        const bool ports = packet_.protocol == protocol::tcp || packet_.protocol == protocol::udp;
        if (target.port && ports) packet_.destinationPort = target.port->number;
        translated_ = true;
        return decided(base, chain, number, fmt::format("made {}", packet_text(packet_)));
    }

    const Facts& facts_;
    Choices& choices_;
    Packet packet_;
    Index<Device> at_;
    bool translated_ = false;
    std::size_t rulesTried_ = 0;
    Trace trace_;
};

}  // namespace

std::vector<Trace> trace(const Facts& facts, Index<Device> from, const Packet& packet, SendBy by) {
    std::vector<Trace> traces;
    Choices choices;
    do traces.push_back(Walker(facts, choices).follow(from, packet, by));
    while (choices.next() && traces.size() < mostTraces);
    return traces;
}

std::optional<Trace> find_trace(const Facts& facts, Index<Device> from, const Packet& packet, SendBy by,
                                const std::function<bool(const Trace&)>& wanted, bool* exhausted) {
    Choices choices;
    bool more = true;
    for (std::size_t tries = 0; more && tries < mostTries; ++tries) {
        Trace one = Walker(facts, choices).follow(from, packet, by);
        if (wanted(one)) return one;
        more = choices.next();
    }
    if (exhausted != nullptr) *exhausted = !more;
    return std::nullopt;
}

}  // namespace tenantry::verify

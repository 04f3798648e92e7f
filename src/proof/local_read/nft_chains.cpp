#include "nft_chains.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace tenantry::local_read {
namespace {

// A chain at level NFT_JUMP_STACK_SIZE (16) is refused.
constexpr std::size_t deepest = 15;

std::optional<std::uint32_t> target(const verify::Rule& rule) {
    if (const auto* jump = std::get_if<verify::Jump>(&rule.action)) return jump->chain;
    if (const auto* jump = std::get_if<verify::Goto>(&rule.action)) return jump->chain;
    return std::nullopt;
}

// How many jumps lead to each chain at most; `tooDeep` for those in a circle and behind one.
constexpr std::size_t tooDeep = deepest + 1;
std::vector<std::size_t> depths(const std::vector<verify::Chain>& chains) {
    std::vector<std::size_t> waiting(chains.size()), depth(chains.size());
    for (const verify::Chain& chain : chains)
        for (const verify::Rule& rule : chain.rules)
            if (const auto to = target(rule)) ++waiting[*to];
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < chains.size(); ++i)
        if (waiting[i] == 0) ready.push_back(i);
    std::vector<bool> done(chains.size());
    while (!ready.empty()) {
        const std::uint32_t from = ready.back();
        ready.pop_back();
        done[from] = true;
        for (const verify::Rule& rule : chains[from].rules)
            if (const auto to = target(rule)) {
                depth[*to] = std::max(depth[*to], std::min(depth[from] + 1, tooDeep));
                if (--waiting[*to] == 0) ready.push_back(*to);
            }
    }
    for (std::size_t i = 0; i < chains.size(); ++i)
        if (!done[i]) depth[i] = tooDeep;
    return depth;
}

// NF_IP_PRI_CONNTRACK. Of two hooks with one priority it depends on which was registered first.
constexpr std::int32_t connectionTracking = -200;

bool looks_at_state(const verify::Cube& cube) {
    return cube[verify::Field::state] != verify::Cube{}[verify::Field::state];
}

// Every packet is `invalid`: what asks for that takes all, what asks for anything else takes none.
void as_invalid(verify::Rule& rule) {
    std::erase_if(rule.match, [](const verify::Cube& cube) {
        return !cube[verify::Field::state].contains(static_cast<std::uint32_t>(verify::State::invalid));
    });
    for (verify::Cube& cube : rule.match) cube[verify::Field::state] = verify::Cube{}[verify::Field::state];
}

// The base chains that `wanted` names, and what they lead to.
template <class Wanted>
std::vector<bool> reached_from(const std::vector<verify::Chain>& chains, Wanted wanted) {
    std::vector<bool> reached(chains.size());
    for (std::size_t i = 0; i < chains.size(); ++i) reached[i] = chains[i].base && wanted(*chains[i].base);
    // What a chain says of itself holds for all that it leads to; depth bounds the rounds.
    for (std::size_t round = 0; round <= deepest; ++round)
        for (std::size_t i = 0; i < chains.size(); ++i)
            for (const verify::Rule& rule : chains[i].rules)
                if (const auto to = target(rule); reached[i] && to) reached[*to] = true;
    return reached;
}

}  // namespace

void drop_impossible_jumps(const Scope& scope, std::vector<verify::Chain>& chains) {
    const std::vector<std::size_t> depth = depths(chains);
    for (verify::Chain& chain : chains)
        std::erase_if(chain.rules, [&](const verify::Rule& rule) {
            const auto to = target(rule);
            if (!to || (!chains[*to].base && depth[*to] <= deepest)) return false;
            scope.unclear(rule.at, fmt::format("The kernel refuses this jump from the chain `{}` to `{}`.", chain.name,
                                               chains[*to].name));
            return true;
        });
}

void refuse_misplaced_translation(const Scope& scope, const std::vector<verify::Chain>& chains) {
    const std::vector<bool> wrong = reached_from(chains, [](const verify::Chain::Base& base) {
        return !base.nat || (base.hook != verify::Hook::prerouting && base.hook != verify::Hook::output);
    });
    for (std::size_t i = 0; i < chains.size(); ++i)
        for (const verify::Rule& rule : chains[i].rules)
            if (wrong[i] && std::holds_alternative<verify::Translate>(rule.action))
                scope.unclear(
                    rule.at,
                    fmt::format(
                        "The kernel refuses this translation: the chain `{}` is entered where none can be done.",
                        chains[i].name));
}

void lower_early_states(const Scope& scope, std::vector<verify::Chain>& chains) {
    const auto reached = [&](auto compare) {
        return reached_from(chains, [&](const verify::Chain::Base& base) {
            const bool begins = base.hook == verify::Hook::prerouting || base.hook == verify::Hook::output;
            return compare(begins ? base.priority : connectionTracking + 1, connectionTracking);
        });
    };
    const std::vector<bool> before = reached(std::less()), at = reached(std::equal_to()),
                            behind = reached(std::greater());
    for (std::size_t i = 0; i < chains.size(); ++i)
        for (verify::Rule& rule : chains[i].rules) {
            if (std::ranges::none_of(rule.match, looks_at_state)) continue;
            if (at[i] || (before[i] && behind[i]))
                scope.unclear(rule.at, fmt::format("Whether the chain `{}` knows a packet's state is not known: it "
                                                   "stands before connection tracking or with it.",
                                                   chains[i].name));
            else if (before[i])
                as_invalid(rule);
        }
}

}  // namespace tenantry::local_read

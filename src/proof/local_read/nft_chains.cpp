#include "nft_chains.hpp"

#include <algorithm>
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
    std::vector<bool> wrong(chains.size());
    for (std::uint32_t i = 0; i < chains.size(); ++i) {
        const auto& base = chains[i].base;
        const bool right =
            base && base->nat && (base->hook == verify::Hook::prerouting || base->hook == verify::Hook::output);
        if (base && !right) wrong[i] = true;
    }
    // What a chain says of itself holds for all that it leads to; depth bounds the rounds.
    for (std::size_t round = 0; round <= deepest; ++round)
        for (std::size_t i = 0; i < chains.size(); ++i)
            for (const verify::Rule& rule : chains[i].rules)
                if (const auto to = target(rule); wrong[i] && to) wrong[*to] = true;
    for (std::size_t i = 0; i < chains.size(); ++i)
        for (const verify::Rule& rule : chains[i].rules)
            if (wrong[i] && std::holds_alternative<verify::Translate>(rule.action))
                scope.unclear(
                    rule.at,
                    fmt::format(
                        "The kernel refuses this translation: the chain `{}` is entered where none can be done.",
                        chains[i].name));
}

}  // namespace tenantry::local_read

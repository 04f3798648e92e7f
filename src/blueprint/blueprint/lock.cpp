#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/lock.hpp>

#include "conflict.hpp"
#include "free_space.hpp"
#include "lock_text.hpp"

namespace tenantry::blueprint {
namespace {

// What the order of lines does not show: names and ids that stand twice. Overlaps are neighbours, since it is sorted.
void check_once(const Lock& lock, Diagnostics& diagnostics) {
    std::map<std::string, Span, std::less<>> names;
    std::map<UidRange, Span> ids;
    for (const LockedBlock& block : lock.blocks) {
        if (const auto [other, fresh] = names.emplace(block.name(), block.at); !fresh)
            diagnostics.add(code::lockTwice, block.at, fmt::format("`{}` has two blocks.", block.name()), "",
                            {{other->second, "the first"}});
        if (const auto [other, fresh] = ids.emplace(block.uids, block.at); !fresh)
            diagnostics.add(code::lockTwice, block.at,
                            fmt::format("The ids from {} are given twice.", block.uids.first), "",
                            {{other->second, "the first"}});
    }
}

void read_blocks(const std::vector<LockLine>& lines, Lock& lock, Diagnostics& diagnostics) {
    for (std::size_t i = 2; i < lines.size(); ++i) {
        auto block = parse_block(lines[i]);
        if (!block) {
            diagnostics.add(code::lockSyntax, block.error().at, block.error().what);
            continue;
        }
        if (!lock.blocks.empty()) {
            const LockedBlock& last = lock.blocks.back();
            if (last.block.overlaps(block->block))
                diagnostics.add(code::lockTwice, block->at,
                                fmt::format("{} of `{}` overlaps {} of `{}`.", block->block.str(), block->name(),
                                            last.block.str(), last.name()),
                                "", {{last.at, "the other block"}});
            else if (block->block < last.block)
                diagnostics.add(code::lockSyntax, block->at, "The lines are not sorted by block.");
        }
        lock.blocks.push_back(*std::move(block));
    }
}

void refuse_conflict(const std::vector<LockLine>& lines, Diagnostics& diagnostics) {
    diagnostics.add(code::lockConflict, std::ranges::find_if(lines, is_conflict_marker)->at,
                    "Two branches changed the lock, and git could not put them together.",
                    "run `tenantry lock --resolve`: it keeps every block that is not given twice");
}

// The account with the fewest environments, of equal ones the first.
class Accounts {
  public:
    explicit Accounts(const Lock& lock) {
        for (const LockedBlock& block : lock.blocks)
            if (block.account && !block.retired) ++taken_[*block.account];
    }
    void choose(LockedBlock& block, const std::vector<std::string>& ids) {
        if (block.account || ids.empty()) return;
        block.account = *std::ranges::min_element(ids, {}, [&](const std::string& id) { return taken_[id]; });
        ++taken_[*block.account];
    }

  private:
    std::map<std::string, std::size_t> taken_;
};

void check_fit(const LockedBlock& block, const Wanted& wanted, const model::Network& network,
               Diagnostics& diagnostics) {
    const Span at = block.at.end != 0 ? block.at : wanted.at;
    const auto refuse = [&](std::string why) {
        diagnostics.add(code::blockUnfit, at, fmt::format("{} of `{}` {}.", block.block.str(), block.name(), why),
                        "blocks never move: change `network` so that it fits", {{wanted.at, "the tenant"}});
    };
    if (!network.pool.contains(block.block)) refuse(fmt::format("lies outside the pool {}", network.pool.str()));
    if (block.block.prefix != network.blockPrefix) refuse(fmt::format("is not of the size /{}", network.blockPrefix));
    for (const Cidr avoid : network.avoid)
        if (avoid.overlaps(block.block)) refuse(fmt::format("overlaps {}, which is to be avoided", avoid.str()));
}

}  // namespace

std::optional<Lock> read_lock(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
    const auto lines = lock_lines(sources, id);
    if (!lines) {
        diagnostics.add(code::lockSyntax, lines.error().at, lines.error().what);
        return std::nullopt;
    }
    if (std::ranges::any_of(*lines, is_conflict_marker)) {
        refuse_conflict(*lines, diagnostics);
        return std::nullopt;
    }
    auto lock = parse_heading(*lines, Span{id, 0, 0});
    if (!lock) {
        diagnostics.add(code::lockSyntax, lock.error().at, lock.error().what);
        return std::nullopt;
    }
    Diagnostics found;
    read_blocks(*lines, *lock, found);
    check_once(*lock, found);
    const bool good = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    return *std::move(lock);
}

std::optional<Allocation> allocate(const Lock& lock, std::span<const Wanted> wanted, const model::Network& network,
                                   Diagnostics& diagnostics) {
    std::vector<const Wanted*> sorted;
    for (const Wanted& one : wanted) sorted.push_back(&one);
    std::ranges::sort(sorted, {}, [](const Wanted* w) { return std::tie(w->tenant, w->stage); });

    Allocation result{lock, {}};
    std::map<std::string, std::size_t, std::less<>> known;
    for (std::size_t i = 0; i < lock.blocks.size(); ++i) known.emplace(lock.blocks[i].name(), i);
    FreeSlots slots(lock, network);
    FreeIds ids(lock);
    Accounts accounts(lock);
    Diagnostics found;
    for (const Wanted* one : sorted) {
        const std::string name = one->tenant.str() + "/" + one->stage.str();
        if (const auto there = known.find(name); there != known.end()) {
            LockedBlock& block = result.lock.blocks[there->second];
            if (block.retired && block.generation == lastGeneration) {
                found.add(code::lockSyntax, block.at,
                          fmt::format("`{}` has come back {} times, the most there can be.", name, lastGeneration));
                continue;
            }
            if (block.retired) {
                block.retired = false;
                ++block.generation;
                result.added.push_back(name);
            }
            accounts.choose(block, one->accounts);
            check_fit(block, *one, network, found);
            continue;
        }
        const auto slot = slots.next();
        const auto uids = ids.next();
        if (!uids) {
            found.add(code::poolFull, one->at,
                      fmt::format("No range of host ids is left for `{}`: all {} are given.", name,
                                  (lastUid - firstUid) / uidsPerEnvironment));
            break;
        }
        if (!slot) {
            found.add(code::poolFull, one->at,
                      fmt::format("No block of {} is left for `{}`.", network.pool.str(), name),
                      "make `network.pool` larger");
            break;
        }
        LockedBlock block{*slot, one->tenant, one->stage, {}, layoutVersion, *uids};
        accounts.choose(block, one->accounts);
        result.lock.blocks.push_back(std::move(block));
        result.added.push_back(name);
    }
    std::ranges::sort(result.lock.blocks, {}, &LockedBlock::block);
    const bool good = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    return result;
}

}  // namespace tenantry::blueprint

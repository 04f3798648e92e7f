#include <algorithm>

#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/compile.hpp>

namespace tenantry::compile {
namespace {

using blueprint::LockedBlock;

// What stands in the way of the network: the key to change, else the tenant.
Span place_of(const Compiled& compiled, const LockedBlock& block) {
    const auto origin =
        model::locate(compiled.model, block.tenant.str(), block.stage.str(), ModelPath{"network.avoid"});
    if (origin.at) return *origin.at;
    return compiled.model.platform.tenant(block.tenant.str())->at;
}

std::string help_for(const MachineRange& row, const LockedBlock& block, bool fresh) {
    if (fresh) return fmt::format("add {} to `network.avoid`", row.range.str());
    return fmt::format("{} was given before and never moves: give {} another range, or run the platform elsewhere",
                       block.block.str(), row.owner);
}

void add_conflict(const Compiled& compiled, const MachineRange& row, const std::vector<const LockedBlock*>& blocks,
                  bool fresh, Diagnostics& diagnostics) {
    if (blocks.empty()) return;
    const LockedBlock& first = *blocks.front();
    std::string detail = fmt::format("The block {} of `{}` overlaps {} of {}, which this machine uses itself",
                                     first.block.str(), first.name(), row.range.str(), row.owner);
    if (blocks.size() > 1) detail += fmt::format("; so do {} more", blocks.size() - 1);
    diagnostics.add(code::machineRange, place_of(compiled, first), detail + ".", help_for(row, first, fresh));
}

}  // namespace

Diagnostics machine_conflicts(const Compiled& compiled, const MachineRanges& machine,
                              std::optional<std::span<const std::string>> only) {
    std::vector<const LockedBlock*> blocks;  // sorted and apart, as they stand in the lock
    std::vector<std::string> wanted;
    for (const blueprint::Environment& environment : compiled.blueprint.environments)
        wanted.push_back(environment.name());
    std::ranges::sort(wanted);
    for (const LockedBlock& block : compiled.lock.blocks)
        if (!block.retired && std::ranges::binary_search(wanted, block.name()) &&
            (!only || std::ranges::binary_search(*only, block.name())))
            blocks.push_back(&block);
    std::vector<std::string> provisional = compiled.provisional;
    std::ranges::sort(provisional);
    Diagnostics diagnostics;
    for (const MachineRange& row : machine) {
        auto block = std::ranges::partition_point(
            blocks, [&](const LockedBlock* b) { return b->block.last() < row.range.base; });
        std::vector<const LockedBlock*> fresh, given;
        for (; block != blocks.end() && (*block)->block.overlaps(row.range); ++block)
            (only || std::ranges::binary_search(provisional, (*block)->name()) ? fresh : given).push_back(*block);
        add_conflict(compiled, row, fresh, true, diagnostics);
        add_conflict(compiled, row, given, false, diagnostics);
    }
    return diagnostics;
}

}  // namespace tenantry::compile

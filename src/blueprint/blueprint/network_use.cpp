#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/network_use.hpp>

#include "free_space.hpp"
#include "lock_text.hpp"

namespace tenantry::blueprint {

PoolUse pool_use(const Lock& lock, const model::Network& network) {
    PoolUse use;
    use.blocks = network.pool.size() >> (32 - network.blockPrefix);
    use.avoided = use.blocks;
    FreeSlots all(Lock{}, network);
    while (all.next()) --use.avoided;
    FreeSlots free(lock, network);
    while (const auto slot = free.next()) {
        if (!use.next) use.next = slot;
        ++use.free;
    }
    use.retired = static_cast<std::uint64_t>(std::ranges::count(lock.blocks, true, &LockedBlock::retired));
    use.active = lock.blocks.size() - use.retired;
    use.freeUids = (lastUid - firstUid) / uidsPerEnvironment - lock.blocks.size();
    return use;
}

std::optional<Lock> reclaim(const Lock& lock, std::span<const std::string> environments, SourceId text,
                            Diagnostics& diagnostics) {
    std::set<std::string, std::less<>> retired;
    for (const LockedBlock& block : lock.blocks)
        if (block.retired) retired.insert(block.name());
    bool good = true;
    for (const std::string& name : environments) {
        if (retired.contains(name)) continue;
        good = false;
        if (const auto row = std::ranges::find(lock.blocks, name, &LockedBlock::name); row != lock.blocks.end()) {
            diagnostics.add(code::blockActive, row->at,
                            fmt::format("`{}` is not retired, so {} stays its own.", name, row->block.str()),
                            fmt::format("`tenantry tenant remove {}` retires its environments", row->tenant.str()));
            continue;
        }
        const auto near = did_you_mean(name, retired);
        diagnostics.add(code::notInLock, Span{text, 0, 0}, fmt::format("The lock has no environment `{}`.", name),
                        near ? fmt::format("did you mean `{}`?", *near) : "`tenantry network show` lists what it has");
    }
    if (!good) return std::nullopt;
    Lock left = lock;
    std::erase_if(left.blocks, [&](const LockedBlock& block) {
        return std::ranges::find(environments, block.name()) != environments.end();
    });
    return left;
}

}  // namespace tenantry::blueprint

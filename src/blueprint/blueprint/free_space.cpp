#include "free_space.hpp"

#include <algorithm>
#include <charconv>

#include "lock_text.hpp"

namespace tenantry::blueprint {

FreeSlots::FreeSlots(const Lock& lock, const model::Network& network)
    : network_(network), slot_(network.pool.base.value) {
    std::vector<Cidr> all = network.avoid;
    for (const LockedBlock& block : lock.blocks) all.push_back(block.block);
    std::ranges::sort(all);
    // CIDR ranges nest or are apart; the outer ones, in order, are disjoint.
    for (const Cidr range : all)
        if (taken_.empty() || !taken_.back().contains(range)) taken_.push_back(range);
}

std::optional<Cidr> FreeSlots::next() {
    const std::uint64_t size = std::uint64_t{1} << (32 - network_.blockPrefix);
    while (slot_ + size - 1 <= network_.pool.last().value) {
        const Cidr slot{Ipv4{static_cast<std::uint32_t>(slot_)}, network_.blockPrefix};
        while (at_ < taken_.size() && taken_[at_].last() < slot.base) ++at_;
        const bool inTheWay = at_ < taken_.size() && taken_[at_].overlaps(slot);
        // Past the whole range that is in the way, aligned: a /12 to avoid costs one step.
        const std::uint64_t past = inTheWay ? std::uint64_t{taken_[at_].last().value} + 1 : slot_ + size;
        slot_ = (past + size - 1) / size * size;
        if (!inTheWay) return slot;
    }
    return std::nullopt;
}

namespace {

constexpr std::uint32_t ranges = (lastUid - firstUid) / uidsPerEnvironment;

}  // namespace

FreeIds::FreeIds(const Lock& lock) {
    std::uint64_t id = 0;
    std::from_chars(lock.id.data(), lock.id.data() + lock.id.size(), id, 16);
    next_ = static_cast<std::uint32_t>(id % ranges);
    for (const LockedBlock& block : lock.blocks) taken_.insert(block.uids.first);
}

std::optional<UidRange> FreeIds::next() {
    for (; tried_ < ranges; ++tried_) {
        const UidRange range{firstUid + next_ * uidsPerEnvironment};
        next_ = (next_ + 1) % ranges;
        if (taken_.insert(range.first).second) return range;
    }
    return std::nullopt;
}

}  // namespace tenantry::blueprint

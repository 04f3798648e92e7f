#pragma once

// What a lock has left to give. Private to the room.

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {

/// Slots of the pool in order, without those that are taken or to be avoided.
class FreeSlots {
  public:
    FreeSlots(const Lock& lock, const model::Network& network);
    /// The lowest slot that was not given yet.
    std::optional<Cidr> next();

  private:
    model::Network network_;
    std::uint64_t slot_;
    std::vector<Cidr> taken_;
    std::size_t at_ = 0;
};

/// Ranges of ids, without those that are taken: in order from one that the lock's id chooses, so that two platforms on
/// one machine hardly ever have one in common, and from the first one again behind the last.
class FreeIds {
  public:
    explicit FreeIds(const Lock& lock);
    std::optional<UidRange> next();

  private:
    std::set<std::uint32_t> taken_;
    std::uint32_t next_ = 0;  // how many ranges behind the first one
    std::uint32_t tried_ = 0;
};

}  // namespace tenantry::blueprint

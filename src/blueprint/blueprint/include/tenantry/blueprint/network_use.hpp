#pragma once

// What a lock leaves of the pool, and how a block is given back. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {

/// Blocks of the pool, each of the size that the platform gives.
struct PoolUse {
    std::uint64_t blocks = 0;   ///< in the whole pool
    std::uint64_t avoided = 0;  ///< overlapping a range to avoid
    std::uint64_t active = 0;   ///< blocks of environments, wherever they lie
    std::uint64_t retired = 0;  ///< kept for environments that were removed
    std::uint64_t free = 0;
    std::optional<Cidr> next;    ///< the one that would be given next
    std::uint64_t freeUids = 0;  ///< ranges of host ids that are left
};
PoolUse pool_use(const Lock& lock, const model::Network& network);

/// The lock without the retired environments of these names: their blocks and ids may be given to others from then on.
/// A name that is active, or that the lock does not have, is told, and nothing is returned then.
std::optional<Lock> reclaim(const Lock& lock, std::span<const std::string> environments, SourceId text,
                            Diagnostics& diagnostics);

}  // namespace tenantry::blueprint

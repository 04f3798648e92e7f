#pragma once

// platform.lock: which addresses and ids an environment has, for ever. A pure value here; who writes the file holds a
// lock on it and renames a temporary file.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/blueprint/shape.hpp>

namespace tenantry::blueprint {

struct LockedBlock {
    Cidr block;
    TenantName tenant;
    StageName stage;
    std::optional<std::string> account;  ///< aws: 12 digits, chosen once
    std::uint8_t layout = layoutVersion;
    UidRange uids;
    std::uint32_t generation = 1;  ///< grows when a removed environment comes back
    bool retired = false;          ///< the environment was removed; nobody else gets its block or ids
    Span at;                       ///< its line; empty for one that is not in a file yet

    [[nodiscard]] std::string name() const { return tenant.str() + "/" + stage.str(); }
};

struct Lock {
    std::string platform;
    std::string id;                   ///< 16 hex digits, random, made once
    std::vector<LockedBlock> blocks;  ///< sorted by block
};

inline constexpr std::uint32_t lockVersion = 1;
/// The first id that an environment gets; below lie the ids of the machine and of what subuid(5) gives by default.
inline constexpr std::uint32_t firstUid = 1'048'576;

/// Reads the text of platform.lock. Lines that are wrong, out of order or contradict each other are told; nothing is
/// returned then. 16 MiB and 100,000 lines at most.
std::optional<Lock> read_lock(const Sources& sources, SourceId id, Diagnostics& diagnostics);

/// The file: sorted by block, LF, one line a block.
std::string to_text(const Lock& lock);

/// An environment that wants a block.
struct Wanted {
    TenantName tenant;
    StageName stage;
    Span at;                            ///< what to point at when there is no room
    std::vector<std::string> accounts;  ///< that take its stage, sorted; empty without target aws
};

struct Allocation {
    Lock lock;
    std::vector<std::string> added;  ///< environments that had no block, by name
};

/// Gives each wanted environment without a block the lowest free one, in order of their names; a retired one of the
/// same name comes back with the next generation. One without an account gets that with the fewest environments. What
/// stands in `lock` never moves. Checks that every wanted environment's block fits the network; what does not, and a
/// pool without room, is told, and nothing is returned then.
std::optional<Allocation> allocate(const Lock& lock, std::span<const Wanted> wanted, const model::Network& network,
                                   Diagnostics& diagnostics);

}  // namespace tenantry::blueprint

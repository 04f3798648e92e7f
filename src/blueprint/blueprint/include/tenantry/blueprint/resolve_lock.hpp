#pragma once

// Mending a platform.lock that two branches changed. Pure; docs/decisions/0002-how-a-lock-is-mended.md has the reasons.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {

/// An environment that a target runs, so that its addresses must stay.
struct AppliedBlock {
    std::string environment;    ///< `acme/production`
    std::optional<Cidr> block;  ///< where the target has it; nothing: where the lock has it, if that is one place
};

/// Why of two environments with one block or range of ids the other one keeps it; the first that decides.
enum class Precedence : std::uint8_t { applied, bothSides, active, firstName };
std::string_view to_string(Precedence precedence);
std::optional<Precedence> precedence_from_string(std::string_view text);

/// Something that mending changed; what stands in neither list stayed as it was on both sides or on one.
struct Moved {
    std::string environment;
    Cidr block;  ///< that it had
    UidRange uids;
    std::optional<Cidr> newBlock;  ///< nothing: it was retired and is forgotten
    std::optional<UidRange> newUids;
    std::string keeper;  ///< who keeps what it had
    Precedence because = Precedence::firstName;
};
/// An environment that the sides have at two places, and that keeps one of them.
struct Chosen {
    std::string environment;
    Cidr block;  ///< where it stays
    UidRange uids;
    Cidr left;
    UidRange leftUids;
    auto operator<=>(const Chosen&) const = default;
};

struct Resolution {
    Lock lock;
    std::vector<Moved> moved;    ///< by name
    std::vector<Chosen> chosen;  ///< by name
};

/// Reads a lock with conflict markers of git, or one that contradicts itself, and gives one that does not. Every
/// environment of either side is in it, but for one that a side retired and whose block went to another. The sides are
/// equals: swapped, they give the same lock.
///
/// Of those that claim one block or range of ids, one keeps it: an applied one before others; one that both sides have
/// before one that one side has; an active one before a retired one; then the first by name. Each of the others gets
/// the lowest free block and range of ids, in order of their names. Of one environment's lines that differ, the latest
/// in its life counts: the highest generation, then retired; of two accounts the lower one; of two places the applied
/// one, else the one that both sides have, else the lowest.
///
/// Told, with nothing returned: lines that are no lock, sides with another platform or id, a pool without room, two
/// applied environments with one claim, and an applied one at two places (`AppliedBlock::block` says which).
std::optional<Resolution> resolve_lock(const Sources& sources, SourceId id, std::span<const AppliedBlock> applied,
                                       const model::Network& network, Diagnostics& diagnostics);

}  // namespace tenantry::blueprint

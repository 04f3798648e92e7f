#pragma once

// Sets of packets as a reader knows them: those that a condition surely matches, and those that it may match.

#include <cstddef>
#include <span>
#include <vector>

#include <tenantry/verify/packet.hpp>

namespace tenantry::local_read {

using verify::Cube;
using verify::Field;
using verify::Interval;

/// Outside of both: surely not matched. Cubes may overlap; a packet in both is surely matched.
struct Match {
    std::vector<Cube> sure;
    std::vector<Cube> maybe;

    static Match everything() { return {{Cube{}}, {}}; }
    static Match unknown() { return {{}, {Cube{}}}; }
};

/// What taking one rule set apart may cost, in cubes; `spend` is false once it is used up.
class Budget {
  public:
    explicit Budget(std::size_t cubes) : left_(cubes) {}
    bool spend(std::size_t cubes) {
        exceeded_ = exceeded_ || cubes > left_;
        left_ -= exceeded_ ? left_ : cubes;
        return !exceeded_;
    }
    [[nodiscard]] bool exceeded() const { return exceeded_; }

  private:
    std::size_t left_;
    bool exceeded_ = false;
};

/// Packets that both match. With an exceeded budget these three give what may match at most, roughly.
Match both(const Match& a, const Match& b, Budget& budget);
/// Packets that are not matched.
Match opposite(const Match& match, Budget& budget);
/// Packets that any of them matches.
Match any_of(std::span<const Match> matches, Budget& budget);

/// The same without certainty: what was sure may match.
Match doubted(Match match);

}  // namespace tenantry::local_read

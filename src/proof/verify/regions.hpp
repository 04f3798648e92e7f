#pragma once

// Which files processes see, by where they really are: (file system, path inside of it). A mount shows everything below
// its root, so regions of one file system overlap where one root holds the other.

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "scene.hpp"

namespace tenantry::verify {

/// The first mount of an environment's that shows a region; of those that can write it, where any can.
struct Use {
    Owner owner;
    const Process* process = nullptr;
    const Mount* mount = nullptr;
};

class Regions {
  public:
    /// Mounts of memory that a text wants are nowhere yet and left out.
    explicit Regions(const Facts& facts);

    using Place = std::pair<std::string_view, std::string_view>;  ///< file system, root
    [[nodiscard]] const std::map<Place, std::vector<Use>>& all() const { return uses_; }

    /// The first use by another owner of this region or of one that holds it; null where nobody has.
    [[nodiscard]] const Use* around(Place place, Owner but) const;

  private:
    std::map<Place, std::vector<Use>> uses_;  ///< one use an owner
};

}  // namespace tenantry::verify

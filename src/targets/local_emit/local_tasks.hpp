#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/blueprint/place.hpp>

#include "template.hpp"

namespace tenantry::local_emit {

struct LocalTask {
    blueprint::PlacedTask placed;
    std::string interface;    ///< its link's name in the router's namespace
    std::uint32_t index = 0;  ///< from 0 in its service
};

/// The tasks of one environment, in the order of their placement.
class LocalTasks {
  public:
    LocalTasks(const blueprint::Blueprint& blueprint, const blueprint::Environment& environment);

    [[nodiscard]] std::span<const LocalTask> all() const { return tasks_; }
    [[nodiscard]] std::span<const LocalTask> of(const blueprint::End& end, Which which = Which::all) const;

  private:
    std::vector<LocalTask> tasks_;  // those of one service stand together, those that rest at first behind the others
};

}  // namespace tenantry::local_emit

#pragma once

// How placements go on, told until they are where they were asked to go.

#include <tenantry/client/client.hpp>

#include "command.hpp"

namespace tenantry::apps {

/// Shows how they come up, and what they are in the end.
Result<world::Status> follow_up(const Options& options, client::Client& daemon,
                                const std::vector<world::Placement>& placements, view::Style style);

}  // namespace tenantry::apps

#pragma once

#include <optional>
#include <string>

#include <tenantry/blueprint/state.hpp>

#include "command.hpp"

namespace tenantry::apps {

/// What a plan is made against. Who asks a running target for its state puts it here instead.
struct Applied {
    blueprint::State state;
    std::string text;   ///< the bytes that it is kept as; empty: nothing is known to be applied
    std::string where;  ///< for people; empty: nothing is known to be applied
};

/// The state that `emit` left in the folder `against`; without one in a folder of the platform's own folder, and
/// nothing applied where there is none. An error where there are several, or `against` has none; nothing, and a
/// diagnostic of the session, where it cannot be read.
Result<std::optional<Applied>> find_applied(Session& session, const std::string& against);

}  // namespace tenantry::apps

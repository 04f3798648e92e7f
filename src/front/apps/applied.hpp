#pragma once

#include <optional>
#include <string>

#include <tenantry/blueprint/state.hpp>
#include <tenantry/client/client.hpp>

#include "command.hpp"

namespace tenantry::apps {

/// What a plan is made against. Who asks a running target for its state puts it here instead.
struct Applied {
    blueprint::State state;
    std::string text;   ///< the bytes that it is kept as; empty: nothing is known to be applied
    std::string where;  ///< the folder, or `thisMachine`; empty: nothing is known to be applied
};

inline constexpr std::string_view thisMachine = "this machine";

/// The state that `emit` left in the folder `against`. Without `against`: what runs on this machine, where the daemon
/// at `socket` has something of the platform; else what `emit` left in a folder of the platform's own folder; nothing
/// applied where there is none. An error where there are several, or `against` has none; nothing, and a diagnostic of
/// the session, where it cannot be read.
Result<std::optional<Applied>> find_applied(Session& session, const std::string& against, const std::string& socket);
/// The same of what runs alone; nothing applied where nothing does.
Result<std::optional<Applied>> find_running(Session& session, client::Client& daemon);

}  // namespace tenantry::apps

#pragma once

// What the daemon keeps of a platform's secrets, for those who list it or miss some.

#include <tenantry/client/client.hpp>
#include <tenantry/view/secrets.hpp>

#include "command.hpp"

namespace tenantry::apps {

Result<view::KeptSecrets> kept_secrets(client::Client& daemon, const std::string& platform);

/// An error for each given secret of these environments (nothing: all) that the daemon has no value of.
Result<Diagnostics> missing_secrets(Session& session, client::Client& daemon,
                                    std::optional<std::span<const std::string>> only = {});

}  // namespace tenantry::apps

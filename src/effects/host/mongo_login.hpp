#pragma once

#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/world/placement.hpp>
#include <tenantry/world/store_spec.hpp>

#include "exchange.hpp"

namespace tenantry::host {

struct MongoLogin {
    std::string user;
    Secret password;
    std::string certificate;  ///< PEM of the only one that the store may show
};

/// Asks a store of MongoDB's language as one of its users, from inside its task's network namespace and over TLS as its
/// clients do. Success: it took the password, and what is behind it answered to it.
Result<void> ask_as_user(const world::Placement& placement, const world::StoreSpec& store, const MongoLogin& login,
                         const Deadline& deadline);

}  // namespace tenantry::host

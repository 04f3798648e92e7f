#pragma once

// Which secrets the environments of a platform have, and who reads them. Values are the machine's business.

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <tenantry/compile/compile.hpp>

namespace tenantry::compile {

struct SecretUse {
    enum class Kind : std::uint8_t {
        made,
        given,
        password  ///< of a store's user
    };
    std::string name;  ///< as a machine keeps it: `jwt_key`, `store.books.api`
    Kind kind = Kind::made;
    std::optional<model::Duration> rotate;  ///< how old it may become
    bool asVariable = false;
    std::vector<std::string> readers;  ///< services, jobs, access entries; sorted
};

/// Those of one environment that somebody reads: the file's secrets by name, then the passwords by store and user.
std::vector<SecretUse> secret_uses(const blueprint::Shape& shape);

/// Names of given secrets that have a value, by environment.
using GivenSecrets = std::map<std::string, std::set<std::string>, std::less<>>;

/// An error for each given secret that one of these environments (nothing: all) reads and that has no value, with the
/// command that gives it one.
Diagnostics missing_secrets(const Compiled& compiled, const GivenSecrets& given,
                            std::optional<std::span<const std::string>> only = {});

}  // namespace tenantry::compile

#pragma once

// Secrets that a task finds in a variable too (`as: env`).

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>

namespace tenantry::host {

/// The annotation `tenantry.variables` of its config.json,
/// `JWT_KEY=jwt_key BOOKS_URL=books.url`, names variables and files of its folder /run/secrets.
struct SecretVariable {
    std::string name;
    std::filesystem::path file;  ///< on the machine
};
Result<std::vector<SecretVariable>> secret_variables(std::string_view emitted);
/// What they hold, for a config.json that crun gets in this folder: an error where that is no tmpfs, as a disk never
/// sees a value, and for what cannot stand in a variable.
Result<std::vector<std::pair<std::string, Secret>>> values_of(const std::vector<SecretVariable>& variables,
                                                              const std::filesystem::path& folder);
/// A config.json without these variables.
Result<std::string> without_variables(std::string_view config, const std::vector<SecretVariable>& variables);

}  // namespace tenantry::host

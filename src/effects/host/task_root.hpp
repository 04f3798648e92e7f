#pragma once

#include <filesystem>

#include <tenantry/base/error.hpp>

#include "runtime_config.hpp"

namespace tenantry::host {

/// Makes a task's root anew: a mount point for every mount of its configuration (a file where a file is mounted), the
/// links of a merged /usr (`bin -> usr/bin`), /etc with the task as the only user beside root. Files of /etc that are
/// the environment's are links to those in `shared`/etc, on the same file system.
Result<void> make_task_root(const std::filesystem::path& root, const std::filesystem::path& shared,
                            const RuntimeConfig& config);

}  // namespace tenantry::host

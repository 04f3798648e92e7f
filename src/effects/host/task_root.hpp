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

/// The same of an image's root: the image's `files`, seen through `top`, in which are the mount points, the folder
/// where the process begins, and of /etc its users and where names are looked up. All mount points are real folders and
/// files of `top`: no link of the image leads to another place. A view of its own, read-only, nosuid, nodev.
Result<void> make_image_root(const std::filesystem::path& root, const std::filesystem::path& top,
                             const std::filesystem::path& shared, const std::filesystem::path& files,
                             const RuntimeConfig& config);
/// Takes a root away, of either kind.
Result<void> remove_task_root(const std::filesystem::path& root, const std::filesystem::path& top);

}  // namespace tenantry::host

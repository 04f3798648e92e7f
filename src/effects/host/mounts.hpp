#pragma once

// Mounts of ours, in the mount namespace of the calling thread.

#include <filesystem>
#include <span>
#include <string>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// A read-only, nosuid, nodev view of a folder with inodes of its own: what one environment locks or watches through
/// it, no other one sees. Fine where `point` is a mount already; else the folder is made. `programs`: files may be run.
Result<void> mount_view(const std::filesystem::path& lower, const std::filesystem::path& point, bool programs);
/// Takes away every mount on this folder. Fine where there is none.
Result<void> unmount(const std::filesystem::path& point);
/// A private memory file system.
Result<void> mount_memory(const std::filesystem::path& point, const std::string& options);
bool is_mount(const std::filesystem::path& path);

}  // namespace tenantry::host

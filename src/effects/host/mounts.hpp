#pragma once

// Mounts of ours, in the mount namespace of the calling thread.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

/// A read-only, nosuid, nodev view of a folder with inodes of its own: what one environment locks or watches through
/// it, no other one sees. Fine where `point` is a mount already; else the folder is made. `programs`: files may be run.
Result<void> mount_view(const std::filesystem::path& lower, const std::filesystem::path& point, bool programs);
/// Files of the user and group `from` are seen as those of `to`; so are those of the `count` ids from there on.
struct OwnerMapping {
    std::uint32_t from = 0, to = 0, count = 1;
};
/// A user namespace of these ids, without a process; it lives by the descriptor.
Result<Descriptor> user_namespace(const OwnerMapping& owner);
/// A folder with a state of its own over another one that stays as it is.
struct WritableView {
    std::filesystem::path lower;
    OwnerMapping owner;  ///< of what lies in `lower`, all of it
    /// Folders of one file system beside each other: what was changed, and what the kernel works with. Both are one
    /// view's alone.
    std::filesystem::path upper, work;
};
/// Mounts it, nosuid, nodev, noexec, private, where nothing is mounted yet. An error also where the kernel or the file
/// systems cannot do it.
Result<void> mount_writable(const WritableView& view, const std::filesystem::path& point);
/// A folder at another place, nosuid, nodev, noexec, private. Fine where `point` is a mount already.
Result<void> mount_folder(const std::filesystem::path& folder, const std::filesystem::path& point);
/// A read-only, nosuid, nodev view of `top` over `lower`, private: what both have is `top`'s.
Result<void> mount_over(const std::filesystem::path& top, const std::filesystem::path& lower,
                        const std::filesystem::path& point);
/// The root of a process' mounts keeps programs from getting rights and devices from being opened: nosuid, nodev,
/// read-only. crun makes it anew without.
Result<void> close_root(int pid);
/// Takes away every mount on this folder. Fine where there is none.
Result<void> unmount(const std::filesystem::path& point);
/// A private memory file system.
Result<void> mount_memory(const std::filesystem::path& point, const std::string& options);
bool is_mount(const std::filesystem::path& path);

}  // namespace tenantry::host

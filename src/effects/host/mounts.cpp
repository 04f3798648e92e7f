#include "mounts.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "files.hpp"

namespace tenantry::host {
namespace {

// statx(2) tells of a path whether it is the root of a mount.
bool root_of_mount(const std::filesystem::path& path) {
    struct statx status{};
    return statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &status) == 0 &&
           (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace

bool is_mount(const std::filesystem::path& path) { return root_of_mount(path); }

Result<void> mount_view(const std::filesystem::path& lower, const std::filesystem::path& point, bool programs) {
    if (root_of_mount(point)) return {};
    // An overlay without an upper folder has two lower ones at least; the second one is an empty folder beside.
    const std::filesystem::path empty = point.parent_path() / ("." + point.filename().string() + ".empty");
    TRY_VOID(make_folder(empty));
    TRY_VOID(make_folder(point));
    const std::string options = "lowerdir=" + lower.string() + ":" + empty.string();
    const unsigned long flags =
        MS_RDONLY | MS_NOSUID | MS_NODEV | (programs ? 0UL : static_cast<unsigned long>(MS_NOEXEC));
    if (mount("overlay", point.c_str(), "overlay", flags, options.c_str()) != 0)
        return fail("mounting an overlay of {} at {}: {}", lower.string(), point.string(), reason(errno));
    if (mount(nullptr, point.c_str(), nullptr, MS_PRIVATE, nullptr) != 0)
        return fail("making the mount {} private: {}", point.string(), reason(errno));
    return {};
}

Result<void> unmount(const std::filesystem::path& point) {
    while (root_of_mount(point))
        if (umount2(point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
            return fail("unmounting {}: {}", point.string(), reason(errno));
    return {};
}

Result<void> mount_memory(const std::filesystem::path& point, const std::string& options) {
    if (mount("tmpfs", point.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) != 0)
        return fail("mounting memory at {}: {}", point.string(), reason(errno));
    return {};
}

}  // namespace tenantry::host

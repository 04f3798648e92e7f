#include "net_pins.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenantry::host {
namespace {

constexpr const char* own = "/proc/thread-self/ns/net";
// How many mounts may lie upon each other at one path before something is badly wrong.
constexpr int mostMounts = 64;
constexpr int mostRaces = 100;

std::string reason(int error) { return std::generic_category().message(error); }

// statx(2): whether a mount has its root there. Nothing is mounted where nothing is.
bool is_mount(const std::string& path) {
    struct statx found{};
    return statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &found) == 0 &&
           (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Result<void> unmount(const std::string& path) {
    for (int i = 0; i < mostMounts && is_mount(path); ++i)
        // Detached: the mount goes now, and what it holds when the last process has left it.
        if (umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
            return fail("unmounting {}: {}", path, reason(errno));
    return {};
}

Result<OpenNamespace> open_namespace(const std::string& path) {
    OpenNamespace space{Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)), {}};
    if (space.file.number() < 0) return fail("opening {}: {}", path, reason(errno));
    struct stat status{};
    if (fstat(space.file.number(), &status) != 0) return fail("looking at {}: {}", path, reason(errno));
    space.id = {status.st_dev, status.st_ino};
    return space;
}

}  // namespace

Result<OpenNamespace> current_namespace() {
    // The one symbolic link on the way is the kernel's own.
    OpenNamespace space{Descriptor(open(own, O_RDONLY | O_CLOEXEC)), {}};
    struct stat status{};
    if (space.file.number() < 0 || fstat(space.file.number(), &status) != 0)
        return fail("opening {}: {}", own, reason(errno));
    space.id = {status.st_dev, status.st_ino};
    return space;
}

Result<void> make_pin_folder(const std::string& folder) {
    std::error_code error;
    // Another environment may take away a folder above, empty, before this one is in it.
    for (int i = 0; i < mostRaces; ++i) {
        std::filesystem::create_directories(folder, error);
        if (error != std::errc::no_such_file_or_directory) break;
    }
    if (error) return fail("making the folder {}: {}", folder, error.message());
    if (!is_mount(folder) &&
        mount("tenantry-net", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=4k") != 0)
        return fail("mounting a tmpfs at {}: {}", folder, reason(errno));
    // Each time: a process that was killed may have got no further than the mount.
    if (mount(nullptr, folder.c_str(), nullptr, MS_PRIVATE, nullptr) != 0)
        return fail("making the mount {} private: {}", folder, reason(errno));
    return {};
}

Result<void> remove_pin_folder(const std::string& folder) {
    TRY_VOID(unmount(folder));
    for (const std::string& name : TRY(list_pins(folder))) TRY_VOID(remove_pin(pin_path(folder, name)));
    std::string path = folder;
    for (int level = 0; level < 3; ++level) {
        // The folders above are shared with other environments.
        if (rmdir(path.c_str()) != 0 && errno != ENOENT) {
            if (level > 0 && (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY)) return {};
            return fail("removing the folder {}: {}", path, reason(errno));
        }
        path.resize(path.rfind('/'));
    }
    return {};
}

std::string pin_path(const std::string& folder, std::string_view name) { return fmt::format("{}/{}", folder, name); }

Result<std::vector<std::string>> list_pins(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error))
        names.push_back(entries->path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
        return fail("listing the folder {}: {}", folder, error.message());
    std::ranges::sort(names);
    return names;
}

Result<std::optional<OpenNamespace>> open_pin(const std::string& path) {
    if (!is_mount(path)) return std::nullopt;
    OpenNamespace space = TRY(open_namespace(path));
    // ioctl_ns(2): refused with ENOTTY where the file is no namespace.
    if (ioctl(space.file.number(), NS_GET_NSTYPE) != CLONE_NEWNET) return std::nullopt;
    return space;
}

Result<OpenNamespace> make_pin(const std::string& path) {
    TRY_VOID(remove_pin(path));
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444));
    if (file.number() < 0) return fail("making the file {}: {}", path, reason(errno));
    if (unshare(CLONE_NEWNET) != 0) return fail("making a network namespace: {}", reason(errno));
    if (mount(own, path.c_str(), nullptr, MS_BIND, nullptr) != 0)
        return fail("pinning a network namespace at {}: {}", path, reason(errno));
    return open_namespace(path);
}

Result<void> remove_pin(const std::string& path) {
    TRY_VOID(unmount(path));
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) return fail("removing {}: {}", path, error.message());
    return {};
}

Result<void> enter(const OpenNamespace& space) {
    if (setns(space.file.number(), CLONE_NEWNET) != 0) return fail("entering a network namespace: {}", reason(errno));
    return {};
}

}  // namespace tenantry::host

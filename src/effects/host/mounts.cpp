#include "mounts.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

// statx(2) tells of a path whether it is the root of a mount.
bool root_of_mount(const std::filesystem::path& path) {
    struct statx status{};
    return statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &status) == 0 &&
           (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// A colon divides layers (the kernel's filesystems/overlayfs.rst), and a comma options; names of images have the first.
std::string layer(const std::filesystem::path& folder) {
    std::string escaped;
    for (const char c : folder.string()) {
        if (c == ':' || c == '\\' || c == ',') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

constexpr unsigned long dataFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

Result<void> make_private(const std::filesystem::path& point) {
    if (mount(nullptr, point.c_str(), nullptr, MS_PRIVATE, nullptr) != 0)
        return fail("making the mount {} private: {}", point.string(), reason(errno));
    return {};
}

int end_at_once(void* /*nothing*/) { return 0; }

Result<void> mount_mapped(const std::filesystem::path& folder, const OwnerMapping& owner,
                          const std::filesystem::path& point) {
    const Descriptor tree(open_tree(AT_FDCWD, folder.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    if (tree.number() < 0) return fail("opening {}: {}", folder.string(), reason(errno));
    const Descriptor ids = TRY(user_namespace(owner));
    mount_attr attributes{};
    attributes.attr_set =
        MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    attributes.propagation = MS_PRIVATE;
    attributes.userns_fd = static_cast<decltype(attributes.userns_fd)>(ids.number());
    if (mount_setattr(tree.number(), "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) != 0)
        return fail("mapping the owner of {}: {}", folder.string(), reason(errno));
    if (move_mount(tree.number(), "", AT_FDCWD, point.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return fail("mounting {} at {}: {}", folder.string(), point.string(), reason(errno));
    return {};
}

}  // namespace

// Mappings of ids are made of a user namespace, which lives by its descriptor alone: its one process ends at once, and
// is looked at before it is reaped. So there is none that could stay.
Result<Descriptor> user_namespace(const OwnerMapping& owner) {
    std::array<std::byte, 4096> stack{};
    const int pid =
        clone(end_at_once, stack.data() + stack.size(), CLONE_NEWUSER | CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr);
    if (pid < 0) return fail("making a user namespace: {}", reason(errno));
    const auto open_namespace = [&]() -> Result<Descriptor> {
        const std::string process = "/proc/" + std::to_string(pid),
                          map = fmt::format("{} {} {}\n", owner.from, owner.to, owner.count);
        for (const char* name : {"/uid_map", "/gid_map"}) {
            const Descriptor file(open((process + name).c_str(), O_WRONLY | O_CLOEXEC));
            if (file.number() < 0 || write(file.number(), map.data(), map.size()) != static_cast<ssize_t>(map.size()))
                return fail("mapping ids: {}", reason(errno));
        }
        Descriptor opened(open((process + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC));
        if (opened.number() < 0) return fail("opening a user namespace: {}", reason(errno));
        return opened;
    };
    auto opened = open_namespace();
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
    return opened;
}

bool is_mount(const std::filesystem::path& path) { return root_of_mount(path); }

Result<void> mount_view(const std::filesystem::path& lower, const std::filesystem::path& point, bool programs) {
    if (root_of_mount(point)) return {};
    // An overlay without an upper folder has two lower ones at least; the second one is an empty folder beside.
    const std::filesystem::path empty = point.parent_path() / ("." + point.filename().string() + ".empty");
    TRY_VOID(make_folder(empty));
    TRY_VOID(make_folder(point));
    const std::string options = "lowerdir=" + layer(lower) + ":" + layer(empty);
    const unsigned long flags =
        MS_RDONLY | MS_NOSUID | MS_NODEV | (programs ? 0UL : static_cast<unsigned long>(MS_NOEXEC));
    if (mount("overlay", point.c_str(), "overlay", flags, options.c_str()) != 0)
        return fail("mounting an overlay of {} at {}: {}", lower.string(), point.string(), reason(errno));
    return make_private(point);
}

Result<void> mount_over(const std::filesystem::path& top, const std::filesystem::path& lower,
                        const std::filesystem::path& point) {
    TRY_VOID(make_folder(point));
    const std::string options = fmt::format("lowerdir={}:{}", layer(top), layer(lower));
    if (mount("overlay", point.c_str(), "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options.c_str()) != 0)
        return fail("mounting {} over {}: {}", top.string(), lower.string(), reason(errno));
    return make_private(point);
}

Result<void> close_root(int pid) {
    const std::string path = fmt::format("/proc/{}/ns/mnt", pid);
    const Descriptor mounts(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    int error = mounts.number() < 0 ? errno : 0;
    // Mounts are a thread's; this one ends in those of the process.
    std::thread([&] {
        constexpr unsigned long closed = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
        if (error == 0 && (unshare(CLONE_FS) != 0 || setns(mounts.number(), CLONE_NEWNS) != 0 ||
                           mount(nullptr, "/", nullptr, closed, nullptr) != 0))
            error = errno;
    }).join();
    if (error != 0) return fail("closing the root of process {}: {}", pid, reason(error));
    return {};
}

Result<void> mount_writable(const WritableView& view, const std::filesystem::path& point) {
    if (root_of_mount(point)) return {};
    TRY_VOID(make_folder(point));
    // The overlay holds on to its lower mount, which is needed at a place only until then.
    const std::filesystem::path lower = point.parent_path() / ("." + point.filename().string() + ".lower");
    TRY_VOID(unmount(lower));
    TRY_VOID(make_folder(lower, 0700));
    TRY_VOID(mount_mapped(view.lower, view.owner, lower));
    // What is not said here has another default from kernel to kernel.
    const std::string options =
        fmt::format("lowerdir={},upperdir={},workdir={},redirect_dir=off,metacopy=off,index=off", lower.string(),
                    view.upper.string(), view.work.string());
    const bool mounted = mount("overlay", point.c_str(), "overlay", dataFlags, options.c_str()) == 0;
    const int error = errno;
    TRY_VOID(unmount(lower));
    rmdir(lower.c_str());
    if (!mounted)
        return fail("mounting an overlay of {} at {}: {}", view.lower.string(), point.string(), reason(error));
    return make_private(point);
}

Result<void> mount_folder(const std::filesystem::path& folder, const std::filesystem::path& point) {
    if (root_of_mount(point)) return {};
    TRY_VOID(make_folder(point));
    const Descriptor tree(open_tree(AT_FDCWD, folder.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    if (tree.number() < 0) return fail("opening {}: {}", folder.string(), reason(errno));
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    attributes.propagation = MS_PRIVATE;
    if (mount_setattr(tree.number(), "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) != 0 ||
        move_mount(tree.number(), "", AT_FDCWD, point.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return fail("mounting {} at {}: {}", folder.string(), point.string(), reason(errno));
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

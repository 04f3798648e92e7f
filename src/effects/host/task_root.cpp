#include "task_root.hpp"

#include <array>
#include <system_error>

#include <fmt/format.h>

#include "files.hpp"
#include "image_program.hpp"
#include "mounts.hpp"

namespace tenantry::host {
namespace {

constexpr std::array mergedFolders{"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

Result<void> link_usr(const std::filesystem::path& root) {
    for (const char* name : mergedFolders) {
        std::error_code error;
        if (!std::filesystem::is_symlink(std::filesystem::path("/") / name, error)) continue;
        std::filesystem::create_symlink(std::string("usr/") + name, root / name, error);
        if (error) return fail("making the link {}: {}", (root / name).string(), error.message());
    }
    return {};
}

Result<void> link_etc(const std::filesystem::path& from, const std::filesystem::path& to) {
    TRY_VOID(make_folder(to));
    std::error_code error;
    std::filesystem::copy(
        from, to, std::filesystem::copy_options::recursive | std::filesystem::copy_options::create_hard_links, error);
    if (error) return fail("linking the files of {} to {}: {}", from.string(), to.string(), error.message());
    return {};
}

Result<void> write_users(const std::filesystem::path& etc, std::uint32_t uid) {
    const std::string users =
        fmt::format("root:x:0:0:root:/:/usr/sbin/nologin\ntask:x:{0}:{0}:task:/:/usr/sbin/nologin\n", uid);
    TRY_VOID(write_whole(etc / "passwd", users, 0444));
    return write_whole(etc / "group", fmt::format("root:x:0:\ntask:x:{}:\n", uid), 0444);
}

Result<void> make_mount_point(const std::filesystem::path& root, const RuntimeConfig::Mount& mount) {
    const std::filesystem::path destination(mount.destination);
    if (!destination.is_absolute() || destination != destination.lexically_normal())
        return fail("{} is no place for a mount", mount.destination);
    const std::filesystem::path point = root / destination.relative_path();
    std::error_code error;
    const bool folder = mount.source.empty() || std::filesystem::is_directory(mount.source, error);
    if (folder) return make_folder(point);
    TRY_VOID(make_folder(point.parent_path()));
    return write_whole(point, "", 0444);
}

Result<void> make_mount_points(const std::filesystem::path& root, const RuntimeConfig& config) {
    for (const RuntimeConfig::Mount& mount : config.mounts) TRY_VOID(make_mount_point(root, mount));
    return {};
}

}  // namespace

Result<void> make_task_root(const std::filesystem::path& root, const std::filesystem::path& shared,
                            const RuntimeConfig& config) {
    TRY_VOID(remove_tree(root));
    TRY_VOID(make_folder(root));
    TRY_VOID(link_usr(root));
    TRY_VOID(link_etc(shared / "etc", root / "etc"));
    TRY_VOID(write_users(root / "etc", config.uid));
    return make_mount_points(root, config);
}

Result<void> make_image_root(const std::filesystem::path& root, const std::filesystem::path& top,
                             const std::filesystem::path& shared, const std::filesystem::path& files,
                             const RuntimeConfig& config) {
    TRY_VOID(remove_task_root(root, top));
    TRY_VOID(make_folder(top / "etc"));
    TRY_VOID(write_users(top / "etc", config.uid));
    const std::string names = TRY(read_small(shared / "etc/nsswitch.conf"));
    TRY_VOID(write_whole(top / "etc/nsswitch.conf", names, 0444));
    TRY_VOID(make_mount_points(top, config));
    if (!has_folder(files, config.folder)) TRY_VOID(make_folder(top / config.folder.substr(1)));
    return mount_over(top, files, root);
}

Result<void> remove_task_root(const std::filesystem::path& root, const std::filesystem::path& top) {
    TRY_VOID(unmount(root));
    TRY_VOID(remove_tree(root));
    return remove_tree(top);
}

}  // namespace tenantry::host

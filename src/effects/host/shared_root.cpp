#include "shared_root.hpp"

#include <array>
#include <system_error>

#include "files.hpp"
#include "mounts.hpp"

namespace tenantry::host {
namespace {

constexpr const char* certificates = "/etc/ssl/certs";

// Where a task finds libraries, and nginx the types of files.
constexpr std::array copied{"ld.so.cache", "nginx/mime.types"};
// Names come from the task's own hosts file; there is no resolver.
constexpr const char* nsswitch = "passwd: files\ngroup: files\nhosts: files\n";

Result<void> ensure_etc(const std::filesystem::path& folder) {
    TRY_VOID(make_folder(folder));
    TRY_VOID(write_whole(folder / "nsswitch.conf", nsswitch, 0444));
    for (const char* name : copied) {
        const std::filesystem::path from = std::filesystem::path("/etc") / name, to = folder / name;
        std::error_code error;
        if (!std::filesystem::exists(from, error) || std::filesystem::exists(to, error)) continue;
        TRY_VOID(make_folder(to.parent_path()));
        const std::string bytes = TRY(read_small(from));
        TRY_VOID(write_whole(to, bytes, 0444));
    }
    return {};
}

}  // namespace

Result<void> ensure_shared_root(const std::filesystem::path& folder) {
    TRY_VOID(mount_view("/usr", folder / "usr", true));
    std::error_code error;
    if (std::filesystem::is_directory(certificates, error)) TRY_VOID(mount_view(certificates, folder / "certs", false));
    // Made once: tasks that run have this inode.
    if (!std::filesystem::exists(folder / emptyFile, error)) TRY_VOID(write_whole(folder / emptyFile, "", 0444));
    return ensure_etc(folder / "etc");
}

Result<void> remove_shared_root(const std::filesystem::path& folder) {
    TRY_VOID(unmount(folder / "usr"));
    TRY_VOID(unmount(folder / "certs"));
    return remove_tree(folder);
}

}  // namespace tenantry::host

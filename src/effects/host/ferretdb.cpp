#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/ferretdb.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

using std::filesystem::path;

constexpr const char* programName = "ferretdb";
// Its folder below the builder's cache: version, and digest of all that it is built from.
constexpr const char* build = TENANTRY_FERRETDB;

std::vector<path> places() {
    std::vector<path> found;
    std::error_code error;
    if (const path own = std::filesystem::read_symlink("/proc/self/exe", error); !error)
        found.push_back(own.parent_path() / programName);
    const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
    if (cache != nullptr && path(cache).is_absolute())
        found.push_back(path(cache) / build / programName);
    else if (home != nullptr && path(home).is_absolute())
        found.push_back(path(home) / ".cache" / build / programName);
    return found;
}

// Of a file that was read: it is not read again while this is the same.
struct Known {
    path program;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};
    std::string digest;
    [[nodiscard]] bool is(const path& other, const struct stat& status) const {
        return program == other && inode == status.st_ino && size == status.st_size &&
               changed.tv_sec == status.st_ctim.tv_sec && changed.tv_nsec == status.st_ctim.tv_nsec;
    }
};

Result<std::string> store(const path& program, const ImageStore& images) {
    const Workspace folder = TRY(Workspace::open(program.parent_path().string()));
    return images.store(TRY(read_image(folder, programName, programName)));
}

}  // namespace

Result<path> find_ferretdb() {
    std::string looked;
    for (const path& place : places()) {
        if (access(place.c_str(), X_OK) == 0) return place;
        looked += fmt::format("{}{}", looked.empty() ? "" : ", and not at ", place.string());
    }
    return fail("there is no FerretDB: it is not at {}", looked);
}

Result<std::string> store_ferretdb(const ImageStore& images) {
    static std::mutex one;
    static Known known;
    const std::lock_guard lock(one);
    const path program = TRY(find_ferretdb());
    struct stat status{};
    if (stat(program.c_str(), &status) != 0) return fail("{}: {}", program.string(), reason(errno));
    if (known.is(program, status) && images.folder_of(known.digest)) return known.digest;
    std::string digest = TRY(wrap(store(program, images), "storing {}", program.string()));
    known = {program, status.st_ino, status.st_size, status.st_ctim, digest};
    return digest;
}

}  // namespace tenantry::host

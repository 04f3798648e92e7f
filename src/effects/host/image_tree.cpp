#include "image_tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

// Folders in each other; each is one open file while its files are looked at.
constexpr int mostDepth = 128;

/// Something beneath the folder that is walked.
struct Found {
    int parent = -1;   ///< its folder
    std::string name;  ///< in that
    std::string path;  ///< beneath the top
    struct stat status{};
};
using Visit = std::function<Result<void>(const Found&)>;

Descriptor open_in(int folder, const std::string& name, int flags) {
    return Descriptor(openat(folder, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
}

Result<std::vector<std::string>> names_in(int folder, const std::string& path) {
    Descriptor copy = open_in(folder, ".", O_RDONLY | O_DIRECTORY);
    const std::unique_ptr<DIR, int (*)(DIR*)> list(fdopendir(copy.number()), closedir);
    if (!list) return fail("reading {}: {}", path, reason(errno));
    copy.release();
    std::vector<std::string> names;
    while (const dirent* one = readdir(list.get()))
        if (const std::string_view name = one->d_name; name != "." && name != "..") names.emplace_back(name);
    return names;
}

// What lies in a folder before the folder itself; nothing is followed.
Result<void> walk(const Descriptor& folder, const std::string& path, int depth, const Visit& visit) {
    if (depth > mostDepth) return fail("{} lies in more than {} folders", path, mostDepth);
    for (std::string& name : TRY(names_in(folder.number(), path))) {
        const std::string below = path.empty() ? name : fmt::format("{}/{}", path, name);
        Found found{.parent = folder.number(), .name = std::move(name), .path = below};
        if (fstatat(found.parent, found.name.c_str(), &found.status, AT_SYMLINK_NOFOLLOW) != 0)
            return fail("looking at {}: {}", below, reason(errno));
        if (S_ISDIR(found.status.st_mode)) {
            const Descriptor inner = open_in(found.parent, found.name, O_RDONLY | O_DIRECTORY);
            if (inner.number() < 0) return fail("opening {}: {}", below, reason(errno));
            TRY_VOID(walk(inner, below, depth + 1, visit));
        }
        TRY_VOID(visit(found));
    }
    return {};
}

Result<void> walk(const std::filesystem::path& top, const Visit& visit) {
    const Descriptor folder = open_in(AT_FDCWD, top.string(), O_RDONLY | O_DIRECTORY);
    if (folder.number() < 0) return fail("opening {}: {}", top.string(), reason(errno));
    return walk(folder, "", 0, visit);
}

std::string_view kind_of(mode_t mode) {
    if (S_ISBLK(mode) || S_ISCHR(mode)) return "a device";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISSOCK(mode)) return "a socket";
    return {};
}

// Names end in a zero byte each.
template <class List, class Remove>
Result<void> remove_attributes(const std::string& path, const List& list, const Remove& remove) {
    std::array<char, 64 << 10> names{};  // XATTR_LIST_MAX
    const ssize_t size = list(names.data(), names.size());
    if (size < 0 && errno == ENOTSUP) return {};
    if (size < 0) return fail("reading the attributes of {}: {}", path, reason(errno));
    for (std::string_view rest(names.data(), static_cast<std::size_t>(size)); !rest.empty();) {
        const std::string name(rest.substr(0, rest.find('\0')));
        if (remove(name.c_str()) != 0) return fail("removing the attribute {} of {}: {}", name, path, reason(errno));
        rest.remove_prefix(name.size() + 1);
    }
    return {};
}

mode_t closed_mode(mode_t mode) { return S_ISDIR(mode) || (mode & 0111) != 0 ? 0555 : 0444; }

Result<void> close_opened(const Descriptor& file, const std::string& path, mode_t mode) {
    TRY_VOID(remove_attributes(
        path, [&](char* names, std::size_t size) { return flistxattr(file.number(), names, size); },
        [&](const char* name) { return fremovexattr(file.number(), name); }));
    // The mode behind the owner: chown(2) takes bits away, and never gives any.
    if (fchown(file.number(), geteuid(), getegid()) != 0 || fchmod(file.number(), closed_mode(mode)) != 0)
        return fail("closing {}: {}", path, reason(errno));
    return {};
}

/// Closes one thing after the other, and counts.
class Closing {
  public:
    explicit Closing(std::filesystem::path top) : top_(std::move(top)) {}

    Result<void> operator()(const Found& found) {
        const std::string& path = found.path;
        if (std::ranges::any_of(found.name, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
            return fail("a name in it has control characters: {}", one_line(path));
        if (const std::string_view kind = kind_of(found.status.st_mode); !kind.empty())
            return fail("{} is {}", path, kind);
        TRY_VOID(count(found));
        if (S_ISLNK(found.status.st_mode)) return close_link(found);
        const int folder = S_ISDIR(found.status.st_mode) ? O_DIRECTORY : 0;
        const Descriptor file = open_in(found.parent, found.name, O_RDONLY | O_NONBLOCK | folder);
        if (file.number() < 0) return fail("opening {}: {}", path, reason(errno));
        return close_opened(file, path, found.status.st_mode);
    }

    /// Every name of a file is one of those that were met.
    [[nodiscard]] Result<void> finish() const {
        for (const auto& [file, names] : linked_)
            if (names.met != names.all) return fail("{} is a hard link whose other name is not in it", names.path);
        return {};
    }

  private:
    struct Names {
        nlink_t met = 0, all = 0;
        std::string path;
    };

    Result<void> count(const Found& found) {
        if (++files_ > mostImageFiles) return fail("it has more than {} files", mostImageFiles);
        bytes_ += S_ISREG(found.status.st_mode) ? static_cast<std::uint64_t>(found.status.st_size) : 0;
        if (bytes_ > mostImageBytes) return fail("it has more than {} MiB", mostImageBytes >> 20);
        if (S_ISDIR(found.status.st_mode) || found.status.st_nlink == 1) return {};
        Names& names = linked_[found.status.st_ino];
        ++names.met;
        names.all = found.status.st_nlink;
        names.path = found.path;
        return {};
    }

    Result<void> close_link(const Found& found) {
        const std::string path = (top_ / found.path).string();
        TRY_VOID(remove_attributes(
            found.path, [&](char* names, std::size_t size) { return llistxattr(path.c_str(), names, size); },
            [&](const char* name) { return lremovexattr(path.c_str(), name); }));
        if (fchownat(found.parent, found.name.c_str(), geteuid(), getegid(), AT_SYMLINK_NOFOLLOW) != 0)
            return fail("closing {}: {}", found.path, reason(errno));
        return {};
    }

    std::filesystem::path top_;
    std::size_t files_ = 0;
    std::uint64_t bytes_ = 0;
    std::map<ino_t, Names> linked_;
};

// Read, not mapped: a disk that fails is an error then and no signal.
Result<Digest> content_of_file(const Descriptor& file, const std::string& path) {
    if (file.number() < 0) return fail("opening {}: {}", path, reason(errno));
    crypto_generichash_state state;
    Digest digest;
    crypto_generichash_init(&state, nullptr, 0, digest.bytes.size());
    std::vector<unsigned char> bytes(256 << 10);
    while (true) {
        const ssize_t got = read(file.number(), bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail("reading {}: {}", path, reason(errno));
        if (got == 0) break;
        crypto_generichash_update(&state, bytes.data(), static_cast<unsigned long long>(got));
    }
    crypto_generichash_final(&state, digest.bytes.data(), digest.bytes.size());
    return digest;
}

Result<Digest> content_of(const Found& found) {
    if (S_ISLNK(found.status.st_mode)) {
        std::string target(PATH_MAX, '\0');
        const ssize_t size = readlinkat(found.parent, found.name.c_str(), target.data(), target.size());
        if (size < 0) return fail("reading {}: {}", found.path, reason(errno));
        return blake2b(std::string_view(target).substr(0, static_cast<std::size_t>(size)));
    }
    if (!S_ISREG(found.status.st_mode)) return Digest{};
    return content_of_file(open_in(found.parent, found.name, O_RDONLY), found.path);
}

Result<TreeEntry> entry_of(const Found& found) {
    const mode_t mode = found.status.st_mode, rights = mode & 07777;
    if (!S_ISREG(mode) && !S_ISDIR(mode) && !S_ISLNK(mode)) return fail("{} is no file any more", found.path);
    if (found.status.st_uid != geteuid() || (!S_ISLNK(mode) && rights != closed_mode(mode)))
        return fail("{} has another owner or mode", found.path);
    TreeEntry entry{.kind = (rights & 0111) != 0 ? 'x' : '-', .path = found.path, .content = TRY(content_of(found))};
    if (S_ISLNK(mode)) entry.kind = 'l';
    if (S_ISDIR(mode)) entry.kind = 'd';
    return entry;
}

}  // namespace

Result<void> close_tree(const std::filesystem::path& folder) {
    Closing closing(folder);
    TRY_VOID(walk(folder, [&](const Found& found) { return closing(found); }));
    TRY_VOID(closing.finish());
    const Descriptor top = open_in(AT_FDCWD, folder.string(), O_RDONLY | O_DIRECTORY);
    return close_opened(top, folder.string(), S_IFDIR);
}

Result<std::vector<TreeEntry>> read_tree(const std::filesystem::path& folder) {
    std::vector<TreeEntry> entries;
    TRY_VOID(walk(folder, [&](const Found& found) -> Result<void> {
        auto entry = entry_of(found);
        if (!entry) return std::unexpected(std::move(entry).error());
        entries.push_back(*std::move(entry));
        return {};
    }));
    std::ranges::sort(entries, {}, &TreeEntry::path);
    return entries;
}

std::string line_of(const TreeEntry& entry) {
    return fmt::format("{} {} {}\n", entry.kind, entry.content.hex(), entry.path);
}

Result<Digest> tree_stamp(const std::filesystem::path& folder) {
    std::vector<std::string> lines;
    TRY_VOID(walk(folder, [&](const Found& found) -> Result<void> {
        const struct stat& s = found.status;
        lines.push_back(fmt::format("{} {} {} {} {}.{} {}.{} {}\n", s.st_ino, s.st_size, s.st_mode, s.st_uid,
                                    s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_ctim.tv_sec, s.st_ctim.tv_nsec,
                                    found.path));
        return {};
    }));
    std::ranges::sort(lines);
    std::string all;
    for (const std::string& line : lines) all += line;
    return blake2b(all);
}

}  // namespace tenantry::host

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <tuple>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tenantry/base/check.hpp>
#include <tenantry/host/codes.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

constexpr std::size_t mostNames = 100'000;
constexpr int deepest = 16;

std::string reason(int error) { return std::generic_category().message(error); }

// Beneath `folder` and through no symbolic link (openat2(2)); -1 and errno.
int open_beneath(int folder, const std::string& path, std::uint64_t flags, std::uint64_t mode = 0) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(syscall(SYS_openat2, folder, path.c_str(), &how, sizeof(how)));
}

std::pair<std::string, std::string> split(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {".", std::string(path)};
    return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

Result<std::string> read_all(int file, std::uint64_t size) {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(file, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail("{}", reason(errno));
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

Result<void> write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t done = ::write(file, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return fail("{}", reason(errno));
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    if (fsync(file) != 0) return fail("{}", reason(errno));
    return {};
}

Result<Descriptor> make_folders(int root, const std::string& folder) {
    std::string soFar;
    for (std::size_t begin = 0; folder != "." && begin < folder.size();) {
        const std::size_t end = std::min(folder.find('/', begin), folder.size());
        const std::string parent = soFar.empty() ? "." : soFar;
        const Descriptor above(open_beneath(root, parent, O_DIRECTORY | O_RDONLY));
        if (above.number() < 0) return fail("opening {}: {}", parent, reason(errno));
        const std::string name = folder.substr(begin, end - begin);
        if (mkdirat(above.number(), name.c_str(), 0777) != 0 && errno != EEXIST)
            return fail("making the folder {}: {}", folder.substr(0, end), reason(errno));
        soFar = folder.substr(0, end);
        begin = end + 1;
    }
    Descriptor opened(open_beneath(root, folder, O_DIRECTORY | O_RDONLY));
    if (opened.number() < 0) return fail("opening the folder {}: {}", folder, reason(errno));
    return opened;
}

// The new file belongs to whom the old one belonged, with its rights, as far as this process may give them.
void take_after(int file, int folder, const std::string& name) {
    struct stat old{};
    if (fstatat(folder, name.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(old.st_mode)) return;
    [[maybe_unused]] const bool owned = fchown(file, old.st_uid, old.st_gid) == 0;
    [[maybe_unused]] const bool allowed = fchmod(file, old.st_mode & 07777U) == 0;
}

// Whole or not at all. False where the flag RENAME_NOREPLACE found a file of that name.
Result<bool> put(int folder, const std::string& name, std::string_view bytes, unsigned flags) {
    const std::string temporary = "." + name + ".tmp";
    const Descriptor file(open_beneath(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    if (file.number() < 0) return fail("{}", reason(errno));
    take_after(file.number(), folder, name);
    auto done = write_all(file.number(), bytes);
    const bool renamed = done && renameat2(folder, temporary.c_str(), folder, name.c_str(), flags) == 0;
    const int error = errno;
    if (!renamed) unlinkat(folder, temporary.c_str(), 0);
    if (!done) return std::unexpected(std::move(done).error());
    if (!renamed && error == EEXIST) return false;
    if (!renamed) return fail("{}", reason(error));
    if (fsync(folder) != 0) return fail("{}", reason(errno));
    return true;
}

bool has_bytes(int folder, const std::string& name, std::string_view bytes) {
    const Descriptor file(open_beneath(folder, name, O_RDONLY | O_NONBLOCK));
    struct stat status{};
    if (file.number() < 0 || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (static_cast<std::uint64_t>(status.st_size) != bytes.size()) return false;
    const auto there = read_all(file.number(), bytes.size());
    return there && *there == bytes;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

Result<Workspace> Workspace::open(const std::string& folder) {
    Descriptor opened(::open(folder.c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC));
    if (opened.number() < 0) return fail("opening the folder {}: {}", folder, reason(errno));
    return Workspace(std::move(opened));
}

Result<Workspace> Workspace::make(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail("making the folder {}: {}", folder, error.message());
    return open(folder);
}

Result<Descriptor> Workspace::open_file(std::string_view path) const {
    Descriptor opened(open_beneath(folder_.number(), std::string(path), O_RDONLY | O_NONBLOCK | O_NOCTTY));
    if (opened.number() < 0) return fail("{}: {}", path, reason(errno));
    return opened;
}

Result<Workspace> Workspace::beneath(std::string_view folder) const {
    Descriptor opened(open_beneath(folder_.number(), std::string(folder), O_DIRECTORY | O_RDONLY));
    if (opened.number() < 0) return fail("opening the folder {}: {}", folder, reason(errno));
    return Workspace(std::move(opened));
}

std::optional<SourceId> Workspace::read(std::string_view path, Sources& sources, Diagnostics& diagnostics,
                                        bool missingIsFine, const ReadLimits& limits) const {
    const auto refuse = [&](const CodeInfo& code, std::string detail,
                            std::string help = {}) -> std::optional<SourceId> {
        const SourceId id = sources.add(std::string(path), "");
        diagnostics.add(code, Span{id, 0, 0}, std::move(detail), std::move(help));
        return std::nullopt;
    };
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const Descriptor file(open_beneath(folder_.number(), std::string(path), O_RDONLY | O_NONBLOCK | O_NOCTTY));
    if (file.number() < 0) {
        if ((errno == ENOENT || errno == ENOTDIR) && missingIsFine) return std::nullopt;
        if (errno == ENOENT)
            return refuse(code::noFile, fmt::format("There is no `{}` here.", path),
                          path == "platform.yaml"
                              ? "go to the platform's folder, name it with `--dir`, or begin one with `tenantry init`"
                              : "paths are those beneath the platform's folder");
        if (errno == ELOOP || errno == EXDEV)
            return refuse(code::notRegular, fmt::format("`{}` is a symbolic link, or is reached through one.", path));
        return refuse(code::unreadable, fmt::format("`{}`: {}.", path, reason(errno)));
    }
    struct stat status{};
    if (fstat(file.number(), &status) != 0)
        return refuse(code::unreadable, fmt::format("`{}`: {}.", path, reason(errno)));
    if (!S_ISREG(status.st_mode)) return refuse(code::notRegular, fmt::format("`{}` is no regular file.", path));
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limits.one)
        return refuse(code::tooLarge,
                      fmt::format("`{}` has {} bytes; {} MiB are the most.", path, size, limits.one >> 20));
    std::uint64_t inAll = size;
    for (std::uint32_t i = 0; i < sources.size(); ++i) inAll += sources.text(SourceId{i}).size();
    if (inAll > limits.all)
        return refuse(code::tooLarge,
                      fmt::format("With `{}` all files together have more than {} MiB.", path, limits.all >> 20));
    auto bytes = read_all(file.number(), size);
    if (!bytes) return refuse(code::unreadable, fmt::format("`{}`: {}.", path, bytes.error().text()));
    return sources.add(std::string(path), *std::move(bytes));
}

Result<std::vector<std::string>> Workspace::list(std::string_view folder) const {
    std::vector<std::string> names;
    const std::string path = folder.empty() ? "." : std::string(folder);
    Descriptor opened(open_beneath(folder_.number(), path, O_DIRECTORY | O_RDONLY));
    if (opened.number() < 0 && errno == ENOENT) return names;
    if (opened.number() < 0) return fail("listing the folder {}: {}", path, reason(errno));
    const auto close = [](DIR* dir) { closedir(dir); };
    const std::unique_ptr<DIR, decltype(close)> dir(fdopendir(opened.release()), close);
    if (!dir) return fail("listing the folder {}: {}", path, reason(errno));
    while (const dirent* entry = readdir(dir.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (names.size() == mostNames) return fail("the folder {} holds more than {} files", path, mostNames);
        names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
}

Result<std::vector<std::string>> Workspace::files() const {
    struct Folder {
        std::string path;
        int depth;
    };
    std::vector<std::string> found;
    std::vector<Folder> open{{"", 0}};
    while (!open.empty()) {
        const Folder folder = open.back();
        open.pop_back();
        if (folder.depth > deepest) return fail("{} is more than {} folders deep", folder.path, deepest);
        for (const std::string& name : TRY(list(folder.path))) {
            const std::string path = folder.path.empty() ? name : folder.path + "/" + name;
            struct stat status{};
            if (fstatat(folder_.number(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
                return fail("{}: {}", path, reason(errno));
            if (S_ISDIR(status.st_mode))
                open.push_back({path, folder.depth + 1});
            else if (S_ISREG(status.st_mode))
                found.push_back(path);
            else
                return fail("{} is neither a file nor a folder", path);
            if (found.size() > mostNames) return fail("there are more than {} files", mostNames);
        }
    }
    std::ranges::sort(found);
    return found;
}

Result<bool> Workspace::write(std::string_view path, std::string_view bytes) const {
    const auto [folder, name] = split(path);
    const Descriptor parent = TRY(wrap(make_folders(folder_.number(), folder), "writing {}", path));
    if (has_bytes(parent.number(), name, bytes)) return false;
    return wrap(put(parent.number(), name, bytes, 0), "writing {}", path);
}

Result<bool> Workspace::create(std::string_view path, std::string_view bytes) const {
    const auto [folder, name] = split(path);
    const Descriptor parent = TRY(wrap(make_folders(folder_.number(), folder), "writing {}", path));
    return wrap(put(parent.number(), name, bytes, RENAME_NOREPLACE), "writing {}", path);
}

Result<void> Workspace::remove(std::string_view path) const {
    auto [folder, name] = split(path);
    int kind = 0;
    while (true) {
        const Descriptor parent(open_beneath(folder_.number(), folder, O_DIRECTORY | O_RDONLY));
        if (parent.number() < 0) return errno == ENOENT ? Result<void>{} : fail("removing {}: {}", path, reason(errno));
        if (unlinkat(parent.number(), name.c_str(), kind) != 0) {
            if (kind == AT_REMOVEDIR || errno == ENOENT) return {};  // a folder that is not empty stays
            return fail("removing {}: {}", path, reason(errno));
        }
        if (folder == ".") return {};
        std::tie(folder, name) = split(std::string(folder));
        kind = AT_REMOVEDIR;
    }
}

Result<Descriptor> Workspace::exclusive() const {
    Descriptor folder(open_beneath(folder_.number(), ".", O_DIRECTORY | O_RDONLY));
    if (folder.number() < 0) return fail("opening the folder: {}", reason(errno));
    if (flock(folder.number(), LOCK_EX | LOCK_NB) == 0) return folder;
    if (errno == EWOULDBLOCK) return fail("another tenantry is changing this folder");
    return fail("locking the folder: {}", reason(errno));
}

std::string random_id() {
    std::array<unsigned char, 8> bytes{};
    TENANTRY_CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
                   "the kernel gives random bytes");
    std::string text;
    for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
}

}  // namespace tenantry::host

#include "files.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

constexpr std::size_t mostBytes = 1 << 20;

Result<void> write_to(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t done = write(file, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return fail("{}", reason(errno));
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return {};
}

Result<void> fill(int file, std::string_view bytes, mode_t mode, OptionalOwner owner) {
    TRY_VOID(write_to(file, bytes));
    // The mode last: a file of another owner is never readable for the wrong one.
    if ((owner && fchown(file, owner->uid, owner->gid) != 0) || fchmod(file, mode) != 0 || fsync(file) != 0)
        return fail("{}", reason(errno));
    return {};
}

}  // namespace

std::string reason(int error) { return std::generic_category().message(error); }

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool gap = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
        if (!gap)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

Result<std::string> read_small(const std::filesystem::path& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.number() < 0) return fail("reading {}: {}", path.string(), reason(errno));
    std::string bytes(4096, '\0');
    std::size_t size = 0;
    while (true) {
        const ssize_t got = read(file.number(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail("reading {}: {}", path.string(), reason(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size > mostBytes) return fail("reading {}: it has more than {} bytes", path.string(), mostBytes);
        if (size == bytes.size()) bytes.resize(2 * size);
    }
    bytes.resize(size);
    return bytes;
}

Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes, mode_t mode, OptionalOwner owner) {
    const std::string temporary = (path.parent_path() / ("." + path.filename().string() + ".tmp")).string();
    unlink(temporary.c_str());
    const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.number() < 0) return fail("writing {}: {}", path.string(), reason(errno));
    if (auto done = fill(file.number(), bytes, mode, owner); !done) {
        unlink(temporary.c_str());
        return fail("writing {}: {}", path.string(), done.error().text());
    }
    if (rename(temporary.c_str(), path.c_str()) != 0) return fail("writing {}: {}", path.string(), reason(errno));
    return {};
}

Result<void> make_folder(const std::filesystem::path& path, mode_t mode, OptionalOwner owner) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return fail("making the folder {}: {}", path.string(), error.message());
    if ((owner && chown(path.c_str(), owner->uid, owner->gid) != 0) || chmod(path.c_str(), mode) != 0)
        return fail("making the folder {}: {}", path.string(), reason(errno));
    return {};
}

Result<void> remove_tree(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return fail("removing {}: {}", path.string(), error.message());
    return {};
}

void remove_empty(std::filesystem::path folder, const std::filesystem::path& top) {
    for (; folder != top && rmdir(folder.c_str()) == 0; folder = folder.parent_path()) {}
}

}  // namespace tenantry::host

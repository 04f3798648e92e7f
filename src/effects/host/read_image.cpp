#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/image_store.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

constexpr std::size_t mostFiles = 10'000;
constexpr std::uint64_t mostBytes = std::uint64_t{256} << 20;

struct Opened {
    Descriptor file;
    struct stat status{};
};

Result<Opened> open_entry(const Workspace& folder, std::string_view path) {
    Opened opened{TRY(folder.open_file(path))};
    if (fstat(opened.file.number(), &opened.status) != 0) return fail("{}: {}", path, reason(errno));
    return opened;
}

Result<std::string> bytes_of(const Opened& opened, std::string_view path) {
    std::string bytes(static_cast<std::size_t>(opened.status.st_size), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t got =
            pread(opened.file.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return fail("{}: it changed while it was read", path);
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

Result<std::vector<ImageFile>> read_image(const Workspace& platform, std::string_view path, std::string_view program) {
    std::uint64_t left = mostBytes;
    std::vector<ImageFile> files;
    const auto add = [&](const Workspace& folder, std::string_view place, std::string name) -> Result<void> {
        const Opened opened = TRY(open_entry(folder, place));
        if (!S_ISREG(opened.status.st_mode)) return fail("{} is no file", place);
        const auto size = static_cast<std::uint64_t>(opened.status.st_size);
        if (size > left) return fail("the image is larger than {} MiB", mostBytes >> 20);
        left -= size;
        files.push_back({std::move(name), (opened.status.st_mode & S_IXUSR) != 0, TRY(bytes_of(opened, place))});
        return {};
    };
    const Opened whole = TRY(open_entry(platform, path));
    if (!S_ISDIR(whole.status.st_mode)) {
        TRY_VOID(add(platform, path, std::string(program)));
        files.front().executable = true;
        return files;
    }
    const Workspace folder = TRY(platform.beneath(path));
    const std::vector<std::string> names = TRY(folder.files());
    if (names.size() > mostFiles) return fail("the image has more than {} files", mostFiles);
    for (const std::string& name : names) TRY_VOID(add(folder, name, name));
    return files;
}

}  // namespace tenantry::host

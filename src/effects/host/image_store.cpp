#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"
#include "image_tree.hpp"

namespace tenantry::host {
namespace {

constexpr std::string_view beginning = ".new-";

Result<void> check(std::span<const ImageFile> files) {
    if (files.empty()) return fail("the image holds no file");
    std::set<std::string> paths;
    for (const ImageFile& file : files) {
        if (auto refusal = grammar::relative_path(file.path)) return fail("the path `{}` {}", file.path, *refusal);
        if (!paths.insert(file.path).second) return fail("there are two files `{}`", file.path);
    }
    for (const std::string& path : paths)
        for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
            if (paths.contains(path.substr(0, slash)))
                return fail("`{}` is a file, and `{}` lies below it", path.substr(0, slash), path);
    return {};
}

Result<void> close_folders(const std::filesystem::path& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error))
        if (entry.is_directory(error)) std::filesystem::permissions(entry.path(), std::filesystem::perms{0555}, error);
    if (!error) std::filesystem::permissions(folder, std::filesystem::perms{0555}, error);
    if (error) return fail("closing the folder {}: {}", folder.string(), error.message());
    return {};
}

Result<void> write_files(const std::filesystem::path& folder, std::span<const ImageFile> files) {
    for (const ImageFile& file : files) {
        const std::filesystem::path path = folder / file.path;
        TRY_VOID(make_folder(path.parent_path()));
        TRY_VOID(write_whole(path, file.bytes, file.executable ? 0555 : 0444));
    }
    return close_folders(folder);
}

bool is_digest(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string digest_of(const std::vector<TreeEntry>& entries, const std::string& settings) {
    std::string lines = "settings " + blake2b(settings).hex() + "\n";
    for (const TreeEntry& entry : entries) lines += line_of(entry);
    return blake2b(lines).hex();
}

// As `image_digest` has it: folders are no part of it.
std::string digest_of(const std::vector<TreeEntry>& entries) {
    std::string lines;
    for (const TreeEntry& entry : entries)
        if (entry.kind != 'd') lines += line_of(entry);
    return blake2b(lines).hex();
}

// Through to the disk, before a name says that it is there.
Result<void> sync(const std::filesystem::path& folder) {
    const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.number() < 0 || syncfs(opened.number()) != 0)
        return fail("writing {} to the disk: {}", folder.string(), reason(errno));
    return {};
}

}  // namespace

/// What was found right, by digest: the stamp of the files then. An image is read by one at a time.
struct ImageStore::Checked {
    struct One {
        std::mutex reading;
        std::optional<Digest> stamp;
    };
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<One>> images;

    std::shared_ptr<One> of(const std::string& digest) {
        const std::scoped_lock lock(mutex);
        auto& one = images[digest];
        if (!one) one = std::make_shared<One>();
        return one;
    }
};

ImageStore::ImageStore(std::string folder) : folder_(std::move(folder)), checked_(std::make_shared<Checked>()) {}

std::string image_digest(std::span<const ImageFile> files) {
    std::vector<const ImageFile*> sorted;
    for (const ImageFile& file : files) sorted.push_back(&file);
    std::ranges::sort(sorted, {}, [](const ImageFile* file) { return std::string_view(file->path); });
    std::string lines;
    for (const ImageFile* file : sorted)
        lines += fmt::format("{} {} {}\n", file->executable ? 'x' : '-', blake2b(file->bytes).hex(), file->path);
    return blake2b(lines).hex();
}

Result<std::filesystem::path> ImageStore::workplace() const {
    TRY_VOID(make_folder(folder_, 0700));
    std::filesystem::path made = std::filesystem::path(folder_) / (std::string(beginning) + random_id());
    TRY_VOID(make_folder(made, 0700));
    return made;
}

// Puts files in their place. What is there already is equal, or was changed and makes room.
Result<void> ImageStore::put(const std::filesystem::path& made, const std::string& digest) const {
    const std::filesystem::path to = std::filesystem::path(folder_) / digest;
    std::error_code error;
    for (int attempt = 0; attempt < 2; ++attempt) {
        std::filesystem::rename(made, to, error);
        // Two may have stored the same one: the second finds the first's.
        if (!error || !std::filesystem::exists(to)) break;
        if (verify(digest)) return remove_tree(made);
        const std::filesystem::path wrong = std::filesystem::path(folder_) / (std::string(beginning) + random_id());
        std::filesystem::rename(to, wrong, error);
    }
    if (error) return fail("storing the image {}: {}", digest, error.message());
    // What was just written from bytes that were just counted need not be read again.
    const Digest stamp = TRY(stamp_of(digest));
    const auto one = checked_->of(digest);
    const std::scoped_lock lock(one->reading);
    one->stamp = stamp;
    return {};
}

Result<std::string> ImageStore::store(std::span<const ImageFile> files) const {
    TRY_VOID(wrap(check(files), "storing an image"));
    std::string digest = image_digest(files);
    if (std::filesystem::exists(std::filesystem::path(folder_) / digest) && verify(digest)) return digest;
    const std::filesystem::path made = TRY(workplace());
    auto written = write_files(made, files);
    if (written) written = put(made, digest);
    if (written) return digest;
    TRY_VOID(remove_tree(made));
    return fail("storing an image: {}", written.error().text());
}

Result<std::string> ImageStore::adopt(const std::filesystem::path& files, const std::string& settings) const {
    std::string digest = digest_of(TRY(read_tree(files)), settings);
    TRY_VOID(sync(files));
    TRY_VOID(write_whole(std::filesystem::path(folder_) / (digest + ".json"), settings, 0400));
    TRY_VOID(put(files, digest));
    return digest;
}

Result<std::string> ImageStore::folder_of(const std::string& digest) const {
    std::string folder = folder_ + "/" + digest;
    if (!is_digest(digest) || !std::filesystem::is_directory(folder))
        return fail("the image {} is not on this machine", digest);
    return folder;
}

Result<std::string> ImageStore::settings_of(const std::string& digest) const {
    if (!is_digest(digest)) return fail("`{}` is no digest", digest);
    return read_small(std::filesystem::path(folder_) / (digest + ".json"));
}

Result<void> ImageStore::read_again(const std::string& digest) const {
    const std::filesystem::path folder = TRY(folder_of(digest));
    const std::vector<TreeEntry> entries = TRY(read_tree(folder));
    std::error_code error;
    const bool unpacked = std::filesystem::exists(folder.string() + ".json", error);
    const std::string found = unpacked ? digest_of(entries, TRY(settings_of(digest))) : digest_of(entries);
    if (found != digest) return fail("they have the digest {}", found);
    return {};
}

Result<Digest> ImageStore::stamp_of(const std::string& digest) const {
    const std::filesystem::path folder = TRY(folder_of(digest));
    const Digest files = TRY(tree_stamp(folder));
    return blake2b(files.hex() + settings_of(digest).value_or(""));
}

Result<void> ImageStore::verify(const std::string& digest) const {
    const auto one = checked_->of(digest);
    const std::scoped_lock lock(one->reading);
    // Before they are read: what is changed meanwhile has another one.
    const Digest stamp = TRY(stamp_of(digest));
    if (one->stamp == stamp) return {};
    if (const auto read = read_again(digest); !read)
        return fail("the files of the image {} were changed on this machine: {}; `tenantry up` gets it again", digest,
                    read.error().text());
    one->stamp = stamp;
    return {};
}

Result<void> ImageStore::name(const std::string& name, const std::string& digest) const {
    return write_whole(std::filesystem::path(folder_) / name, digest, 0400);
}

std::optional<std::string> ImageStore::named(const std::string& name) const {
    const auto digest = read_small(std::filesystem::path(folder_) / name);
    if (!digest || !is_digest(*digest) || !verify(*digest)) return std::nullopt;
    return *digest;
}

Result<void> ImageStore::keep_only(const std::set<std::string>& digestsInUse) const {
    std::error_code error;
    std::vector<std::filesystem::path> others;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
        const std::filesystem::path& path = entry.path();
        const bool ofImage = digestsInUse.contains(path.stem().string()) && path.extension() == ".json";
        const bool isName = path.filename().string().find('-') != std::string::npos && entry.is_regular_file() &&
                            digestsInUse.contains(read_small(path).value_or(""));
        if (!digestsInUse.contains(path.filename().string()) && !ofImage && !isName) others.push_back(path);
    }
    if (error && error != std::errc::no_such_file_or_directory) return fail("listing {}: {}", folder_, error.message());
    for (const std::filesystem::path& other : others) TRY_VOID(remove_tree(other));
    return {};
}

}  // namespace tenantry::host

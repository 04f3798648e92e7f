#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"

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

}  // namespace

std::string image_digest(std::span<const ImageFile> files) {
    std::vector<const ImageFile*> sorted;
    for (const ImageFile& file : files) sorted.push_back(&file);
    std::ranges::sort(sorted, {}, [](const ImageFile* file) { return std::string_view(file->path); });
    std::string lines;
    for (const ImageFile* file : sorted)
        lines += fmt::format("{} {} {}\n", file->executable ? 'x' : '-', blake2b(file->bytes).hex(), file->path);
    return blake2b(lines).hex();
}

Result<std::string> ImageStore::store(std::span<const ImageFile> files) const {
    TRY_VOID(wrap(check(files), "storing an image"));
    std::string digest = image_digest(files);
    const std::filesystem::path to = std::filesystem::path(folder_) / digest;
    if (std::filesystem::exists(to)) return digest;
    TRY_VOID(make_folder(folder_, 0700));
    const std::filesystem::path made = std::filesystem::path(folder_) / (std::string(beginning) + random_id());
    TRY_VOID(make_folder(made));
    auto written = write_files(made, files);
    std::error_code error;
    if (written) std::filesystem::rename(made, to, error);
    // Two may have stored the same one: the second finds the first's, which is equal.
    if (written && !error) return digest;
    TRY_VOID(remove_tree(made));
    if (!written) return fail("storing an image: {}", written.error().text());
    if (std::filesystem::exists(to)) return digest;
    return fail("storing the image {}: {}", digest, error.message());
}

Result<std::string> ImageStore::folder_of(const std::string& digest) const {
    const bool wellFormed = digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos;
    std::string folder = folder_ + "/" + digest;
    if (!wellFormed || !std::filesystem::is_directory(folder))
        return fail("the image {} is not on this machine", digest);
    return folder;
}

Result<void> ImageStore::keep_only(const std::set<std::string>& digestsInUse) const {
    std::error_code error;
    std::vector<std::filesystem::path> others;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error))
        if (!digestsInUse.contains(entry.path().filename().string())) others.push_back(entry.path());
    if (error && error != std::errc::no_such_file_or_directory) return fail("listing {}: {}", folder_, error.message());
    for (const std::filesystem::path& other : others) TRY_VOID(remove_tree(other));
    return {};
}

}  // namespace tenantry::host

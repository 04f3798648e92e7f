#pragma once

// Images of the host: programs and folders that the user built, kept by the digest of their files.

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

struct ImageFile {
    std::string path;  ///< beneath the image, of grammar::relative_path
    bool executable = false;
    std::string bytes;
    bool operator==(const ImageFile&) const = default;
};

/// BLAKE2b-256 in hex over one line a file, sorted by the path's bytes: `x` or `-`, BLAKE2b-256 of its bytes in hex,
/// its path, separated by spaces. The order of `files` does not matter.
std::string image_digest(std::span<const ImageFile> files);

/// The files of an image as they lie beneath a platform's folder: a folder with all its files, or one program, which
/// is kept under the name `program`. No symbolic links, 10,000 files and 256 MiB at most.
Result<std::vector<ImageFile>> read_image(const Workspace& platform, std::string_view path, std::string_view program);

/// The folder /var/lib/tenantry/images: one folder a digest.
class ImageStore {
  public:
    explicit ImageStore(std::string folder = "/var/lib/tenantry/images") : folder_(std::move(folder)) {}

    /// Keeps an image and gives its digest. Files are root's, 0444 or 0555, folders 0555; whole or not at all. One that
    /// is there is not written again. No file, a path that is no relative_path, twice the same one or one that is
    /// both file and folder is an error. May be called from several threads.
    [[nodiscard]] Result<std::string> store(std::span<const ImageFile> files) const;
    /// Where the files of a digest lie. An error where there is none.
    [[nodiscard]] Result<std::string> folder_of(const std::string& digest) const;
    /// Removes every image that is not in use, and what an interrupted `store` left. Not while one runs.
    [[nodiscard]] Result<void> keep_only(const std::set<std::string>& digestsInUse) const;

  private:
    std::string folder_;
};

}  // namespace tenantry::host

#pragma once

// Images: files that the user built or a registry had, kept by the digest of what they are.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/base/hash.hpp>
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

/// The folder /var/lib/tenantry/images:
///
///     DIGEST          files of an image: of the host's, as they were sent, or an unpacked one's
///     DIGEST.json     what an unpacked one says of its process; its digest counts this in
///     NAME            holds the DIGEST that something else is called by: `sha256-HEX` is a manifest or an index,
///                     `sent-HEX` a layout or an archive that was sent
///
/// Copies are one store; may be used from several threads.
class ImageStore {
  public:
    explicit ImageStore(std::string folder = "/var/lib/tenantry/images");

    /// Keeps an image and gives its digest. Files are root's, 0444 or 0555, folders 0555; whole or not at all. One that
    /// is there is not written again. No file, a path that is no relative_path, twice the same one or one that is
    /// both file and folder is an error.
    [[nodiscard]] Result<std::string> store(std::span<const ImageFile> files) const;
    /// Keeps an unpacked image: takes the folder, which `close_tree` has closed and which lies in one that `workplace`
    /// made. Its digest is over `settings` and all that is in it, links and folders too.
    [[nodiscard]] Result<std::string> adopt(const std::filesystem::path& files, const std::string& settings) const;
    /// A new folder beside the images, for the making of one: root's, 0700. Whoever asked removes it.
    [[nodiscard]] Result<std::filesystem::path> workplace() const;

    /// Where the files of a digest lie. An error where there is none.
    [[nodiscard]] Result<std::string> folder_of(const std::string& digest) const;
    /// What `adopt` was given with it; nothing of an image of the host.
    [[nodiscard]] Result<std::string> settings_of(const std::string& digest) const;
    /// An error where the files are not those of the digest. They are read once in this process' life, and again once
    /// any of them was changed, exchanged or given other rights since: the kernel notes that (tree_stamp).
    [[nodiscard]] Result<void> verify(const std::string& digest) const;

    /// Calls a stored image by another name too; what the name was before is forgotten.
    [[nodiscard]] Result<void> name(const std::string& name, const std::string& digest) const;
    /// The image that is called so, if its files are there and as they were.
    [[nodiscard]] std::optional<std::string> named(const std::string& name) const;

    /// Removes every image that is not in use, and what an interrupted `store` or `adopt` left. Not while one runs.
    [[nodiscard]] Result<void> keep_only(const std::set<std::string>& digestsInUse) const;

  private:
    struct Checked;

    [[nodiscard]] Result<void> put(const std::filesystem::path& made, const std::string& digest) const;
    [[nodiscard]] Result<Digest> stamp_of(const std::string& digest) const;
    [[nodiscard]] Result<void> read_again(const std::string& digest) const;

    std::string folder_;
    std::shared_ptr<Checked> checked_;  // of all copies
};

}  // namespace tenantry::host

#pragma once

// The files of an image on the disk: made harmless once, told apart by their digest, and looked at again before each
// start. In a folder that root alone can enter.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/base/hash.hpp>

namespace tenantry::host {

/// What the files of an unpacked image may be together.
inline constexpr std::uint64_t mostImageBytes = std::uint64_t{4} << 30;
inline constexpr std::size_t mostImageFiles = 200'000;

/// Makes a stranger's files harmless: all become root's, readable by everybody and writable by nobody (0444, 0555 where
/// anybody could run it; folders 0555), so set-user-id and set-group-id bits and attributes go. An error where there is
/// a device, a pipe or a socket, a name with control characters, a hard link whose other names are not here, or more
/// than an image may have.
Result<void> close_tree(const std::filesystem::path& folder);

struct TreeEntry {
    char kind = '-';   ///< `-` a file, `x` a program, `l` a symbolic link, `d` a folder
    std::string path;  ///< beneath the folder
    Digest content;    ///< BLAKE2b-256 of a file's bytes or of where a link leads
};
/// Everything beneath a folder, sorted by the path's bytes. An error where something is not as `close_tree` leaves it.
Result<std::vector<TreeEntry>> read_tree(const std::filesystem::path& folder);

/// `KIND DIGEST PATH` of an entry, with a line end.
std::string line_of(const TreeEntry& entry);

/// One for the very files: path, inode, size, mode, owner, times of change of each. The kernel sets the time of a
/// change itself (ctime, inode(7)), so that no file is written, exchanged or given rights and this stays.
Result<Digest> tree_stamp(const std::filesystem::path& folder);

}  // namespace tenantry::host

#pragma once

// Small steps on files of ours, below folders that only root changes.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// What the system says of an errno.
std::string reason(int error);
/// The text with one space for each row of line ends and control characters, none at its ends.
std::string one_line(std::string_view text);

/// Bytes of a small file (1 MiB at most), of /proc too.
Result<std::string> read_small(const std::filesystem::path& path);

struct FileOwner {
    uid_t uid = 0;
    gid_t gid = 0;
};
/// Nothing: this process' own.
using OptionalOwner = std::optional<FileOwner>;
/// Writes a file whole or not at all: `.NAME.tmp` beside it, then renamed over it. The folder must be there.
Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes, mode_t mode,
                         OptionalOwner owner = {});

/// Makes a folder and those above it (0755); the last one gets the mode and the owner.
Result<void> make_folder(const std::filesystem::path& path, mode_t mode = 0755, OptionalOwner owner = {});
/// Removes a file or folder with all below it, mounts too where they are writable: take those away before. Fine where
/// there is none.
Result<void> remove_tree(const std::filesystem::path& path);
/// Removes a folder and those above it, below `top`, as long as they are empty.
void remove_empty(std::filesystem::path folder, const std::filesystem::path& top);

}  // namespace tenantry::host

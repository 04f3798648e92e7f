#pragma once

// The platform's folder on disk: everything that the command line reads and writes. Names are opened beneath the folder
// and no symbolic link is followed, so that a file of the platform can never mean a file elsewhere.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/error.hpp>
#include <tenantry/base/source.hpp>

namespace tenantry::host {

/// An open file descriptor, closed at the end.
class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int number() const { return number_; }
    int release() {
        const int number = number_;
        number_ = -1;
        return number;
    }

  private:
    int number_;
};

/// Bytes that are read at most: of one file, and of all that are in the Sources together.
struct ReadLimits {
    std::uint64_t one = std::uint64_t{16} << 20;
    std::uint64_t all = std::uint64_t{64} << 20;
};

class Workspace {
  public:
    /// Opens a folder (a symbolic link to it is followed: it is the user's own word).
    static Result<Workspace> open(const std::string& folder);
    /// The same, and makes it (and those above it) where it is not there.
    static Result<Workspace> make(const std::string& folder);

    /// Adds a file to the sources and gives its id. What is no regular file, a symbolic link anywhere on the way, too
    /// large or unreadable is a diagnostic at its first byte. `missingIsFine`: nothing is told where there is no such
    /// file.
    std::optional<SourceId> read(std::string_view path, Sources& sources, Diagnostics& diagnostics,
                                 bool missingIsFine = false, const ReadLimits& limits = {}) const;

    /// Names in a folder beneath this one, sorted by bytes; 100,000 at most. None where there is no such folder.
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view folder) const;

    /// Paths of all files in this folder and the folders in it, sorted by bytes; an error where there is anything but
    /// files and folders. 100,000 at most, 16 folders deep.
    [[nodiscard]] Result<std::vector<std::string>> files() const;

    /// A folder in this one, under the same rules.
    [[nodiscard]] Result<Workspace> beneath(std::string_view folder) const;
    /// Opens a file or folder for reading, without waiting where it is a FIFO.
    [[nodiscard]] Result<Descriptor> open_file(std::string_view path) const;

    /// Puts a file there whole or not at all: a temporary file beside it, fsync, rename, fsync of the folder. Folders
    /// on the way are made. A file that is replaced leaves its owner and rights to the new one. Nothing is done where
    /// the file has these bytes already; true where it was written.
    [[nodiscard]] Result<bool> write(std::string_view path, std::string_view bytes) const;

    /// The same for a file that must not be there yet: false, and nothing done, where something of that name is.
    [[nodiscard]] Result<bool> create(std::string_view path, std::string_view bytes) const;

    /// Removes a file, and the folders on the way that are then empty. No error where there is none.
    [[nodiscard]] Result<void> remove(std::string_view path) const;

    /// Held while the lock file is read, changed and written; an error where another process holds it.
    [[nodiscard]] Result<Descriptor> exclusive() const;

  private:
    explicit Workspace(Descriptor folder) : folder_(std::move(folder)) {}
    Descriptor folder_;
};

/// 16 hex digits from the kernel's random source.
std::string random_id();

}  // namespace tenantry::host

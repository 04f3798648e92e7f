#pragma once

// skopeo and umoci: programs that read what strangers made. Each runs with an id of its own, in mounts of its own, with
// limits, and sees of our files the one folder that it works in.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>

#include "cgroups.hpp"

namespace tenantry::host {

/// Whose process skopeo is; never anybody else's. Below the first range that a lock gives.
inline constexpr std::uint32_t imageUser = 1'048'573;

/// What a helper may use. It is ended at the first that is too much.
struct HelperLimits {
    std::chrono::milliseconds time{60'000};
    std::uint64_t fileBytes = 0;  ///< of each file that it writes, its output too
    std::uint64_t bytes = 0;      ///< of all files in its folder
    std::size_t files = 0;
};

/// What became of it.
struct HelperEnd {
    int code = 0;
    bool tooLarge = false;  ///< it was ended by the limit of a file
    std::string output;
    std::string words;  ///< its errors, the last of them, in one line
};

class ImageHelpers {
  public:
    /// `cgroups` must outlive it.
    explicit ImageHelpers(const Cgroups& cgroups) : cgroups_(cgroups) {}

    /// skopeo, without rights, in the machine's network, or in none where it has a `source`. Of our files it sees
    /// `work` as /mnt, and may write in the folders there that are `imageUser`'s; and `source` as /mnt/source, to read.
    /// `logins`: an authentication file for registries, which it finds as /proc/self/fd/3.
    struct Fetch {
        std::vector<std::string> arguments;
        std::filesystem::path work;
        std::filesystem::path source = {};  ///< empty: none
        std::string logins = "{}";
        HelperLimits limits;
    };
    Result<HelperEnd> skopeo(const Fetch& fetch) const;

    /// umoci, as root of a user namespace that has no right outside of it, without network and /proc, in a root with
    /// nothing but /usr, the image `work`/oci as /image, `layout` as /layout, where its blobs are, and the folder
    /// `work`/files, in which it makes `root`. It can make no device there.
    Result<HelperEnd> unpack(const std::filesystem::path& work, const std::filesystem::path& layout,
                             const HelperLimits& limits) const;
    /// Makes the folder in which it unpacks; gives where the files will be.
    static Result<std::filesystem::path> unpacked_place(const std::filesystem::path& work);

    /// Ends what runs, and lets nothing begin any more.
    void stop() { stopping_.request_stop(); }

  private:
    struct Order;
    Result<HelperEnd> run(const Order& order) const;

    const Cgroups& cgroups_;
    std::stop_source stopping_;
};

}  // namespace tenantry::host

#pragma once

// From a task's emitted config.json to what crun gets. Pure.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>

#include "image_settings.hpp"

namespace tenantry::host {

/// What a task sees of the machine beside its config.json.
struct RuntimeAdditions {
    std::string release;           ///< TENANTRY_RELEASE; empty: none
    std::string cgroup;            ///< put in the place of `tenantry`, the first part of cgroupsPath
    std::filesystem::path shared;  ///< folder with `usr` and `certs`; see shared_root.hpp
    bool certificates = false;     ///< `certs` is there
    std::filesystem::path root;    ///< the task's root
    /// Files of this kernel's /proc, by their paths. crun would hide one behind the machine's /dev/null: an inode that
    /// tasks of all environments could lock and watch. `shared` has an empty file in its place.
    std::vector<std::string> procFiles = {};
    /// Of a task whose root is its image's: it sees nothing of the host's, and the image says what runs.
    std::optional<ImageSettings> image = {};
    /// Variables that hold secrets.
    std::vector<std::pair<std::string, Secret>> variables = {};
};

struct RuntimeConfig {
    std::string text;     ///< for crun
    std::string program;  ///< args[0]
    std::uint32_t uid = 0;
    std::string cgroup;  ///< below Cgroups::top
    std::string folder;  ///< where the process begins
    struct Mount {
        std::string destination;
        std::string source;  ///< of a bind mount; empty: one of the kernel's
    };
    std::vector<Mount> mounts;  ///< all, ours first
};

Result<RuntimeConfig> runtime_config(std::string_view emitted, const RuntimeAdditions& additions);

/// What a task's emitted config.json and its image make together. An error where it is not to run in one.
Result<ImageProcess> process_in_image(std::string_view emitted, const ImageSettings& image);

/// The image that a task's emitted config.json names, by its annotations.
struct ImageUse {
    std::string reference;
    std::string name;     ///< of its folder below the environment's `images` (docs/local-files.md): `lend+api`
    bool isRoot = false;  ///< the task's root is the image's, and the image says what runs
};
/// Nothing: it has none.
Result<std::optional<ImageUse>> image_used_by(std::string_view emitted);

/// What a config.json mounts of this machine: the sources.
Result<std::vector<std::string>> mounted_by(std::string_view config);

/// The signal that asks its process to end: the one that its annotation `org.opencontainers.image.stopSignal` names
/// (`SIGINT`), else SIGTERM.
Result<int> stop_signal(std::string_view config);

/// The uid of the process in a config.json.
Result<std::uint32_t> user_of(std::string_view emitted);

}  // namespace tenantry::host

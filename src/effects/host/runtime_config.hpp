#pragma once

// From a task's emitted config.json to what crun gets. Pure.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>

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
    /// Variables that hold secrets.
    std::vector<std::pair<std::string, Secret>> variables = {};
};

struct RuntimeConfig {
    std::string text;     ///< for crun
    std::string program;  ///< args[0]
    std::uint32_t uid = 0;
    std::string cgroup;  ///< below Cgroups::top
    struct Mount {
        std::string destination;
        std::string source;  ///< of a bind mount; empty: one of the kernel's
    };
    std::vector<Mount> mounts;  ///< all, ours first
};

Result<RuntimeConfig> runtime_config(std::string_view emitted, const RuntimeAdditions& additions);

/// The signal that asks its process to end: the one that its annotation `org.opencontainers.image.stopSignal` names
/// (`SIGINT`), else SIGTERM.
Result<int> stop_signal(std::string_view config);

/// The uid of the process in a config.json.
Result<std::uint32_t> user_of(std::string_view emitted);

}  // namespace tenantry::host

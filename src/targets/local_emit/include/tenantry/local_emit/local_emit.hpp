#pragma once

// What runs on one Linux machine, as text for the programs that run it: docs/local-files.md.

#include <map>
#include <string>
#include <vector>

#include <tenantry/base/pool.hpp>
#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/world/net_spec.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::local_emit {

struct LocalFile {
    std::string path;  ///< relative to the output folder
    std::string text;
    bool operator==(const LocalFile&) const = default;
};

struct LocalEnvironment {
    world::NetSpec network;        ///< what the file network.json says, as a value for the engine
    std::vector<LocalFile> files;  ///< sorted by path
};

/// The machine's one entry: edge/nginx.conf, and its container: edge/config.json.
LocalFile edge();
LocalFile edge_config();

struct ShapeTemplates;

/// The texts of every shape of a blueprint with blanks for what differs between its environments. Made once; filling
/// it for an environment reads nothing of another one.
class LocalTemplates {
  public:
    explicit LocalTemplates(const blueprint::Blueprint& blueprint);
    ~LocalTemplates();
    LocalTemplates(LocalTemplates&&) noexcept;
    LocalTemplates& operator=(LocalTemplates&&) noexcept;

    /// `environment` is one of `blueprint`, the one that the templates were made of. May be called from any thread.
    [[nodiscard]] LocalEnvironment emit(const blueprint::Blueprint& blueprint,
                                        const blueprint::Environment& environment) const;

  private:
    std::vector<ShapeTemplates> shapes_;  // by index of the shape
};

/// Every file of every environment, the edge's and manifest.json, sorted by path. The same bytes on any pool.
std::vector<LocalFile> emit_all(const blueprint::Blueprint& blueprint, const Pool& pool);

/// FerretDB's among the images of an environment; no reference begins with `+`.
inline constexpr char ferretdbImage[] = "+ferretdb";

/// One environment of the blueprint as a value for the engine, from what was emitted of it. `images`: the digest of
/// each image of the host, by its reference, and of FerretDB; images of a registry are not among them.
world::EnvironmentSpec wanted(const blueprint::Blueprint& blueprint, const blueprint::Environment& environment,
                              const LocalEnvironment& emitted, const std::map<std::string, std::string>& images);

/// Version of the file formats, first in manifest.json.
inline constexpr std::uint32_t localFilesVersion = 1;

}  // namespace tenantry::local_emit

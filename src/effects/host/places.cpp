#include "places.hpp"

#include <algorithm>

#include <tenantry/base/hash.hpp>
#include <tenantry/host/machine_view.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

// A name in a folder has 255 bytes at most (NAME_MAX); conmon writes its exit file under this name with an ending.
constexpr std::size_t longestId = 200;

std::string joined(const world::Placement& placement) {
    std::string name = placement.platform + "+" + placement.environment;
    std::ranges::replace(name, '/', '+');
    return name;
}

std::string id_of(const world::Placement& placement, std::string_view task) {
    std::string id = joined(placement) + "+" + std::string(task);
    return id.size() <= longestId ? id : "+" + blake2b(id).hex();
}

}  // namespace

std::filesystem::path kept_folder_of(const world::Placement& placement) {
    return std::filesystem::path(stateFolder) / "placements" / placement.platform / placement.environment;
}

std::filesystem::path shared_root_of(const world::Placement& placement) {
    return std::filesystem::path(world::folder_of(placement)) / "root";
}

ContainerPlace place_of(const world::Placement& placement, std::string_view task) {
    const std::string name(task);
    return {.id = id_of(placement, task),
            .folder = std::filesystem::path(world::folder_of(placement)) / "tasks" / name,
            .shared = shared_root_of(placement),
            .log = kept_folder_of(placement) / "logs" / (name + ".log"),
            .cgroup = cgroup_of(placement) + "/" + name};
}

std::filesystem::path image_note_of(const std::filesystem::path& images, const std::string& name) {
    return images / ("." + name + ".digest");
}

Result<std::string> mounted_image(const world::Placement& placement, const std::string& name) {
    return read_small(image_note_of(std::filesystem::path(world::folder_of(placement)) / "images", name));
}

std::string cgroup_of(const world::Placement& placement) { return "environments/" + joined(placement); }

ContainerPlace edge_place() {
    return {.id = "edge",
            .folder = "/run/tenantry/edge",
            .shared = "/run/tenantry/edge/root",
            .log = std::filesystem::path(stateFolder) / "edge" / "edge.log",
            .cgroup = "edge"};
}

}  // namespace tenantry::host

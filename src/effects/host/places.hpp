#pragma once

// Where things of a placement lie on the machine, beside what `world` names.

#include <filesystem>
#include <string>
#include <string_view>

#include <tenantry/world/placement.hpp>

#include "container.hpp"

namespace tenantry::host {

/// `/var/lib/tenantry/placements/lend/acme/production`: what survives the machine's uptime.
std::filesystem::path kept_folder_of(const world::Placement& placement);
/// `.../environments/acme/production/root`
std::filesystem::path shared_root_of(const world::Placement& placement);
/// A task's container. Its id is `lend+acme+production+api-1`; a longer one than 200 bytes is `+` and a digest of it.
ContainerPlace place_of(const world::Placement& placement, std::string_view task);
ContainerPlace edge_place();
/// Where it is noted what the folder of an image below an environment's `images` is a view of.
std::filesystem::path image_note_of(const std::filesystem::path& images, const std::string& name);
/// The digest that stands there.
Result<std::string> mounted_image(const world::Placement& placement, const std::string& name);
/// The cgroup above those of its tasks: `environments/lend+acme+production`.
std::string cgroup_of(const world::Placement& placement);

}  // namespace tenantry::host

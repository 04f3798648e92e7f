#pragma once

// The data of a store: kept below `placements/PLATFORM/TENANT/STAGE/stores/STORE` of /var/lib/tenantry, seen by its
// task below `stores/STORE/data` of the environment's folder.
//
//     record        how the data are kept. It is written last: without it nothing was ever started on them
//     data, work    postgresql: what differs from the template, and the overlay's own; redis: the data
//
// Those of mongodb are in the folders of the postgresql behind it; its own has a record alone, of which engine they
// are.
//
// Mounts are made in the mount namespace of the calling thread.

#include <filesystem>

#include <tenantry/base/error.hpp>
#include <tenantry/world/placement.hpp>
#include <tenantry/world/store_spec.hpp>

#include "store_template.hpp"

namespace tenantry::host {

/// `/var/lib/tenantry/placements/lend/acme/production/stores/books`
std::filesystem::path kept_store_folder(const world::Placement& placement, const std::string& store);
/// `/run/tenantry/platforms/lend/environments/acme/production/stores/books`
std::filesystem::path run_store_folder(const world::Placement& placement, const std::string& store);

/// Makes the data where there are none and mounts them. What is mounted is left alone.
Result<void> ensure_store_data(const StoreTemplates& templates, const world::Placement& placement,
                               const world::StoreSpec& store);
/// The data are no more: the next `ensure_store_data` makes new ones. The store's task must have been stopped.
Result<void> forget_store_data(const world::Placement& placement, const world::StoreSpec& store);
/// Takes away what is mounted below `stores` of the environment's folder. The store's task must have been stopped.
Result<void> unmount_stores(const world::Placement& placement);
/// True where data of the placement are mounted.
Result<bool> has_mounted_stores(const world::Placement& placement);

}  // namespace tenantry::host

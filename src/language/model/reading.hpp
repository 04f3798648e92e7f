#pragma once

#include <string_view>
#include <vector>

#include <tenantry/model/model.hpp>

#include "grammars.hpp"
#include "map_reader.hpp"

// Parts of read_model, one a kind of map. Each adds to `platform` what it could read and tells what it could not.

namespace tenantry::model {

/// Names of the stages, for maps that are keyed by them.
using StageNames = std::vector<std::string_view>;

void read_network(const Place& place, Platform& platform, Diagnostics& diagnostics);
void read_stages(const Place& place, Platform& platform, Diagnostics& diagnostics);
void read_services(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
void read_jobs(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
void read_stores(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
void read_secrets(const Place& place, Platform& platform, Diagnostics& diagnostics);
void read_access(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
void read_delivery(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
void read_exceptions(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
/// `backups: { pitr: 35d }`.
std::optional<Duration> read_backups(const std::optional<Place>& place, Diagnostics& diagnostics);
void read_targets(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics);
/// The map of tenants of platform.yaml, or of a tenant's file (`inFile`, where no include may stand).
void read_tenants(const Place& place, bool inFile, const StageNames& stages, Platform& platform,
                  Diagnostics& diagnostics);

/// What can only be seen with everything read: references, circles, names, hosts.
void check_platform(const Place& root, Platform& platform, Diagnostics& diagnostics);

}  // namespace tenantry::model

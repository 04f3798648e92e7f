#pragma once

#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/world/schedule_spec.hpp>

namespace tenantry::host {

/// What clocks of a zone show from one time to another, as this machine's own tables have it (/usr/share/zoneinfo).
/// They are read when a zone is first asked for: a process does not hear of later ones. From any thread.
Result<world::ZoneRules> zone_rules(const std::string& name, world::WallTime from, world::WallTime to);

}  // namespace tenantry::host

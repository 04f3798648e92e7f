#pragma once

// When a job runs by itself, and what its reset takes with it.

#include <optional>

#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/world/schedule_spec.hpp>

namespace tenantry::local_emit {

/// Of `at`, or of `reset`.
std::optional<world::ScheduleSpec> schedule_of(const blueprint::Job& job);
/// Nothing where the job has none.
std::optional<world::ResetSpec> reset_of(const blueprint::Shape& shape, Index<blueprint::Job> job);

}  // namespace tenantry::local_emit

#pragma once

// From a command to the port that carries it out, and back to the event that its result is.

#include <memory>

#include <tenantry/engine/runner.hpp>

#include "machines.hpp"

namespace tenantry::engine {

/// `spec` is the placement's, as it is wanted now; `row` the environment's, the task's. What waits for something ends
/// soon where it is not wanted any more.
Event run_command(const Ports& ports, plan::EnvironmentCommand command, const EnvironmentRow& row,
                  const world::EnvironmentSpec* spec, const ports::StillWanted& isWanted);
Event run_command(const Ports& ports, plan::TaskCommand command, const TaskRow& row);

}  // namespace tenantry::engine

#pragma once

// A process' sandbox from the texts of /proc (proc(5)).

#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/world/observed.hpp>

namespace tenantry::host {

/// Files of /proc/PID.
struct ProcTexts {
    std::string status, limits, mountinfo, cgroup;
    world::ObservedNamespaces namespaces;  ///< where the links below ns lead
    world::ObservedNamespaces machine;     ///< those of process 1
    std::string machineProc;               ///< device number of our own /proc
};
Result<ProcTexts> read_proc(int pid);

/// An error where a line that it needs is not there: nothing is taken for granted.
Result<world::ObservedSandbox> sandbox_of(const ProcTexts& texts);

}  // namespace tenantry::host

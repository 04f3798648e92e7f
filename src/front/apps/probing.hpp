#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/compile/probe.hpp>
#include <tenantry/view/verdicts.hpp>
#include <tenantry/world/probes.hpp>

namespace tenantry::apps {

struct Attempts {
    view::Probed probed;
    std::map<std::string, std::vector<world::ProbeResult>> results;  ///< by environment
};

/// Has the daemon try connections from inside of tasks, those of one task at once and several tasks side by side: most
/// of the time is waiting for connections that must not arrive. One that should arrive and does not is tried twice, as
/// a machine may be busy.
Result<Attempts> try_probes(const std::string& socket, const std::string& platform,
                            std::span<const compile::Probe> probes);

}  // namespace tenantry::apps

#pragma once

#include <span>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/compile/probe.hpp>
#include <tenantry/view/verdicts.hpp>

namespace tenantry::apps {

/// Has the daemon try connections from inside of tasks, those of one task at once and several tasks side by side: most
/// of the time is waiting for connections that must not arrive. One that should arrive and does not is tried twice, as
/// a machine may be busy.
Result<view::Probed> try_probes(const std::string& socket, const std::string& platform,
                                std::span<const compile::Probe> probes);

}  // namespace tenantry::apps

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tenantry::world {

/// What came of one TCP connection that was tried from inside a task's network.
struct ProbeResult {
    std::string task;    ///< who tried: `web-1`
    std::string source;  ///< the address that it was sent under, where that is not the task's own; empty: its own
    std::string address;
    std::uint16_t port = 0;
    bool arrived = false;  ///< its first packet was delivered to somebody
};

/// probes.json of docs/local-files.md: of the tasks of one environment.
std::string to_text(const std::vector<ProbeResult>& probes);

}  // namespace tenantry::world

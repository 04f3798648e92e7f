#pragma once

#include <cstdint>
#include <string>

#include <tenantry/world/placement.hpp>

namespace tenantry::world {

/// Something that happened to an environment or a task, as `tenantry events` tells it.
struct EventRecord {
    std::uint64_t number = 0;  ///< grows; of one daemon's life
    std::string at;            ///< `2026-11-28T10:00:00.123Z`
    Placement placement;
    std::string task;       ///< empty: of the environment
    std::string what;       ///< `up asked for`, `up`, `closed`, `task ended`, ...
    std::string why;        ///< how it ended, what was wrong; empty where there is nothing to say. A task's own words.
    std::string by;         ///< who asked; empty where nobody did
    bool inLedger = false;  ///< kept for good; else as long as the daemon runs and has room
    bool operator==(const EventRecord&) const = default;
};

}  // namespace tenantry::world

#pragma once

namespace tenantry::apps {

/// What the process ends with (docs/exit-codes.md).
enum class Exit : int {
    done = 0,
    failed = 1,
    badInput = 2,
    changes = 3,  ///< only with --detailed-exitcode
    claim = 4,    ///< a claim is violated, or unknown where it should be decided
    locked = 6,
    usage = 64,  ///< EX_USAGE of sysexits.h
};

}  // namespace tenantry::apps

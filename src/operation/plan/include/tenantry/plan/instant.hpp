#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace tenantry::plan {

/// Milliseconds since boot, suspended time among them (CLOCK_BOOTTIME): it never jumps.
struct Instant {
    std::int64_t ms = 0;
    auto operator<=>(const Instant&) const = default;
    friend Instant operator+(Instant at, std::chrono::milliseconds time) { return {at.ms + time.count()}; }
    friend std::chrono::milliseconds operator-(Instant one, Instant two) {
        return std::chrono::milliseconds(one.ms - two.ms);
    }
};

}  // namespace tenantry::plan

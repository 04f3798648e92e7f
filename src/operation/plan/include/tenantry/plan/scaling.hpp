#pragma once

// How many tasks a service with a range has: after the target tracking of Amazon ECS ("Use a target metric to scale
// Amazon ECS services", and "How target tracking scaling for Application Auto Scaling works"), with a point of measure
// every three seconds where ECS has one a minute.
//
//   more:  three points in a row above the target (its alarm for scaling out: 3 of 3 minutes). As many as bring the
//   mean
//          of these three down to the target: out proportionally and at once.
//   fewer: fifteen points in a row below nine tenths of the target (its alarm for scaling in: 15 of 15 minutes, at 90 %
//          of the target), and one task fewer would stay below that too. One at a time: in gradually.
//   then:  the points begin anew with each change, so that the next one follows from what the last one did. The
//          cool-down of ECS, 300 s, is five points: shorter than the fifteen, and out it never waits.
//   not:   where a task's use is not known, or not every task serves, there is no point, and the row begins anew: "does
//          not interpret insufficient data as low utilization".
//
// Constant load does not swing: n tasks that were made of fewer leave more than the target to n - 1, and n - 1 are
// taken only where they stay below nine tenths of it.

#include <cstdint>
#include <optional>
#include <vector>

namespace tenantry::plan {

inline constexpr std::uint32_t scaleTarget = 600;  ///< of 1000: 60 % of each task's `cpu` (the platform file's default)
inline constexpr std::uint32_t scaleBelow = 540;
inline constexpr std::size_t pointsToGrow = 3;
inline constexpr std::size_t pointsToShrink = 15;

struct ScaleLimits {
    std::uint32_t least = 1, most = 1;
};

struct ScaleState {
    std::uint32_t tasks = 0;            ///< that the points are of
    std::vector<std::uint32_t> points;  ///< newest last; at most `pointsToShrink`
    bool operator==(const ScaleState&) const = default;
};

struct ScaleSample {
    std::uint32_t tasks = 0;            ///< that it shall have now
    std::optional<std::uint32_t> load;  ///< mean use of its tasks, of 1000 of their `cpu`; nothing: not known
};

struct ScaleStep {
    ScaleState state;
    std::optional<std::uint32_t> tasks;  ///< another number than the sample's
    std::uint32_t load = 0;              ///< the mean that made it so
};

ScaleStep step(ScaleState state, const ScaleSample& sample, ScaleLimits limits);

}  // namespace tenantry::plan

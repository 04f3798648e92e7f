#include <algorithm>
#include <numeric>
#include <span>

#include <tenantry/plan/scaling.hpp>

namespace tenantry::plan {
namespace {

std::uint32_t mean(std::span<const std::uint32_t> points) {
    return static_cast<std::uint32_t>(std::accumulate(points.begin(), points.end(), std::uint64_t{0}) / points.size());
}

// The least number that brings so much use down to the target.
std::uint32_t enough(std::uint32_t tasks, std::uint32_t load) {
    return static_cast<std::uint32_t>((std::uint64_t{tasks} * load + scaleTarget - 1) / scaleTarget);
}

ScaleStep changed(std::uint32_t tasks, std::uint32_t load) { return {{tasks, {}}, tasks, load}; }

}  // namespace

ScaleStep step(ScaleState state, const ScaleSample& sample, ScaleLimits limits) {
    const std::uint32_t within = std::clamp(sample.tasks, limits.least, limits.most);
    if (within != sample.tasks) return changed(within, sample.load.value_or(0));
    if (sample.tasks != state.tasks || !sample.load) return {{sample.tasks, {}}, std::nullopt, 0};
    state.points.push_back(*sample.load);
    if (state.points.size() > pointsToShrink) state.points.erase(state.points.begin());
    const std::span<const std::uint32_t> points(state.points);
    if (points.size() >= pointsToGrow) {
        const auto last = points.last(pointsToGrow);
        const std::uint32_t tasks = std::min(enough(sample.tasks, mean(last)), limits.most);
        if (std::ranges::min(last) > scaleTarget && tasks > sample.tasks) return changed(tasks, mean(last));
    }
    if (points.size() == pointsToShrink && std::ranges::max(points) < scaleBelow && sample.tasks > limits.least) {
        const std::uint32_t fewer = sample.tasks - 1;
        if (std::uint64_t{sample.tasks} * mean(points) < std::uint64_t{fewer} * scaleBelow)
            return changed(fewer, mean(points));
    }
    return {std::move(state), std::nullopt, 0};
}

}  // namespace tenantry::plan

#include "local_tasks.hpp"

#include <algorithm>
#include <utility>

#include "interface_name.hpp"

namespace tenantry::local_emit {

LocalTasks::LocalTasks(const blueprint::Blueprint& blueprint, const blueprint::Environment& environment) {
    std::vector<blueprint::PlacedTask> placed = place_tasks(blueprint, environment);
    std::vector<std::string> names;
    names.reserve(placed.size());
    for (const blueprint::PlacedTask& task : placed) names.push_back(task.name);
    std::vector<std::string> interfaces = interface_names(names);
    tasks_.reserve(placed.size());
    for (std::size_t at = 0; at < placed.size(); ++at) {
        const bool first = at == 0 || tasks_.back().placed.of != placed[at].of;
        const std::uint32_t index = first ? 0 : tasks_.back().index + 1;
        tasks_.push_back({std::move(placed[at]), std::move(interfaces[at]), index});
    }
}

std::span<const LocalTask> LocalTasks::of(const blueprint::End& end, Which which) const {
    const auto own = [&](const LocalTask& task) {
        const bool rests = task.placed.spare || task.placed.onLoad;
        return task.placed.of == end && (which == Which::all || rests == (which == Which::resting));
    };
    const auto first = std::ranges::find_if(tasks_, own);
    const auto last = std::find_if_not(first, tasks_.end(), own);
    return {first, last};
}

}  // namespace tenantry::local_emit

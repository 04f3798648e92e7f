#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tenantry/base/json_text.hpp>
#include <tenantry/view/diagnostics.hpp>
#include <tenantry/world/usage.hpp>

namespace tenantry::view {

struct Load {
    std::int64_t cpuTenths = 0;    ///< tenths of a percent of one CPU
    std::uint64_t memory = 0;      ///< bytes
    std::uint64_t mostMemory = 0;  ///< 0: no limit
    std::uint64_t processes = 0;
};
struct TaskLoad {
    std::string task;
    int pid = 0;
    Load load;
};
struct EnvironmentLoad {
    world::Placement placement;
    Load load;  ///< the sum
    std::vector<TaskLoad> tasks;
};

enum class LoadOrder : std::uint8_t { cpu, memory, processes, name };

/// What tasks took between two readings, most first; a task that began meanwhile counts from its beginning.
std::vector<EnvironmentLoad> loads_of(const world::Usage& before, const world::Usage& now, LoadOrder order);

/// A table, an environment's tasks below its sum. At most `rows` lines where that is not 0.
std::string top_text(const std::vector<EnvironmentLoad>& loads, const Style& style, std::size_t rows = 0);

/// Member `environments` of an object.
void top_json(const std::vector<EnvironmentLoad>& loads, JsonText& json);

}  // namespace tenantry::view

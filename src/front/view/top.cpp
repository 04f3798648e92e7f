#include <algorithm>
#include <map>

#include <tenantry/view/top.hpp>

#include "paint.hpp"

namespace tenantry::view {
namespace {

using Key = std::pair<world::Placement, std::string>;

// CPU time that a process has taken before; none where another one ran then.
class Before {
  public:
    explicit Before(const world::Usage& usage) : atNs_(usage.atNs) {
        for (const world::TaskUsage& task : usage.tasks) tasks_[{task.placement, task.task}] = {task.pid, task.cpuNs};
    }
    [[nodiscard]] std::int64_t tenths(const world::TaskUsage& task, std::int64_t nowNs) const {
        const auto found = tasks_.find({task.placement, task.task});
        const bool same = found != tasks_.end() && found->second.first == task.pid;
        const std::int64_t taken = task.cpuNs - (same ? found->second.second : 0);
        const std::int64_t span = std::max<std::int64_t>(nowNs - atNs_, 1);
        return std::max<std::int64_t>(taken, 0) * 1000 / span;
    }

  private:
    std::int64_t atNs_;
    std::map<Key, std::pair<int, std::int64_t>> tasks_;
};

void add(EnvironmentLoad& sum, const TaskLoad& task) {
    const bool limited = sum.tasks.empty() || sum.load.mostMemory != 0;
    sum.load.cpuTenths += task.load.cpuTenths;
    sum.load.memory += task.load.memory;
    sum.load.processes += task.load.processes;
    sum.load.mostMemory = limited && task.load.mostMemory != 0 ? sum.load.mostMemory + task.load.mostMemory : 0;
    sum.tasks.push_back(task);
}

// By name where the order says nothing.
template <class Row>
void sort(std::vector<Row>& rows, LoadOrder order) {
    std::ranges::stable_sort(rows, [&](const Row& left, const Row& right) {
        switch (order) {
            case LoadOrder::cpu:
                return left.load.cpuTenths > right.load.cpuTenths;
            case LoadOrder::memory:
                return left.load.memory > right.load.memory;
            case LoadOrder::processes:
                return left.load.processes > right.load.processes;
            case LoadOrder::name:
                return false;
        }
        return false;
    });
}

std::string mebibytes(std::uint64_t bytes) {
    constexpr std::uint64_t kibibyte = 1024, mebibyte = kibibyte * kibibyte;
    if (bytes == 0) return "-";
    const std::uint64_t tenths = (bytes * 10 + mebibyte / 2) / mebibyte;
    return tenths >= 1000 ? fmt::format("{} MiB", (tenths + 5) / 10)
                          : fmt::format("{}.{} MiB", tenths / 10, tenths % 10);
}

std::string columns(const std::string& name, const Load& load) {
    const std::string cpu = fmt::format("{}.{} %", load.cpuTenths / 10, load.cpuTenths % 10);
    return fmt::format("{:<28} {:>9} {:>10} {:>10} {:>6}", name, cpu, mebibytes(load.memory),
                       mebibytes(load.mostMemory), load.processes);
}

void json_load(const Load& load, JsonText& json) {
    json.member("cpuTenths", load.cpuTenths).member("memory", load.memory).member("mostMemory", load.mostMemory);
    json.member("processes", load.processes);
}

}  // namespace

std::vector<EnvironmentLoad> loads_of(const world::Usage& before, const world::Usage& now, LoadOrder order) {
    const Before earlier(before);
    std::map<world::Placement, EnvironmentLoad> sums;
    for (const world::TaskUsage& task : now.tasks) {
        EnvironmentLoad& sum = sums.try_emplace(task.placement, EnvironmentLoad{task.placement, {}, {}}).first->second;
        add(sum, {task.task, task.pid, {earlier.tenths(task, now.atNs), task.memory, task.mostMemory, task.processes}});
    }
    std::vector<EnvironmentLoad> loads;
    for (auto& [placement, sum] : sums) {
        std::ranges::sort(sum.tasks, {}, &TaskLoad::task);
        sort(sum.tasks, order);
        loads.push_back(std::move(sum));
    }
    sort(loads, order);
    return loads;
}

std::string top_text(const std::vector<EnvironmentLoad>& loads, const Style& style, std::size_t rows) {
    const Paint paint(style.color);
    std::vector<std::string> lines;
    Load all;
    for (const EnvironmentLoad& one : loads) {
        lines.push_back(paint(Color::bold, columns(one.placement.environment, one.load)));
        for (const TaskLoad& task : one.tasks) lines.push_back(columns("  " + task.task, task.load));
        all.cpuTenths += one.load.cpuTenths;
        all.memory += one.load.memory;
        all.processes += one.load.processes;
    }
    if (lines.empty()) return "Nothing runs on this machine.\n";
    std::string text = fmt::format("{:<28} {:>9} {:>10} {:>10} {:>6}\n", "", "CPU", "MEMORY", "LIMIT", "PIDS");
    text += columns(fmt::format("{} environments", loads.size()), all) + "\n";
    constexpr std::size_t others = 3;  // the two lines above, and one that says what is left out
    std::size_t shown = lines.size();
    if (rows > others && lines.size() + others - 1 > rows) shown = rows - others;
    for (std::size_t line = 0; line < shown; ++line) text += lines[line] + "\n";
    if (shown < lines.size()) text += fmt::format("and {} lines more: name an environment\n", lines.size() - shown);
    return text;
}

void top_json(const std::vector<EnvironmentLoad>& loads, JsonText& json) {
    json.key("environments").array();
    for (const EnvironmentLoad& one : loads) {
        json.object().member("platform", one.placement.platform).member("environment", one.placement.environment);
        json_load(one.load, json);
        json.key("tasks").array();
        for (const TaskLoad& task : one.tasks) {
            json.object(Layout::line).member("name", task.task).member("pid", task.pid);
            json_load(task.load, json);
            json.end();
        }
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view

#include "timetable.hpp"

#include <algorithm>

namespace tenantry::engine {
namespace {

using world::WallTime;

constexpr std::int64_t day = 86'400;
// Of the rules that are asked for, and of what must be left of them: more than from one time of a week to another.
constexpr std::int64_t before = 60 * day, behind = 800 * day, margin = 30 * day;
// Where nothing is to come: somebody looks again long before.
constexpr std::int64_t never = 365 * day;

world::RunStatus shown(const plan::JobRun& run, bool ended) {
    return {.number = run.number,
            .began = to_text(run.began),
            .dueAt = run.dueAt ? to_text(*run.dueAt) : "",
            .ended = ended,
            .tookMs = run.tookMs,
            .well = run.well,
            .how = run.how};
}

world::TimesStatus shown(const plan::TimedJob& job, const plan::JobRuns& runs) {
    world::TimesStatus times{.schedule = job.schedule.text,
                             .resets = job.reset.has_value(),
                             .next = {},
                             .passedOver = runs.passedOver,
                             .runs = {}};
    for (const plan::JobRun& run : runs.ended) times.runs.push_back(shown(run, true));
    for (const auto& [task, run] : runs.running) times.runs.push_back(shown(run, false));
    return times;
}

}  // namespace

plan::RulesOf Timetable::rules(WallTime now) {
    return [this, now](const std::string& name) -> const world::ZoneRules* {
        const auto there = zones_.find(name);
        const bool reaches =
            there != zones_.end() && there->second.from + margin <= now && now + margin <= there->second.to;
        if (!reaches) {
            Zone zone{now + -before, now + behind, {}};
            if (auto known = clock_.zone(name, zone.from, zone.to)) zone.rules = *std::move(known);
            zones_.insert_or_assign(name, std::move(zone));
        }
        const Zone& zone = zones_.at(name);
        return zone.rules ? &*zone.rules : nullptr;
    };
}

std::vector<Event> Timetable::due(const Machines& machines, WallTime now) {
    const std::scoped_lock lock(mutex_);
    std::vector<Event> all;
    for (const auto& [id, row] : machines.environments()) {
        if (const auto look = looks_.find(id); look != looks_.end() && now < look->second) continue;
        for (plan::EnvironmentEvent& event : plan::look_at_times(row.state, now, rules(now)))
            all.push_back({row.placement, "", std::move(event), {}, {}, {}});
    }
    return all;
}

WallTime Timetable::next(const Machines& machines, WallTime now) {
    const std::scoped_lock lock(mutex_);
    WallTime next = now + never;
    for (const auto& [id, row] : machines.environments()) {
        const auto [look, isNew] = looks_.try_emplace(id, next);
        if (isNew || look->second <= now)
            look->second = plan::next_look(row.state, now, rules(now)).value_or(now + never);
        next = std::min(next, look->second);
    }
    return next;
}

void Timetable::show(const plan::EnvironmentState& state, std::vector<world::TaskStatus>& tasks) {
    const std::scoped_lock lock(mutex_);
    const WallTime now = clock_.wall_time();
    for (const plan::TimedJob& job : state.timed) {
        const auto task = std::ranges::find(tasks, job.tasks.begin()->first, &world::TaskStatus::name);
        const auto runs = state.runs.find(job.name);
        if (task == tasks.end() || runs == state.runs.end()) continue;
        task->times = shown(job, runs->second);
        const world::ZoneRules* zone = rules(now)(job.schedule.zone);
        if (zone == nullptr || state.phase != plan::EnvironmentPhase::up) continue;
        if (const auto next = plan::next_run(runs->second, job.schedule, now, *zone))
            task->times->next = to_text(*next);
    }
}

}  // namespace tenantry::engine

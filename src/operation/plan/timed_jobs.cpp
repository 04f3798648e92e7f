#include "timed_jobs.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tenantry::plan {
namespace {

namespace on = environment_event;
using world::WallTime;

// One of its tasks in which no run goes on.
std::optional<std::string> free_task(const EnvironmentState& state, const TimedJob& job) {
    const auto runs = state.runs.find(job.name);
    for (const auto& [task, digest] : job.tasks)
        if (runs == state.runs.end() || !runs->second.running.contains(task)) return task;
    return std::nullopt;
}

// A reset takes stores away that a run of another job may be working on.
bool awaits_others(const EnvironmentState& state, const TimedJob& job) {
    return job.reset && !running_tasks(state).empty();
}

bool is_known(const EnvironmentState& state, const TimedJob& job) {
    const auto runs = state.runs.find(job.name);
    return runs != state.runs.end() && runs->second.schedule == job.schedule.text;
}

TimedJob begin(EnvironmentStep& step, const TimedJob& job, const std::string& task, JobRun run) {
    JobRuns& runs = step.state.runs[job.name];
    const std::string due = run.dueAt ? "due at " + to_text(*run.dueAt) : "asked for";
    begin_run(runs, task, std::move(run));
    step.notes.push_back(fmt::format("run {} of the job {} begins, {}", runs.count, job.name, due));
    if (!job.reset) step.told.push_back({task, task_event::Start{job.tasks.at(task)}});
    return job;
}

void pass_over(EnvironmentStep& step, const TimedJob& job, WallTime at, const std::string& why) {
    step.state.runs[job.name].passedOver = fmt::format("{}: {}", to_text(at), why);
    step.notes.push_back(fmt::format("no run of the job {} due at {}: {}", job.name, to_text(at), why));
}

// Why somebody who asks for a run gets none; empty: he does.
std::string refusal(const EnvironmentState& state, const TimedJob* job, const on::Run& run) {
    if (job == nullptr)
        return fmt::format("it has no job `{}` with times of its own; those of a release and of a new environment run "
                           "with `tenantry up`",
                           run.job);
    if (state.phase != EnvironmentPhase::up)
        return fmt::format("it is {}, and jobs run while it is up", to_string(state.phase));
    if (!free_task(state, *job)) return fmt::format("`{}` runs already", job->name);
    if (!job->reset) return {};
    if (!run.resets)
        return fmt::format(
            "`{}` comes with a reset, which destroys what stores hold: `--reset` says that this is meant", job->name);
    if (awaits_others(state, *job))
        return fmt::format("{} runs, and would lose what it works on", running_tasks(state).front());
    return {};
}

}  // namespace

const TimedJob* timed_job(const EnvironmentState& state, const std::string& name) {
    const auto found = std::ranges::find(state.timed, name, &TimedJob::name);
    return found == state.timed.end() ? nullptr : &*found;
}

bool is_timed(const on::Up& up, const std::string& task) {
    return std::ranges::any_of(up.timed, [&](const TimedJob& job) { return job.tasks.contains(task); });
}

std::vector<std::string> running_tasks(const EnvironmentState& state) {
    std::vector<std::string> tasks;
    for (const auto& [job, runs] : state.runs)
        for (const auto& [task, run] : runs.running) tasks.push_back(task);
    return tasks;
}

std::optional<TimedJob> begin_due(EnvironmentStep& step, const on::Due& due, Instant now) {
    const TimedJob* job = timed_job(step.state, due.job);
    const bool isHere = job != nullptr && step.state.phase == EnvironmentPhase::up && is_known(step.state, *job);
    if (!isHere || is_decided(step.state.runs[due.job], due.time.at)) return std::nullopt;
    if (!due.time.tooLate && awaits_others(step.state, *job)) return std::nullopt;
    decide(step.state.runs[due.job], due.time.at);
    const auto task = free_task(step.state, *job);
    if (due.time.tooLate) {
        pass_over(step, *job, due.time.at, "it is more than 24 h late");
    } else if (!task) {
        pass_over(step, *job, due.time.at, "the run before goes on");
    } else {
        return begin(step, *job, *task, {.began = due.now, .dueAt = due.time.at, .since = now});
    }
    return std::nullopt;
}

std::optional<TimedJob> begin_asked(EnvironmentStep& step, const on::Run& run, Instant now) {
    const TimedJob* job = timed_job(step.state, run.job);
    step.refused = refusal(step.state, job, run);
    if (!step.refused.empty()) return std::nullopt;
    return begin(step, *job, *free_task(step.state, *job), {.began = run.now, .dueAt = {}, .since = now});
}

void end_timed(EnvironmentStep& step, const std::string& task, bool well, const std::string& how, Instant now) {
    for (auto& [name, runs] : step.state.runs)
        if (const auto run = end_run(runs, task, well, how, now))
            step.notes.push_back(
                fmt::format("run {} of the job {} {}: {}", run->number, name, well ? "ended well" : "failed", how));
}

void end_resets(EnvironmentStep& step, const std::string& why, Instant now) {
    for (const TimedJob& job : step.state.timed)
        if (job.reset) end_timed(step, job.tasks.begin()->first, false, why, now);
}

std::vector<EnvironmentEvent> look_at_times(const EnvironmentState& state, WallTime now, const RulesOf& rules) {
    std::vector<EnvironmentEvent> events;
    for (const TimedJob& job : state.timed) {
        if (!is_known(state, job)) {
            events.emplace_back(on::Noticed{job.name, now});
            continue;
        }
        const world::ZoneRules* zone = rules(job.schedule.zone);
        if (state.phase != EnvironmentPhase::up || zone == nullptr) continue;
        const auto due = due_time(state.runs.at(job.name), job.schedule, now, *zone);
        if (due && (due->tooLate || !awaits_others(state, job))) events.emplace_back(on::Due{job.name, *due, now});
    }
    return events;
}

std::optional<WallTime> next_look(const EnvironmentState& state, WallTime now, const RulesOf& rules) {
    std::optional<WallTime> next;
    if (state.phase != EnvironmentPhase::up) return next;
    for (const TimedJob& job : state.timed) {
        const world::ZoneRules* zone = rules(job.schedule.zone);
        if (!is_known(state, job) || zone == nullptr) continue;
        const auto run = next_run(state.runs.at(job.name), job.schedule, now, *zone);
        if (run && (!next || *run < *next)) next = run;
    }
    return next;
}

}  // namespace tenantry::plan

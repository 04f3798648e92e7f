#pragma once

// The part of an environment's machine that is about jobs with times of their own: what begins, what is passed over,
// and how it ended.

#include <tenantry/plan/environment_machine.hpp>

namespace tenantry::plan {

/// Null where the environment has no such job.
const TimedJob* timed_job(const EnvironmentState& state, const std::string& name);
/// True where the task is a place of a job with times.
bool is_timed(const environment_event::Up& up, const std::string& task);
/// Tasks of runs that go on.
std::vector<std::string> running_tasks(const EnvironmentState& state);

/// Begins a run, or decides that there is none. A job that has a reset is only written down as begun: its task is
/// started at the reset's end. Nothing where no run began.
std::optional<TimedJob> begin_due(EnvironmentStep& step, const environment_event::Due& due, Instant now);
std::optional<TimedJob> begin_asked(EnvironmentStep& step, const environment_event::Run& run, Instant now);

/// The run that goes on in that task, if there is one, has ended.
void end_timed(EnvironmentStep& step, const std::string& task, bool well, const std::string& how, Instant now);
/// Those that wait for the end of a reset which did not come to it.
void end_resets(EnvironmentStep& step, const std::string& why, Instant now);

}  // namespace tenantry::plan

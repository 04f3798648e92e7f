#pragma once

// One task from its first start to its end:
//
//            Start            Started         Healthy
//   stopped ------> starting --------> running ------> ready
//      ^               | StartFailed      | Ended, failing  | Ended, failing
//      |               v                  v                 v
//      |            waiting <---------- (gone: back-off; hung: stopping first)
//      |               | Woken -> starting
//      +-- stopping <--+---- Stop from any phase
//
// A job runs to its end: it never is ready, and its end, or its timeout, is told and not mended.
//
// A pure function: what happens goes in, the next state and what to do come out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tenantry/plan/instant.hpp>
#include <tenantry/world/observed.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::plan {

enum class TaskPhase : std::uint8_t { stopped, starting, running, ready, waiting, stopping };

struct TaskState {
    TaskPhase phase = TaskPhase::stopped;
    std::string wanted;   ///< digest of the task as it shall run; empty: it shall not
    std::string running;  ///< digest of what was started last
    std::optional<world::TaskProcess> process;
    Instant since;                  ///< when it entered the phase
    std::optional<Instant> wakeAt;  ///< in `waiting`, and in `stopping` after a failure
    std::uint32_t starts = 0;       ///< in a row, without having been ready for `steadyAfter`
    std::uint32_t failures = 0;     ///< health checks in a row
    std::string why;                ///< of the last trouble; empty when there was none since the last `ready`
    bool operator==(const TaskState&) const = default;
};

namespace task_event {
struct Start {
    std::string digest;
    bool drains = false;  ///< what runs with another digest is stopped as by `Stop` with `drains`
};
struct Stop {
    bool drains = false;  ///< not before the connections to it have ended, or its drain time has
};
struct Started {
    world::TaskProcess process;
};
struct StartFailed {
    std::string why;
};
/// The process is gone.
struct Ended {
    std::string how;
    std::optional<bool> well = {};  ///< exit code 0; nothing: nobody knows any more
};
struct Healthy {};
struct Unhealthy {
    std::string why;
};
/// `wakeAt` has come.
struct Woken {};
struct Stopped {};
struct StopFailed {
    std::string why;
};
}  // namespace task_event
using TaskEvent = std::variant<task_event::Start, task_event::Stop, task_event::Started, task_event::StartFailed,
                               task_event::Ended, task_event::Healthy, task_event::Unhealthy, task_event::Woken,
                               task_event::Stopped, task_event::StopFailed>;

enum class TaskCommand : std::uint8_t { start, stop, drain };

/// What the environment's machine is told.
namespace told {
struct Ready {};
struct Lost {
    std::string why;
};
/// It does not come up: starts `givenUpAfter` times in a row without success. It is still tried, with back-off.
struct GivenUp {
    std::string why;
};
struct Stopped {};
/// A job has run to its end, or could not.
struct Finished {
    std::string digest;  ///< of what ran
    bool well = false;
    std::string how;
};
}  // namespace told
using Told = std::variant<told::Ready, told::Lost, told::GivenUp, told::Stopped, told::Finished>;

struct TaskStep {
    TaskState state;
    std::vector<TaskCommand> commands;
    std::vector<Told> told;
};

/// Failed checks in a row after which a task is replaced (platform-file defaults).
inline constexpr std::uint32_t mostFailures = 3;
inline constexpr std::uint32_t givenUpAfter = 3;
/// Ready so long, and earlier ends are forgotten.
inline constexpr std::chrono::milliseconds steadyAfter{10'000};
/// Before the start after the first end in a row; doubled each time up to `longestBackOff`.
inline constexpr std::chrono::milliseconds firstBackOff{100};
inline constexpr std::chrono::milliseconds longestBackOff{30'000};
/// Between two tries to stop a task.
inline constexpr std::chrono::milliseconds stopAgainAfter{1'000};

TaskStep step(TaskState state, const TaskEvent& event, const world::TaskSpec& spec, Instant now);

/// The names of phases, as `status` shows them.
std::string_view to_string(TaskPhase phase);

}  // namespace tenantry::plan

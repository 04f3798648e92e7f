#pragma once

// One environment on a machine:
//
//          Up                                                     all ready                     Checked
//   absent ---> retiring --> preparing --> initializing --> starting ------> rolling --> checking ------> up
//     ^         (tasks that   (files,      (stores, their               |  |  (tasks that              |
//     |          are no more)  network,     users, jobs)    Failed, given up   changed)                | Down
//     |                        ingress)                            v                                   v
//     +---- clearing <---- stopping <---- (never up before: undone)  ----------------------------  stopping
//           (ingress, network, files)      else: failed, what runs goes on
//
// retiring: as the environment was before; what shall be waits in `pending`. Where connections are directed to a task,
// they are directed away before it stops.
//
// rolling: service by service, a spare task starts beside the others. When it is ready each task that changed is
// replaced in its place: connections are directed away from it, it drains, it stops, the new one starts and is ready.
// Then the spare one leaves in the same way. So never fewer tasks serve than before.
//
// up: a service with a range gets a task more or fewer (`Scale`). One more starts, and connections are directed to it
// when it is ready; one fewer is first left out by new connections (`parting`), drains and stops. How many there are is
// what `tasks` has: an `Up` keeps those of a range that run, whatever else it changes.
//
// initializing: the stores start; when all are ready their users are made (grantStores); then the jobs that come before
// the services run, one after the other. A job that has run to its end as it is now does not run again: `finished`
// keeps that over downs, until the data is destroyed.
//
// A reset, at its time, of one that is up: draining (connections are directed away from the services that use the
// stores, which then stop) --> emptying (these stores stop and are emptied) --> initializing, and on as above; jobs
// whose work is gone run again. `resetting` says that until the stores are empty: an `Up` meanwhile comes back to
// draining.
//
// checking --Violated--> closing --> closed (the load balancer stopped, then the ingress: the other tasks run on, for
// who looks into it), or, by `OnViolation`, failed, and it serves on.
//
// failed for a task that did not come up: when all tasks are ready after all, as they are wanted, it is checked again.
//
// `Up` and `Down` may come in any phase; results of what was asked before them are dropped by the epoch.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tenantry/plan/instant.hpp>
#include <tenantry/plan/job_runs.hpp>
#include <tenantry/plan/task_machine.hpp>

namespace tenantry::plan {

enum class EnvironmentPhase : std::uint8_t {
    absent,
    retiring,
    preparing,
    draining,
    emptying,
    initializing,
    starting,
    rolling,
    checking,
    up,
    failed,
    stopping,
    clearing,
    closing,
    closed
};

/// What to do where a claim does not hold on what runs after an apply.
enum class OnViolation : std::uint8_t {
    byPlace,  ///< close one that was never up, alarm of one that serves
    close,    ///< nobody comes in any more
    alarm     ///< it serves on, and says so
};

/// A job that the services of a release wait for.
struct JobStep {
    std::string task;
    std::string digest;
    bool onceOnly = false;  ///< never again, whatever has changed of it
    bool operator==(const JobStep&) const = default;
};

/// A service whose tasks are replaced one after the other, while a spare one does the work of the one at hand.
struct RolledService {
    std::vector<std::string> tasks;
    std::string spare;
    std::string spareDigest;
    bool directed = true;  ///< connections are directed to its tasks; a load balancer's take them themselves
    std::string service = {};
    bool operator==(const RolledService&) const = default;
};

/// What a reset does, in tasks.
struct ResetPlan {
    std::set<std::string> stores;  ///< tasks of the stores that are emptied
    /// Tasks of services that use them, spare ones too: they stop meanwhile, one set behind the other. Frontends come
    /// first, so that nobody's request is on its way when its callees go.
    std::vector<std::set<std::string>> services;
    std::set<std::string> jobs;  ///< tasks of jobs that run again
    bool operator==(const ResetPlan&) const = default;
};

/// A job that runs at times of its own.
struct TimedJob {
    std::string name;
    std::map<std::string, std::string> tasks;  ///< task -> digest: one for each run that may go on at one time
    world::ScheduleSpec schedule;
    std::optional<ResetPlan> reset;  ///< it runs at the end of one
    bool operator==(const TimedJob&) const = default;
};

/// A task of a range, beyond its least number.
struct OnLoadTask {
    std::string task;
    std::string digest;
    bool operator==(const OnLoadTask&) const = default;
};

/// A service whose number of tasks follows its load.
struct RangedService {
    std::string service;
    std::uint32_t least = 0;
    std::vector<OnLoadTask> more;  ///< in the order in which they come
    bool operator==(const RangedService&) const = default;
};

namespace environment_event {
struct Up {
    std::string spec;
    std::map<std::string, std::string> tasks;
    std::set<std::string> balancers = {};
    OnViolation onViolation = OnViolation::byPlace;
    std::set<std::string> stores = {};
    std::vector<JobStep> jobs = {};
    std::vector<RolledService> rolled = {};  ///< in the order of their turns
    std::vector<TimedJob> timed = {};        ///< by name
    std::vector<RangedService> ranged = {};  ///< `tasks` has none of theirs but those that run in any case
    bool operator==(const Up&) const = default;
};
}  // namespace environment_event

struct EnvironmentState {
    EnvironmentPhase phase = EnvironmentPhase::absent;
    std::uint64_t epoch = 0;                       ///< grows with each Up and Down
    std::string spec;                              ///< digest of the EnvironmentSpec that is wanted or was last
    std::map<std::string, std::string> tasks;      ///< wanted: name -> digest
    std::set<std::string> ready;                   ///< tasks that are
    std::set<std::string> leaving;                 ///< tasks that were told to stop and have not yet
    std::set<std::string> balancers;               ///< tasks that take what comes in
    std::set<std::string> stores;                  ///< tasks that the others wait for
    std::vector<JobStep> jobs;                     ///< in the order in which they run
    std::vector<RolledService> rolled;             ///< in the order of their turns
    std::map<std::string, std::string> told;       ///< tasks that were told to start: name -> digest
    std::set<std::string> serving;                 ///< tasks that new connections are directed to
    std::uint32_t directing = 0;                   ///< `direct` commands without a result
    std::optional<environment_event::Up> pending;  ///< waits for tasks that are no more to leave
    std::map<std::string, std::string> finished;   ///< jobs that ended well: task -> digest
    OnViolation onViolation = OnViolation::byPlace;
    bool everUp = false;
    bool destroys = false;                ///< its data goes with it
    bool keepsData = false;               ///< it has stores, or had
    Instant since;                        ///< when it entered the phase
    Instant began;                        ///< the last Up or Down
    std::string why;                      ///< of the last trouble
    std::vector<TimedJob> timed;          ///< by name
    std::map<std::string, JobRuns> runs;  ///< by the name of the job; kept as `finished` is
    std::string resetting;                ///< the job whose reset has begun and has not emptied the stores yet
    std::uint32_t drained = 0;            ///< sets of its services that have stopped
    std::vector<RangedService> ranged;
    std::set<std::string> parting;  ///< tasks that shall leave when new connections are directed away from them
    bool awaitsTasks = false;       ///< failed for a task, not for a claim; looked at again once all are ready
    bool withheld = false;          ///< by a reset: connections to its services, until all tasks are ready again
    bool operator==(const EnvironmentState&) const = default;
};

enum class EnvironmentCommand : std::uint8_t {
    writeFiles,
    makeNetwork,
    openIngress,
    grantStores,  ///< the users of each store, with their rights
    direct,       ///< new connections, to those that are `serving`
    check,        ///< the claims on what the kernel has, and an answer over HTTPS
    closeIngress,
    removeNetwork,
    removeFiles,
    destroyData,
    emptyStores  ///< those of the reset; they do not run
};

namespace environment_event {
struct Down {
    bool destroyData = false;
};
struct Done {
    EnvironmentCommand command{};
    std::uint64_t epoch = 0;
};
struct Failed {
    EnvironmentCommand command{};
    std::uint64_t epoch = 0;
    std::string why;
};
/// The check was made, and a claim does not hold: `NET-5: ...`.
struct Violated {
    std::uint64_t epoch = 0;
    std::string why;
};
struct OfTask {
    std::string task;
    Told told;
};
/// The schedule of a job is new: its times begin behind `now`.
struct Noticed {
    std::string job;
    world::WallTime now;
};
/// A time of a job has come.
struct Due {
    std::string job;
    DueTime time;
    world::WallTime now;
};
/// Somebody asks for a run of a job now.
struct Run {
    std::string job;
    bool resets = false;  ///< and knows that stores are emptied before
    world::WallTime now;
};
/// A service with a range shall have so many tasks. Nothing comes of it but in `up`.
struct Scale {
    std::string service;
    std::uint32_t tasks = 0;
    std::string why;  ///< for the ledger
};
}  // namespace environment_event
using EnvironmentEvent =
    std::variant<environment_event::Up, environment_event::Down, environment_event::Done, environment_event::Failed,
                 environment_event::Violated, environment_event::OfTask, environment_event::Noticed,
                 environment_event::Due, environment_event::Run, environment_event::Scale>;

struct ToTask {
    std::string task;
    TaskEvent event;
};

struct EnvironmentStep {
    EnvironmentState state;
    std::vector<EnvironmentCommand> commands;  ///< in this order, each when the one before is done
    std::vector<ToTask> told;
    std::vector<std::string> notes = {};  ///< for the ledger, beside phases
    std::string refused = {};             ///< why a `Run` is not done; empty otherwise
};

EnvironmentStep step(EnvironmentState state, const EnvironmentEvent& event, Instant now);

/// What it shall be, to be asked for again by who takes up what another one left.
environment_event::Up asked_again(const EnvironmentState& state);

/// True where it shall run, and may get what has become new of itself; one that was closed waits for somebody's `Up`.
bool may_be_renewed(EnvironmentPhase phase);
/// The rules of a time zone by its name; null where the machine does not know it.
using RulesOf = std::function<const world::ZoneRules*(const std::string& zone)>;

/// What the clock brings now: `Noticed` and `Due` events.
std::vector<EnvironmentEvent> look_at_times(const EnvironmentState& state, world::WallTime now, const RulesOf& rules);
/// When there is something of it again if nothing else happens before.
std::optional<world::WallTime> next_look(const EnvironmentState& state, world::WallTime now, const RulesOf& rules);
/// How many tasks a service with a range has, or shall have.
std::uint32_t tasks_of(const EnvironmentState& state, const RangedService& ranged);

/// Nothing of it is left but the row: why, and which jobs have run.
inline bool is_gone(const EnvironmentState& state) { return state.phase == EnvironmentPhase::absent; }

std::string_view to_string(EnvironmentPhase phase);
std::string_view to_string(EnvironmentCommand command);

}  // namespace tenantry::plan

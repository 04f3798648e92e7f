#pragma once

// The states of machines as JSON, for the journal. Heavy to compile, as tenantry/world/json.hpp.

#include <tenantry/plan/environment_machine.hpp>
#include <tenantry/plan/task_machine.hpp>
#include <tenantry/world/json.hpp>

namespace tenantry::plan {

inline void tag_invoke(boost::json::value_from_tag, boost::json::value& to, Instant from) { to = from.ms; }
inline boost::json::result<Instant> tag_invoke(boost::json::try_value_to_tag<Instant>, const boost::json::value& from) {
    const auto ms = boost::json::try_value_to<std::int64_t>(from);
    if (!ms) return ms.error();
    return Instant{*ms};
}

inline void tag_invoke(boost::json::value_from_tag, boost::json::value& to, const WallSpan& from) {
    to = boost::json::array{from.from.seconds, from.to.seconds};
}
inline boost::json::result<WallSpan> tag_invoke(boost::json::try_value_to_tag<WallSpan>,
                                                const boost::json::value& from) {
    const auto ends = boost::json::try_value_to<std::array<std::int64_t, 2>>(from);
    if (!ends) return ends.error();
    return WallSpan{{(*ends)[0]}, {(*ends)[1]}};
}

BOOST_DESCRIBE_STRUCT(JobRun, (), (number, began, dueAt, since, tookMs, well, how))
BOOST_DESCRIBE_STRUCT(JobRuns, (), (schedule, decided, count, running, ended, passedOver))
BOOST_DESCRIBE_ENUM(TaskPhase, stopped, starting, running, ready, waiting, stopping)
BOOST_DESCRIBE_ENUM(TaskCommand, start, stop, drain)
BOOST_DESCRIBE_STRUCT(TaskState, (), (phase, wanted, running, process, since, wakeAt, starts, failures, why))
BOOST_DESCRIBE_ENUM(EnvironmentPhase, absent, retiring, preparing, draining, emptying, initializing, starting, rolling,
                    checking, up, failed, stopping, clearing, closing, closed)
BOOST_DESCRIBE_ENUM(OnViolation, byPlace, close, alarm)
BOOST_DESCRIBE_ENUM(EnvironmentCommand, writeFiles, makeNetwork, openIngress, grantStores, direct, check, closeIngress,
                    removeNetwork, removeFiles, destroyData, emptyStores)
BOOST_DESCRIBE_STRUCT(JobStep, (), (task, digest, onceOnly))
BOOST_DESCRIBE_STRUCT(RolledService, (), (tasks, spare, spareDigest, directed, service))
BOOST_DESCRIBE_STRUCT(ResetPlan, (), (stores, services, jobs))
BOOST_DESCRIBE_STRUCT(TimedJob, (), (name, tasks, schedule, reset))
BOOST_DESCRIBE_STRUCT(OnLoadTask, (), (task, digest))
BOOST_DESCRIBE_STRUCT(RangedService, (), (service, least, more))
namespace environment_event {
BOOST_DESCRIBE_STRUCT(Up, (), (spec, tasks, balancers, onViolation, stores, jobs, rolled, timed, ranged))
}
BOOST_DESCRIBE_STRUCT(EnvironmentState, (),
                      (phase, epoch, spec, tasks, ready, leaving, balancers, stores, jobs, rolled, told, serving,
                       directing, pending, finished, onViolation, everUp, destroys, keepsData, since, began, why, timed,
                       runs, resetting, drained, ranged, parting, awaitsTasks, withheld))

}  // namespace tenantry::plan

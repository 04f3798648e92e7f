#include <algorithm>

#include <tenantry/engine/runner.hpp>

#include "loop.hpp"

namespace tenantry::engine {

namespace {

std::vector<plan::RolledService> rolled_services(const world::EnvironmentSpec& spec) {
    std::vector<plan::RolledService> all;
    for (const std::string& service : spec.turns) {
        plan::RolledService one;
        one.service = service;
        for (const world::TaskSpec& task : spec.tasks) {
            if (task.service != service) continue;
            if (task.spare) {
                one.spare = task.name;
                one.spareDigest = task.digest;
            } else if (!task.onLoad) {
                one.tasks.push_back(task.name);
            }
            one.directed = task.kind == world::TaskKind::service;
        }
        if (!one.spare.empty()) all.push_back(std::move(one));
    }
    return all;
}

plan::ResetPlan reset_plan(const world::EnvironmentSpec& spec, const world::ResetSpec& reset) {
    plan::ResetPlan made{{}, {}, {reset.jobs.begin(), reset.jobs.end()}};
    for (const bool frontends : {true, false}) {
        std::set<std::string> tasks;
        for (const world::TaskSpec& task : spec.tasks)
            if (task.frontend == frontends && std::ranges::find(reset.services, task.service) != reset.services.end())
                tasks.insert(task.name);
        if (!tasks.empty()) made.services.push_back(std::move(tasks));
    }
    for (const world::StoreSpec& store : spec.stores) {
        if (std::ranges::find(reset.stores, store.name) == reset.stores.end()) continue;
        made.stores.insert(store.task);
        if (store.backing) made.stores.insert(store.backing->task);
    }
    return made;
}

void add_timed(const world::EnvironmentSpec& spec, const world::TaskSpec& task, std::vector<plan::TimedJob>& timed) {
    const auto there = std::ranges::find(timed, task.service, &plan::TimedJob::name);
    if (there != timed.end()) {
        there->tasks.emplace(task.name, task.digest);
        return;
    }
    plan::TimedJob job{task.service, {{task.name, task.digest}}, *task.job->schedule, {}};
    if (task.job->reset) job.reset = reset_plan(spec, *task.job->reset);
    timed.push_back(std::move(job));
}

std::vector<plan::RangedService> ranged_services(const world::EnvironmentSpec& spec) {
    std::vector<plan::RangedService> all;
    for (const world::RangeSpec& range : spec.ranges) {
        plan::RangedService one{range.service, range.least, {}};
        for (const world::TaskSpec& task : spec.tasks)
            if (task.service == range.service && task.onLoad) one.more.push_back({task.name, task.digest});
        all.push_back(std::move(one));
    }
    return all;
}

plan::environment_event::Up up_for(const world::EnvironmentSpec& spec) {
    plan::environment_event::Up up{encoded(spec).first, {}};
    std::vector<plan::JobStep> firstTime;
    for (const world::TaskSpec& task : spec.tasks) {
        if (task.job) {
            if (task.job->schedule) add_timed(spec, task, up.timed);
            if (task.job->beforeRelease) up.jobs.push_back({task.name, task.digest, false});
            if (task.job->afterCreate) firstTime.push_back({task.name, task.digest, true});
            continue;
        }
        if (task.spare || task.onLoad) continue;
        up.tasks.emplace(task.name, task.digest);
        if (task.kind == world::TaskKind::balancer) up.balancers.insert(task.name);
        if (task.kind == world::TaskKind::store) up.stores.insert(task.name);
    }
    // What a new environment begins with needs what each release brings.
    up.jobs.insert(up.jobs.end(), firstTime.begin(), firstTime.end());
    up.rolled = rolled_services(spec);
    up.ranged = ranged_services(spec);
    return up;
}

}  // namespace

Runner::Runner(Ports ports, Log log, Hook hook, ScalePace pace)
    : loop_(std::make_unique<Loop>(ports, std::move(log), std::move(hook), pace)) {}
Runner::~Runner() = default;

Result<void> Runner::run(const std::stop_token& stop) { return loop_->run(stop); }

Result<void> Runner::up(world::EnvironmentSpec spec, std::string by, plan::OnViolation onViolation) {
    auto shared = std::make_shared<const world::EnvironmentSpec>(std::move(spec));
    plan::environment_event::Up up = up_for(*shared);
    up.onViolation = onViolation;
    const world::Placement placement = shared->placement;
    return loop_->ask({placement, "", plan::EnvironmentEvent(std::move(up)), {}, std::move(shared), std::move(by)});
}

Result<bool> Runner::renew(const std::shared_ptr<const world::EnvironmentSpec>& before, world::EnvironmentSpec spec) {
    auto shared = std::make_shared<const world::EnvironmentSpec>(std::move(spec));
    plan::environment_event::Up up = up_for(*shared);
    const world::Placement placement = shared->placement;
    return loop_->renew({placement, "", plan::EnvironmentEvent(std::move(up)), {}, std::move(shared), {}},
                        encoded(*before).first);
}

Result<void> Runner::note(const world::Placement& placement, std::string what, std::string by) {
    return loop_->note(placement, std::move(what), std::move(by));
}

Result<void> Runner::down(const world::Placement& placement, std::string by, bool destroyData) {
    const plan::environment_event::Down down{.destroyData = destroyData};
    return loop_->ask({placement, "", plan::EnvironmentEvent(down), {}, {}, std::move(by)});
}

Result<std::uint64_t> Runner::run_job(const world::Placement& placement, const std::string& job, bool resets,
                                      std::string by) {
    return loop_->run_job(placement, job, resets, std::move(by));
}

bool Runner::any_present() const { return loop_->any_present(); }
world::Status Runner::status() const { return loop_->status(); }
world::Status Runner::status_after(std::uint64_t version, std::chrono::milliseconds limit) const {
    return loop_->status_after(version, limit);
}
std::shared_ptr<const world::EnvironmentSpec> Runner::asked(const world::Placement& placement) const {
    return loop_->asked(placement);
}
Runner::Events Runner::events_after(std::uint64_t number, std::chrono::milliseconds limit) const {
    return loop_->events_after(number, limit);
}
std::shared_ptr<const world::EnvironmentSpec> Runner::spec(const world::Placement& placement) const {
    return loop_->spec(placement);
}

}  // namespace tenantry::engine

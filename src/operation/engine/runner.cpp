#include <tenantry/engine/runner.hpp>

#include "loop.hpp"

namespace tenantry::engine {

namespace {

std::vector<plan::RolledService> rolled_services(const world::EnvironmentSpec& spec) {
    std::vector<plan::RolledService> all;
    for (const std::string& service : spec.turns) {
        plan::RolledService one;
        for (const world::TaskSpec& task : spec.tasks) {
            if (task.service != service) continue;
            if (task.spare) {
                one.spare = task.name;
                one.spareDigest = task.digest;
            } else {
                one.tasks.push_back(task.name);
            }
            one.directed = task.kind == world::TaskKind::service;
        }
        if (!one.spare.empty()) all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

Runner::Runner(Ports ports, Log log, Hook hook)
    : loop_(std::make_unique<Loop>(ports, std::move(log), std::move(hook))) {}
Runner::~Runner() = default;

Result<void> Runner::run(const std::stop_token& stop) { return loop_->run(stop); }

Result<void> Runner::up(world::EnvironmentSpec spec, std::string by, plan::OnViolation onViolation) {
    auto shared = std::make_shared<const world::EnvironmentSpec>(std::move(spec));
    plan::environment_event::Up up{encoded(*shared).first, {}, {}, onViolation};
    std::vector<plan::JobStep> firstTime;
    for (const world::TaskSpec& task : shared->tasks) {
        if (task.job) {
            if (task.job->beforeRelease) up.jobs.push_back({task.name, task.digest, false});
            if (task.job->afterCreate) firstTime.push_back({task.name, task.digest, true});
            continue;
        }
        if (task.spare) continue;
        up.tasks.emplace(task.name, task.digest);
        if (task.kind == world::TaskKind::balancer) up.balancers.insert(task.name);
        if (task.kind == world::TaskKind::store) up.stores.insert(task.name);
    }
    // What a new environment begins with needs what each release brings.
    up.jobs.insert(up.jobs.end(), firstTime.begin(), firstTime.end());
    up.rolled = rolled_services(*shared);
    const world::Placement placement = shared->placement;
    return loop_->ask({placement, "", plan::EnvironmentEvent(std::move(up)), {}, std::move(shared), std::move(by)});
}

Result<void> Runner::down(const world::Placement& placement, std::string by, bool destroyData) {
    const plan::environment_event::Down down{.destroyData = destroyData};
    return loop_->ask({placement, "", plan::EnvironmentEvent(down), {}, {}, std::move(by)});
}

world::Status Runner::status() const { return loop_->status(); }
world::Status Runner::status_after(std::uint64_t version, std::chrono::milliseconds limit) const {
    return loop_->status_after(version, limit);
}
Runner::Events Runner::events_after(std::uint64_t number, std::chrono::milliseconds limit) const {
    return loop_->events_after(number, limit);
}
std::shared_ptr<const world::EnvironmentSpec> Runner::spec(const world::Placement& placement) const {
    return loop_->spec(placement);
}

}  // namespace tenantry::engine

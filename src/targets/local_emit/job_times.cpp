#include "job_times.hpp"

#include <algorithm>
#include <set>

#include <tenantry/model/platform.hpp>

namespace tenantry::local_emit {
namespace {

using blueprint::Grant;
using blueprint::Job;
using blueprint::Store;
using blueprint::Workload;
using Stores = std::set<Index<Store>>;

template <class Keep>
Stores stores_of(const std::vector<Grant>& grants, const Keep& keep) {
    Stores stores;
    for (const Grant& grant : grants)
        if (keep(grant.access)) stores.insert(grant.store);
    return stores;
}
bool is_owner(model::Access access) { return access == model::Access::owner; }
bool may_write(model::Access access) { return access != model::Access::read; }

bool uses(const Workload& workload, const Stores& stores) {
    return std::ranges::any_of(workload.stores, [&](const Grant& grant) { return stores.contains(grant.store); });
}

// Those that use the stores, and all that call one of them: without it they would answer with errors of their own.
std::vector<std::string> services_with(const blueprint::Shape& shape, const Stores& stores) {
    std::set<Index<Workload>> found;
    const auto calls_one = [&](const Workload& workload) {
        return std::ranges::any_of(workload.calls, [&](Index<Workload> to) { return found.contains(to); });
    };
    for (std::size_t before = found.size() + 1; before != found.size();) {
        before = found.size();
        for (std::uint32_t at = 0; at < shape.workloads.size(); ++at)
            if (uses(shape.workloads[at], stores) || calls_one(shape.workloads[at])) found.insert({at});
    }
    std::vector<std::string> names;
    for (const Index<Workload> index : found) names.push_back(shape.workloads[index.at].name.str());
    return names;
}

// What a job before a release made in a store that is emptied must be made again, as the tables that its reset's job
// fills. One for a new environment runs once for its data: again only where all of them are gone.
bool runs_again(const Job& job, const Stores& emptied) {
    const Stores written = stores_of(job.stores, may_write);
    const auto is_emptied = [&](Index<Store> store) { return emptied.contains(store); };
    switch (job.when) {
        case model::Job::When::beforeRelease:
            return std::ranges::any_of(written, is_emptied);
        case model::Job::When::afterCreate:
            return !written.empty() && std::ranges::all_of(written, is_emptied);
        case model::Job::When::scheduled:
            return false;
    }
    return false;
}

}  // namespace

std::optional<world::ScheduleSpec> schedule_of(const Job& job) {
    const std::optional<model::Schedule>& schedule = job.schedule ? job.schedule : job.reset;
    if (!schedule) return std::nullopt;
    world::ScheduleSpec spec{model::to_string(*schedule), {}, schedule->time.minutes, schedule->zone};
    if (schedule->day) spec.weekday = static_cast<std::uint8_t>(*schedule->day);
    return spec;
}

std::optional<world::ResetSpec> reset_of(const blueprint::Shape& shape, Index<Job> job) {
    if (!shape.jobs[job.at].reset) return std::nullopt;
    const Stores emptied = stores_of(shape.jobs[job.at].stores, is_owner);
    world::ResetSpec spec;
    for (const Index<Store> store : emptied) spec.stores.push_back(shape.stores[store.at].name.str());
    spec.services = services_with(shape, emptied);
    for (std::uint32_t at = 0; at < shape.jobs.size(); ++at)
        if (at == job.at || runs_again(shape.jobs[at], emptied)) spec.jobs.push_back(shape.jobs[at].name.str() + "-1");
    return spec;
}

}  // namespace tenantry::local_emit

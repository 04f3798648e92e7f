#include <algorithm>
#include <set>

#include <tenantry/model/task_view.hpp>

namespace tenantry::model {
namespace {

std::set<std::string_view> called_by(const Service& service) {
    std::set<std::string_view> names;
    for (const Route& route : service.routes) names.insert(route.to.str());
    for (const Call& call : service.calls) names.insert(call.to.str());
    return names;
}

std::vector<Variable> sorted(std::vector<Variable> variables) {
    std::ranges::stable_sort(variables, {}, &Variable::name);
    return variables;
}

}  // namespace

TaskView task_view(const Platform& platform, const ServiceSettings& settings) {
    Service merged = *settings.service;
    merged.egress = settings.egress;
    TaskView view{
        sorted(given_variables(platform, merged)), settings.env, merged.stores, merged.secrets, {}, {}, merged.egress};
    for (const std::string_view name : called_by(merged))
        if (const Service* to = platform.service(name); to != nullptr && to->port)
            view.calls.push_back({std::string(name), *to->port});
    if (!merged.port) return view;
    if (merged.tier == Tier::frontend) view.callers.push_back({"the load balancer", *merged.port});
    for (const Service& other : platform.services)
        if (called_by(other).contains(merged.name.str())) view.callers.push_back({other.name.str(), *merged.port});
    return view;
}

TaskView task_view(const Platform& platform, const Job& job) {
    return {sorted(given_variables(platform, job)), job.env, job.stores, job.secrets, {}, {}, job.egress};
}

}  // namespace tenantry::model

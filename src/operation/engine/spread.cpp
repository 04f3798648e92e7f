#include "spread.hpp"

#include <map>

#include <boost/json.hpp>

namespace tenantry::engine {
namespace {

namespace json = boost::json;

// Addresses that shall take connections, by the service's name.
using Serving = std::map<std::string, std::vector<std::string>, std::less<>>;

json::value* member(json::value* of, std::string_view name) {
    return of != nullptr && of->is_object() ? of->get_object().if_contains(name) : nullptr;
}

// `dnat ip to numgen random mod N map { 0 : ADDRESS, ... }` (rule_set.cpp of local_emit), of the rule `of`.
json::value* spread_of(json::value* of) {
    json::value* expressions = member(of, "expr");
    if (expressions == nullptr || !expressions->is_array() || expressions->get_array().empty()) return nullptr;
    return member(member(member(&expressions->get_array().front(), "dnat"), "addr"), "map");
}

Serving addresses(const world::EnvironmentSpec& spec, const std::set<std::string>& serving) {
    Serving all;
    for (const world::TaskSpec& task : spec.tasks)
        if (task.calledAt && serving.contains(task.name)) all[task.service].push_back(task.address.str());
    return all;
}

// The services of the addresses that it spreads over now.
std::string service_at(const world::EnvironmentSpec& spec, const json::value& set) {
    if (!set.is_array() || set.get_array().empty() || !set.get_array().front().is_array()) return {};
    const json::array& first = set.get_array().front().get_array();
    if (first.size() != 2 || !first[1].is_string()) return {};
    for (const world::TaskSpec& task : spec.tasks)
        if (task.address.str() == std::string_view(first[1].get_string())) return task.service;
    return {};
}

}  // namespace

Result<std::string> spread_over(const world::EnvironmentSpec& spec, const std::set<std::string>& serving) {
    const world::TextSpec* rules = spec.text("nftables.json");
    if (rules == nullptr) return fail("{} has no rule set", spec.placement.str());
    json::error_code error;
    json::value all = json::parse(rules->text, error);
    json::value* commands = error ? nullptr : member(&all, "nftables");
    if (commands == nullptr || !commands->is_array()) return fail("the rule set of {} is none", spec.placement.str());
    const Serving wanted = addresses(spec, serving);
    for (json::value& command : commands->get_array()) {
        json::value* spread = spread_of(member(member(&command, "add"), "rule"));
        json::value* set = member(member(spread, "data"), "set");
        json::value* total = member(member(member(spread, "key"), "numgen"), "mod");
        if (set == nullptr || total == nullptr) continue;
        const auto found = wanted.find(service_at(spec, *set));
        if (found == wanted.end()) continue;
        json::array to;
        for (const std::string& address : found->second) to.push_back(json::array{to.size(), address});
        *total = to.size();
        *set = std::move(to);
    }
    return json::serialize(all);
}

std::vector<world::BehindSpec> behind_balancer(const world::EnvironmentSpec& spec,
                                               const std::set<std::string>& serving) {
    std::vector<world::BehindSpec> behind;
    for (const world::TaskSpec& task : spec.tasks)
        if (task.frontend) behind.push_back({task.service, task.name, serving.contains(task.name)});
    return behind;
}

}  // namespace tenantry::engine

#include <algorithm>

#include "live_commands.hpp"

namespace tenantry::apps {
namespace {

// `api` of `api-2`; a job has one task of its own name.
std::string_view service_of(std::string_view task) {
    const std::size_t hyphen = task.rfind('-');
    const bool numbered = hyphen != std::string_view::npos && hyphen + 1 < task.size() &&
                          task.find_first_not_of("0123456789", hyphen + 1) == std::string_view::npos;
    return numbered ? task.substr(0, hyphen) : task;
}

}  // namespace

Result<Choice> Choice::of(const LiveOptions& own) {
    Choice choice;
    choice.platform_ = own.platform;
    for (const std::string& text : own.selectors) choice.selectors_.push_back(TRY(world::Selector::parse(text)));
    return choice;
}

bool Choice::has(const world::Placement& placement) const {
    return (platform_.empty() || placement.platform == platform_) &&
           std::ranges::any_of(selectors_, [&](const auto& one) { return one.matches(placement.environment); });
}

bool Choice::has_task(const world::Placement& placement, const std::string& task) const {
    return (platform_.empty() || placement.platform == platform_) &&
           std::ranges::any_of(selectors_, [&](const world::Selector& one) {
               return one.matches(placement.environment) && one.matches_task(service_of(task), task);
           });
}

}  // namespace tenantry::apps

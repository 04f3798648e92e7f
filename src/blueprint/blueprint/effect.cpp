#include <algorithm>
#include <array>

#include <tenantry/blueprint/effect.hpp>

namespace tenantry::blueprint {
namespace {

using enum Effect;

constexpr std::string_view definition = "it is part of what a task is started with";
constexpr std::string_view variables = "it changes what its tasks find in their variables and files";
constexpr std::string_view nextRun = "it holds from the next run on";

constexpr std::array rules{
    // Of the environment. Tenant and stage are its name, and cannot change.
    EffectRule{"tenant", replace, "another name is another environment"},
    EffectRule{"stage", replace, "another name is another environment"},
    EffectRule{"block", replace, "everything in it has addresses of its block"},
    EffectRule{"network.block", replace, "everything in it has addresses of its block"},
    EffectRule{"uids", replace, "its processes and files carry its ids"},
    EffectRule{"targets.aws.accounts", replace, "nothing moves from one account to another"},
    EffectRule{"zones", restart, "tasks are spread over the zones anew"},
    EffectRule{"network.subnets", inPlace, ""},
    EffectRule{"protect", inPlace, ""},
    EffectRule{"hosts", inPlace, "the load balancer learns it while it runs"},
    EffectRule{"logs", inPlace, ""},
    EffectRule{"backups", inPlace, ""},
    EffectRule{"idle", inPlace, ""},
    // Of services.
    EffectRule{"services.*.tier", replace, "a service of another tier is another service"},
    EffectRule{"services.*.port", replace, "tasks with the old and the new port cannot serve side by side"},
    EffectRule{"services.*.tasks", inPlace, "tasks come or go, the others stay"},
    EffectRule{"services.*.image", restart, definition},
    EffectRule{"services.*.static", restart, definition},
    EffectRule{"services.*.command", restart, definition},
    EffectRule{"services.*.cpu", restart, definition},
    EffectRule{"services.*.memory", restart, definition},
    EffectRule{"services.*.health", restart, definition},
    EffectRule{"services.*.drain", restart, definition},
    EffectRule{"services.*.env.*", restart, variables},
    EffectRule{"services.*.stores.*", restart, variables},
    EffectRule{"services.*.secrets", restart, variables},
    EffectRule{"services.*.egress", restart, variables},
    EffectRule{"services.*.calls", restart, variables},
    EffectRule{"services.*.routes.*", restart, "its configuration is made from its routes"},
    EffectRule{"services.*.routes", inPlace, "the load balancer learns it while it runs"},
    EffectRule{"services.*.address", restart, "its callers find it at another address"},
    // Of jobs: nothing of them stays running.
    EffectRule{"jobs.*.when", inPlace, nextRun},
    EffectRule{"jobs.*.at", inPlace, nextRun},
    EffectRule{"jobs.*.reset", inPlace, nextRun},
    EffectRule{"jobs.*.timeout", inPlace, nextRun},
    EffectRule{"jobs.*.overlap", inPlace, nextRun},
    EffectRule{"jobs.*.repeatable", inPlace, nextRun},
    EffectRule{"jobs.*.image", inPlace, nextRun},
    EffectRule{"jobs.*.command", inPlace, nextRun},
    EffectRule{"jobs.*.cpu", inPlace, nextRun},
    EffectRule{"jobs.*.memory", inPlace, nextRun},
    EffectRule{"jobs.*.env.*", inPlace, nextRun},
    EffectRule{"jobs.*.stores.*", inPlace, nextRun},
    EffectRule{"jobs.*.secrets", inPlace, nextRun},
    EffectRule{"jobs.*.egress", inPlace, nextRun},
    // Of stores, secrets and access.
    EffectRule{"stores.*.engine", replace, "data does not move from one engine to another"},
    EffectRule{"stores.*.role", inPlace, ""},
    EffectRule{"stores.*.size", inPlace, ""},
    EffectRule{"stores.*.as", restart, "it changes the variables of those who use it"},
    EffectRule{"secrets.*.make", inPlace, "it holds from the next one on that is made"},
    EffectRule{"secrets.*.given", inPlace, ""},
    EffectRule{"secrets.*.rotate", inPlace, ""},
    EffectRule{"secrets.*.as", restart, "it changes the variables of those who use it"},
    EffectRule{"access.*", inPlace, ""},
    EffectRule{"access.*.stores.*", inPlace, ""},
    // Of all environments.
    EffectRule{"network.pool", inPlace, "blocks that were given stay"},
    EffectRule{"network.avoid", inPlace, "blocks that were given stay"},
    EffectRule{"targets.local.domain", inPlace, "the load balancers learn it while they run"},
    EffectRule{"targets.local.images", restart, definition},
};

constexpr EffectRule unknown{"", replace, "this version does not know the setting"};

// Cuts off one step. A step that begins with a slash is a path prefix and goes on to the end.
std::string_view step(std::string_view& path) {
    const std::size_t dot = path.starts_with('/') ? std::string_view::npos : path.find('.');
    const std::string_view first = path.substr(0, dot);
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    return first;
}

bool matches(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = step(pattern);
        if (const std::string_view there = step(path); wanted != "*" && wanted != there) return false;
    }
    return pattern.empty() && path.empty();
}

}  // namespace

std::string_view to_string(Effect effect) {
    switch (effect) {
        case inPlace:
            return "inPlace";
        case restart:
            return "restart";
        case replace:
            return "replace";
    }
    return "";
}

std::span<const EffectRule> effect_rules() { return rules; }

const EffectRule& effect_of(std::string_view path) {
    const auto* const found =
        std::ranges::find_if(rules, [&](const EffectRule& rule) { return matches(rule.pattern, path); });
    return found == rules.end() ? unknown : *found;
}

}  // namespace tenantry::blueprint

#include <fmt/format.h>

#include <tenantry/compile/plan.hpp>

namespace tenantry::compile {
namespace {

std::string part(std::string_view name, std::string_view text) { return blake2b(name).hex() + blake2b(text).hex(); }

}  // namespace

Plan make_plan(const Compiled& compiled, const blueprint::State& applied) {
    Plan plan{blueprint::state_of(compiled.blueprint), {}};
    plan.difference = blueprint::difference(applied, plan.wanted);
    return plan;
}

Fingerprint fingerprint(const Sources& sources, const Inputs& inputs, std::string_view pins, std::string_view applied) {
    std::string files = part(sources.name(inputs.files.platform), sources.text(inputs.files.platform));
    for (const SourceId id : inputs.files.tenants) files += part(sources.name(id), sources.text(id));
    return {blake2b(files), blake2b(inputs.lock ? sources.text(*inputs.lock) : ""), blake2b(pins), blake2b(applied)};
}

SavedPlan saved_plan(const Plan& plan, std::string_view target, const Fingerprint& from) {
    SavedPlan saved{std::string(target), plan.wanted.platform, from, blake2b(blueprint::to_text(plan.wanted)), {}};
    for (const blueprint::EnvironmentChange& change : plan.difference.environments)
        saved.rows.push_back({change.change, change.name()});
    return saved;
}

}  // namespace tenantry::compile

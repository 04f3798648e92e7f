#include <cstddef>
#include <cstdint>
#include <string>

#include <tenantry/blueprint/difference.hpp>
#include <tenantry/compile/plan.hpp>

#include "laws.hpp"

namespace {

using namespace tenantry;

// What is read is written as it stood; between equal states lies nothing, and from nothing everything is new.
void state_law(const std::string& text) {
    Sources sources;
    const SourceId id = sources.add("blueprint.state", text);
    Diagnostics diagnostics;
    const auto state = blueprint::read_state(sources, id, diagnostics);
    fuzz::require_answer(sources, state, diagnostics);
    if (!state) return;
    fuzz::require(to_text(*state) == text);
    fuzz::require(blueprint::difference(*state, *state).empty());
    const auto all = blueprint::difference({}, *state);
    fuzz::require(all.environments.size() == state->environments.size() &&
                  all.touched.created == all.environments.size());
    blueprint::State changed = *state;
    if (changed.environments.empty() || changed.environments[0].values.empty()) return;
    changed.environments[0].values[0] += "x";
    fuzz::require(blueprint::difference(*state, changed).environments.size() <= 1);
}

void plan_law(const std::string& text) {
    Sources sources;
    const SourceId id = sources.add("a.plan", text);
    Diagnostics diagnostics;
    const auto plan = compile::read_plan(sources, id, diagnostics);
    fuzz::require_answer(sources, plan, diagnostics);
    if (!plan) return;
    fuzz::require(to_text(*plan) == text);
    fuzz::require(compile::check_fresh(*plan, *plan, id, diagnostics) && diagnostics.empty());
}

}  // namespace

// The first byte chooses: a state; a saved plan; one whose last line is made to fit, so that what is before it is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(data + 1, data + size);
    if (data[0] % 3 == 0) state_law(text);
    if (data[0] % 3 == 1) plan_law(text);
    if (data[0] % 3 == 2) plan_law(text + "digest " + blake2b(text).hex() + "\n");
    return 0;
}

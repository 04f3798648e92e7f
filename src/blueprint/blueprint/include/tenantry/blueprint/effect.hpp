#pragma once

// What a change of a setting costs what runs. A pure table: `docs/plan.md` shows the same.

#include <cstdint>
#include <span>
#include <string_view>

namespace tenantry::blueprint {

/// Each is more than the one before.
enum class Effect : std::uint8_t {
    inPlace,  ///< nothing that runs stops
    restart,  ///< its tasks are started anew, one after the other
    replace   ///< what is there goes, and another one comes
};
std::string_view to_string(Effect effect);

struct EffectRule {
    std::string_view pattern;  ///< a path, `*` for any one step
    Effect effect;
    std::string_view reason;  ///< a clause for people; empty where there is nothing to explain
};

/// Every rule; no two match one path.
std::span<const EffectRule> effect_rules();

/// The rule of a path as it stands in a State. A path that this version does not know replaces: it may mean anything.
const EffectRule& effect_of(std::string_view path);

}  // namespace tenantry::blueprint

#pragma once

// What was emitted, or is applied, as a value that a plan is made against. It holds the blueprint's own values and not
// the bytes that came of them: another version of an emitter changes no state.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/blueprint/blueprint.hpp>

namespace tenantry::blueprint {

inline constexpr std::uint32_t stateVersion = 1;

struct State {
    /// One thing of a shape. In `text` stand a TAB, the number of a value and a TAB for each parameter.
    struct Line {
        std::string path;  ///< `services.api.tasks`
        std::string text;
        bool operator==(const Line&) const = default;
    };
    using Shape = std::vector<Line>;
    struct Environment {
        TenantName tenant;
        StageName stage;
        std::uint32_t shape = 0;
        std::vector<std::string> values;

        [[nodiscard]] std::string name() const { return tenant.str() + "/" + stage.str(); }
    };

    std::string platform;                   ///< its name; empty: nothing was ever applied
    Shape commons;                          ///< what all environments share; no parameters
    std::vector<Shape> shapes;              ///< in the order of the first environment that has each
    std::vector<Environment> environments;  ///< sorted by tenant, stage
};

State state_of(const Blueprint& blueprint);

/// One state of several of a platform, each of which has other environments: what runs was applied in more than one
/// step. What all environments share is taken from the first.
State joined(std::vector<State> parts);

/// The file: LF, one line a thing, the last line `end`.
std::string to_text(const State& state);

/// Reads such a text; what is wrong with it is told, and nothing is returned then.
std::optional<State> read_state(const Sources& sources, SourceId id, Diagnostics& diagnostics);

/// A line with the environment's values in their places.
std::string filled(const State::Line& line, const State::Environment& environment);

}  // namespace tenantry::blueprint

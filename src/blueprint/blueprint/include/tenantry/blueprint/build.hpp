#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/pool.hpp>
#include <tenantry/blueprint/blueprint.hpp>
#include <tenantry/blueprint/lock.hpp>
#include <tenantry/model/model.hpp>

namespace tenantry::blueprint {

/// Every environment of the platform as a shape and values. `lock` has a block for each (see `allocate`). What an
/// environment has no room for is told, and nothing is returned then. The same for any number of threads.
std::optional<Blueprint> build(const model::Model& model, const Lock& lock, const Pool& pool, Diagnostics& diagnostics);

/// The environments of a platform, to be given blocks.
std::vector<Wanted> wanted_environments(const model::Platform& platform);

/// One thing that is fixed in a shape, and where the platform says it.
struct ShapeLine {
    std::string text;
    ModelPath path;
};
std::vector<ShapeLine> lines(const Shape& shape);

/// The structure of a shape as text, one thing a line: equal texts are equal shapes. Parameters are written as their
/// slots. The text is what shapes are compared by, and what `shapes` shows the difference of.
std::string to_text(const Shape& shape);

/// One environment with its parameters filled in, in the same form.
std::string to_text(const Blueprint& blueprint, const Environment& environment);

}  // namespace tenantry::blueprint

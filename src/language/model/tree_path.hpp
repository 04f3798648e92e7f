#pragma once

// Paths of keys through the trees that a model was read from.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/model/layers.hpp>

namespace tenantry::model {

using Steps = std::vector<std::string>;

Steps operator+(Steps left, const Steps& right);

/// How far the steps lead into a tree.
struct Walked {
    Span at;           ///< the last key that existed
    std::string what;  ///< the keys that existed, as a path
    std::size_t depth = 0;
    std::optional<syntax::Node> value;  ///< where all of them exist
};
Walked walk(const syntax::Tree& tree, const Steps& steps);

/// Steps from the root of one of the model's trees.
struct Way {
    const syntax::Tree* tree = nullptr;
    Steps steps;
};
std::optional<Way> way_to_tenant(const Model& model, std::string_view tenant);

}  // namespace tenantry::model

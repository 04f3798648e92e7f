#pragma once

// Who decides a setting: every key that says it, the strongest first (platform file, "Overrides").

#include <string>
#include <string_view>
#include <vector>

#include <tenantry/model/model.hpp>

namespace tenantry::model {

/// The steps of a path. Dots divide, but not inside a path prefix: `services.web.routes./api.v2` has four.
std::vector<std::string> split_path(std::string_view path);

/// A key that says a setting.
struct Layer {
    Span at;            ///< the key
    std::string what;   ///< the key as a path in its file
    std::string value;  ///< what it says, in one line as the file may write it
};

/// The keys that say `path` for one environment; the first one decides, each would without those before it. None where
/// the built-in default holds. Those of `hosts` add to each other instead.
std::vector<Layer> layers(const Model& model, std::string_view tenant, std::string_view stage, const ModelPath& path);

}  // namespace tenantry::model

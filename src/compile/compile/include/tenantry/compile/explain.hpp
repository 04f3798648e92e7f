#pragma once

// Where a setting of an environment comes from, and what its tasks see.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/compile/compile.hpp>
#include <tenantry/model/layers.hpp>
#include <tenantry/model/task_view.hpp>

namespace tenantry::compile {

/// The environment `acme/production`; where there is none, a sentence that says so, with the near one that was meant.
std::expected<const blueprint::Environment*, std::string> find_environment(const blueprint::Blueprint& blueprint,
                                                                           std::string_view name);

/// A setting, or a group of them.
struct Explanation {
    struct Child {
        std::string name;   ///< its last step
        std::string value;  ///< of a group: what is in it, in braces
    };
    std::string environment;              ///< `acme/production`
    std::string path;                     ///< empty: all settings
    std::optional<std::string> value;     ///< nothing: a group
    std::vector<model::Layer> layers;     ///< the keys that say it; the first decides, the others are overridden
    bool addsUp = false;                  ///< the layers make the value together, none overrides another
    std::string builtIn;                  ///< what holds where no key says it; empty: no such default
    std::string note;                     ///< what else is to know, a sentence; often empty
    std::vector<Child> children;          ///< of a group
    std::optional<model::TaskView> task;  ///< of a service or job
};

/// `environment` is `acme/production`, `path` as `services.api.tasks`; addresses and ids from the lock are `block`,
/// `uids`, `account` and `generation`. Where there is no such environment or path: a sentence that says so, with what
/// was meant where that is near.
std::expected<Explanation, std::string> explain(const Compiled& compiled, std::string_view environment,
                                                std::string_view path);

}  // namespace tenantry::compile

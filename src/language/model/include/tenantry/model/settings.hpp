#pragma once

// The settings of one environment as a flat list: what `explain` shows a value of.

#include <string>
#include <vector>

#include <tenantry/base/model_path.hpp>
#include <tenantry/model/platform.hpp>

namespace tenantry::model {

/// One value that an environment has, all merged, in the words of the platform file; `none` where it has no such thing.
struct Setting {
    ModelPath path;  ///< `services.api.tasks`; the prefix of a route is one step
    std::string value;
    std::string builtIn;  ///< what holds where nothing is written; empty: the key must be written, or names a row
};

/// Every setting, those of one thing together, in a fixed order: the environment's own, services, jobs, stores,
/// secrets, access, delivery, exceptions, network, targets.
std::vector<Setting> settings(const Platform& platform, const Tenant& tenant, const Stage& stage);

}  // namespace tenantry::model

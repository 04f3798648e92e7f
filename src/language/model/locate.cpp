#include <tenantry/model/layers.hpp>

#include "tree_path.hpp"

namespace tenantry::model {

Origin locate(const Model& model, std::string_view tenant, std::string_view stage, const ModelPath& path) {
    Origin origin{{}, "default", {}};
    for (Layer& layer : layers(model, tenant, stage, path)) {
        if (origin.at) {
            origin.overridden.push_back(layer.at);
        } else {
            origin.at = layer.at;
            origin.what = std::move(layer.what);
        }
    }
    const Steps steps = split_path(path.text);
    // The default host stands nowhere; it is the tenant's.
    const bool ownHosts = origin.what.find("hosts") != std::string::npos;
    if (!steps.empty() && steps[0] == "hosts" && !ownHosts) {
        if (const auto way = way_to_tenant(model, tenant)) {
            const Walked own = walk(*way->tree, way->steps);
            return {own.at, own.what, {}};
        }
    }
    if (origin.at) return origin;
    // Nothing was written: the nearest key around it in platform.yaml says where it would stand.
    if (const Walked around = walk(model.trees.front(), steps); around.depth > 0) return {around.at, around.what, {}};
    return origin;
}

}  // namespace tenantry::model

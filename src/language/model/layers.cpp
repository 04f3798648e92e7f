#include <algorithm>
#include <initializer_list>

#include <tenantry/model/layers.hpp>

#include "tree_path.hpp"

namespace tenantry::model {
namespace {

std::string flow_text(const syntax::Node& node) {
    if (node.is_scalar()) return std::string(node.text());
    std::string text;
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (i != 0) text += ", ";
        if (node.is_list())
            text += flow_text(node.item(i));
        else
            text += std::string(node.entry(i).key) + ": " + flow_text(node.entry(i).value);
    }
    if (node.is_list()) return "[" + text + "]";
    return text.empty() ? "{}" : "{ " + text + " }";
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

/// Keys under `stages`.
bool is_of_stage(const Steps& path) { return is_one_of(path.front(), {"zones", "protect", "idle", "backups", "logs"}); }

/// Keys that may hold one value a stage.
bool is_per_stage(const Steps& path) {
    if (path.size() != 3) return false;
    return (path[0] == "services" && is_one_of(path[2], {"tasks", "cpu", "memory"})) ||
           (path[0] == "jobs" && is_one_of(path[2], {"cpu", "memory"})) || (path[0] == "stores" && path[2] == "size");
}

void add_tenant(const Model& model, const Way& tenant, const std::string& stage, const Steps& path,
                std::vector<Way>& all) {
    const auto add = [&](const Steps& steps) { all.push_back({tenant.tree, tenant.steps + steps}); };
    if (path[0] == "name") add({"name"});
    if (path[0] == "hosts") add({"hosts", stage});
    // What a tenant's stage may change; that a service or store is there at all, platform.yaml alone says.
    const bool ofProgram = path.size() > 2 && is_one_of(path[0], {"services", "stores"});
    if (ofProgram || is_of_stage(path)) add(Steps{stage} + path);
    // The stage's `env` reaches services that have the key.
    if (path.size() == 4 && path[0] == "services" && path[2] == "env" && walk(model.trees.front(), path).value)
        add({stage, "env", path[3]});
}

void add_platform(const Model& model, const Stage& stage, const Steps& path, std::vector<Way>& all) {
    const auto add = [&](const Steps& steps) { all.push_back({&model.trees.front(), steps}); };
    std::vector<std::string> stages{stage.name.str()};
    if (stage.like) stages.push_back(*stage.like);
    if (path[0] == "delivery" && path.size() > 1 && path[1] != "order") {
        // The whole entry of the other stage stands in, where this one has none.
        const bool own = walk(model.trees.front(), {"delivery", stages.front()}).value.has_value();
        add(Steps{"delivery", own ? stages.front() : stages.back()} + Steps(path.begin() + 1, path.end()));
        return;
    }
    for (const std::string& name : stages) {
        if (is_of_stage(path)) add(Steps{"stages", name} + path);
        if (is_per_stage(path)) add(path + Steps{name});
    }
    if (path[0] == "hosts")
        add({"domain"});
    else if (path[0] != "name")
        add(path);
}

std::vector<Layer> exception_layers(const Model& model, std::string_view tenant, std::string_view stage,
                                    std::string_view claim) {
    std::vector<Layer> all;
    for (const Exception& exception : model.platform.exceptions)
        if (exception.claim == claim && is_one_of(exception.tenant, {"*", tenant}) &&
            is_one_of(exception.stage, {"*", stage}))
            all.push_back({exception.at, "exceptions", "until " + to_string(exception.until)});
    return all;
}

}  // namespace

std::vector<Layer> layers(const Model& model, std::string_view tenant, std::string_view stageName,
                          const ModelPath& path) {
    const Steps steps = split_path(path.text);
    const Stage* stage = model.platform.stage(stageName);
    if (steps.empty() || stage == nullptr) return {};
    if (steps.size() == 2 && steps[0] == "exceptions") return exception_layers(model, tenant, stageName, steps[1]);
    std::vector<Way> ways;
    if (const auto way = way_to_tenant(model, tenant)) add_tenant(model, *way, stage->name.str(), steps, ways);
    add_platform(model, *stage, steps, ways);
    std::vector<Layer> all;
    for (const Way& way : ways) {
        const Walked walked = walk(*way.tree, way.steps);
        if (!walked.value || std::ranges::find(all, walked.at, &Layer::at) != all.end()) continue;
        if (is_per_stage(steps) && walked.value->is_map()) continue;  // one value a stage: those are layers
        all.push_back({walked.at, walked.what, flow_text(*walked.value)});
    }
    // `protect` is never weakened: a `true` anywhere decides.
    if (steps[0] == "protect") std::ranges::stable_partition(all, [](const Layer& l) { return l.value == "true"; });
    return all;
}

}  // namespace tenantry::model

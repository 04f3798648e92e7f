#include <algorithm>

#include <tenantry/model/model.hpp>

namespace tenantry::model {
namespace {

using Steps = std::vector<std::string>;

// Dots divide, but not inside a path prefix: `services.web.routes./api.v2` has four steps.
Steps split(std::string_view path) {
    Steps steps;
    while (!path.empty()) {
        const std::size_t dot = path.front() == '/' ? std::string_view::npos : path.find('.');
        steps.emplace_back(path.substr(0, dot));
        path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    }
    return steps;
}

struct Found {
    Span at;
    std::string what;
    std::size_t depth = 0;  // how many steps existed
    bool whole = false;
};

Found walk(const syntax::Tree& tree, const Steps& steps) {
    syntax::Node node = syntax::Node::root(tree);
    Found found;
    for (const std::string& step : steps) {
        bool there = false;
        for (std::size_t i = 0; node.is_map() && i < node.size(); ++i) {
            const syntax::Entry entry = node.entry(i);
            if (entry.key != step) continue;
            found.at = entry.keyAt;
            found.what += (found.what.empty() ? "" : ".") + step;
            node = entry.value;
            there = true;
            break;
        }
        if (!there) return found;
        ++found.depth;
    }
    found.whole = true;
    return found;
}

Steps operator+(Steps left, const Steps& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

// The tree that holds the tenant, and the steps to it.
std::pair<const syntax::Tree*, Steps> find_tenant(const Model& model, std::string_view tenant) {
    for (std::size_t i = 0; i < model.trees.size(); ++i) {
        Steps steps = i == 0 ? Steps{"tenants", std::string(tenant)} : Steps{std::string(tenant)};
        if (walk(model.trees[i], steps).whole) return {&model.trees[i], std::move(steps)};
    }
    return {nullptr, {}};
}

// Every place that could decide, the strongest first.
std::vector<std::pair<const syntax::Tree*, Steps>> candidates(const Model& model, std::string_view tenant,
                                                              std::string_view stage, const Steps& path) {
    std::vector<std::pair<const syntax::Tree*, Steps>> all;
    const syntax::Tree* platform = &model.trees.front();
    if (path.empty()) return all;
    if (const auto [tree, steps] = find_tenant(model, tenant); tree != nullptr) {
        // A tenant changes settings of a service; that the service is there at all, platform.yaml alone says.
        if (path.size() != 2 || path[0] != "services") all.emplace_back(tree, steps + Steps{std::string(stage)} + path);
        if (path.size() == 4 && path[0] == "services" && path[2] == "env")
            all.emplace_back(tree, steps + Steps{std::string(stage), "env", path[3]});
        if (path[0] == "hosts") all.emplace_back(tree, steps + Steps{"hosts", std::string(stage)});
    }
    const Stage* own = model.platform.stage(stage);
    for (const std::string& name :
         {std::string(stage), own != nullptr && own->like ? *own->like : std::string(stage)}) {
        all.emplace_back(platform, path + Steps{name});
        if (path.size() == 1) all.emplace_back(platform, Steps{"stages", name} + path);
    }
    all.emplace_back(platform, path);
    return all;
}

}  // namespace

Origin locate(const Model& model, std::string_view tenant, std::string_view stage, const ModelPath& path) {
    const Steps steps = split(path.text);
    Origin origin{{}, "default", {}};
    for (const auto& [tree, way] : candidates(model, tenant, stage, steps)) {
        const Found found = walk(*tree, way);
        if (!found.whole) continue;
        if (origin.at && found.at == *origin.at) continue;
        if (origin.at) {
            if (std::ranges::find(origin.overridden, found.at) == origin.overridden.end())
                origin.overridden.push_back(found.at);
        } else {
            origin.at = found.at;
            origin.what = found.what;
        }
    }
    if (origin.at) return origin;
    // Nothing was written: the nearest key around it in platform.yaml says where it would stand.
    if (const Found around = walk(model.trees.front(), steps); around.depth > 0) {
        origin.at = around.at;
        origin.what = around.what;
    } else if (const auto [tree, way] = find_tenant(model, tenant);
               tree != nullptr && !steps.empty() && steps[0] == "hosts") {
        // The default host stands nowhere; it is the tenant's.
        const Found own = walk(*tree, way);
        origin.at = own.at;
        origin.what = own.what;
    }
    return origin;
}

}  // namespace tenantry::model

#include "tree_path.hpp"

namespace tenantry::model {

Steps split_path(std::string_view path) {
    Steps steps;
    while (!path.empty()) {
        const std::size_t dot = path.front() == '/' ? std::string_view::npos : path.find('.');
        steps.emplace_back(path.substr(0, dot));
        path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    }
    return steps;
}

Steps operator+(Steps left, const Steps& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Walked walk(const syntax::Tree& tree, const Steps& steps) {
    syntax::Node node = syntax::Node::root(tree);
    Walked walked;
    for (const std::string& step : steps) {
        bool there = false;
        for (std::size_t i = 0; node.is_map() && i < node.size() && !there; ++i) {
            const syntax::Entry entry = node.entry(i);
            if (entry.key != step) continue;
            walked.at = entry.keyAt;
            walked.what += (walked.what.empty() ? "" : ".") + step;
            node = entry.value;
            there = true;
        }
        if (!there) return walked;
        ++walked.depth;
    }
    walked.value = node;
    return walked;
}

std::optional<Way> way_to_tenant(const Model& model, std::string_view tenant) {
    for (std::size_t i = 0; i < model.trees.size(); ++i) {
        Steps steps = i == 0 ? Steps{"tenants", std::string(tenant)} : Steps{std::string(tenant)};
        if (walk(model.trees[i], steps).value) return Way{&model.trees[i], std::move(steps)};
    }
    return std::nullopt;
}

}  // namespace tenantry::model

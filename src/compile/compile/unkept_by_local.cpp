#include <fmt/format.h>

#include <tenantry/compile/codes.hpp>
#include <tenantry/compile/compile.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::compile {
namespace {

// The key of an entry; nothing where it is not written.
std::optional<Span> key_of(const std::optional<syntax::Node>& map, std::string_view key) {
    if (!map || !map->is_map()) return std::nullopt;
    for (std::size_t i = 0; i < map->size(); ++i)
        if (map->entry(i).key == key) return map->entry(i).keyAt;
    return std::nullopt;
}

}  // namespace

Diagnostics unkept_by_local(const model::Model& model) {
    Diagnostics diagnostics;
    const auto root = syntax::Node::root(model.trees.front());
    const auto stages = root.find("stages");
    const auto warn = [&](const std::optional<Span>& at, std::string what) {
        if (at) diagnostics.add(code::notOnLocal, *at, std::move(what));
    };
    for (const model::Stage& stage : model.platform.stages) {
        const auto own = stages ? stages->find(stage.name.str()) : std::nullopt;
        const std::string& name = stage.name.str();
        warn(key_of(own, "idle"),
             fmt::format("Environments of `{}` do not sleep on target local yet: they run all the time.", name));
        warn(key_of(own, "backups"), fmt::format("No backups of `{}` are made on target local.", name));
        warn(key_of(own, "logs"),
             fmt::format("Target local keeps the last 8 MiB of each task of `{}`, and of its run before.", name));
    }
    warn(key_of(root, "stores"),
         "What stores hold has no limit on target local yet: `size` is not kept there (RES-1).");
    warn(key_of(root.find("targets"), "local"),
         "The daemon of target local compiles these files itself yet, not in a process of its "
         "own without rights.");
    return diagnostics;
}

}  // namespace tenantry::compile

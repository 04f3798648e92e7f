#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/model/tenant_edit.hpp>
#include <tenantry/syntax/edit.hpp>
#include <tenantry/syntax/yaml_text.hpp>

namespace tenantry::model {
namespace {

constexpr std::string_view usualInclude = "tenants/*.yaml";

syntax::NewEntry entry_of(const NewTenant& tenant) {
    syntax::NewEntry entry{syntax::yaml_scalar(tenant.name.str()), {}, ""};
    entry.members.push_back("name: " + syntax::yaml_scalar(tenant.title.str()));
    std::string stages;
    for (const StageName& stage : tenant.stages)
        stages += (stages.empty() ? "" : ", ") + syntax::yaml_scalar(stage.str());
    if (!stages.empty()) entry.members.push_back("stages: [" + stages + "]");
    return entry;
}

std::string path_of(const Include& include, std::string_view tenant) {
    const std::string name = include.star ? include.prefix + std::string(tenant) + include.suffix : include.prefix;
    return include.folder.empty() ? name : include.folder + "/" + name;
}

FileChange change_of(const Sources& sources, SourceId id, std::vector<syntax::TextEdit> edits) {
    return {std::string(sources.name(id)), id, syntax::edited(sources.text(id), std::move(edits))};
}

std::optional<std::size_t> index_of(const syntax::Node& map, std::string_view key) {
    for (std::size_t i = 0; map.is_map() && i < map.size(); ++i)
        if (map.entry(i).key == key) return i;
    return std::nullopt;
}

syntax::Entry tenants_of(const Model& model) {
    const syntax::Node root = syntax::Node::root(model.trees.front());
    const auto index = index_of(root, "tenants");
    TENANTRY_CHECK(index, "a platform that was read has tenants");
    return root.entry(*index);
}

// A tenant's file, which may be there already with other tenants in it.
FileChange in_file(const Sources& sources, const Inputs& inputs, const Model& model, const std::string& path,
                   const NewTenant& tenant) {
    for (std::size_t i = 0; i < inputs.tenants.size(); ++i)
        if (const SourceId id = inputs.tenants[i]; sources.name(id) == path)
            return change_of(
                sources, id,
                syntax::insert_entry(sources.text(id), syntax::Node::root(model.trees[i + 1]), entry_of(tenant)));
    const bool depthOne = std::ranges::count(path, '/') == 1;
    const bool hasModeline = sources.text(inputs.platform).starts_with(platformModeline);
    return {path, std::nullopt,
            std::string(depthOne && hasModeline ? tenantModeline : "") + as_lines(entry_of(tenant), 0, "\n")};
}

}  // namespace

std::vector<FileChange> add_tenant(const Sources& sources, const Inputs& inputs, const Model& model,
                                   const NewTenant& tenant) {
    const auto include = include_of(model.trees.front());
    if (include) return {in_file(sources, inputs, model, path_of(*include, tenant.name.str()), tenant)};
    const syntax::Node map = tenants_of(model).value;
    const std::string_view text = sources.text(inputs.platform);
    if (!tenant.ownFile) return {change_of(sources, inputs.platform, insert_entry(text, map, entry_of(tenant)))};
    const syntax::NewEntry pattern{"include", {}, std::string(usualInclude)};
    const Include usual{"tenants", "", ".yaml", true, {}};
    return {in_file(sources, inputs, model, path_of(usual, tenant.name.str()), tenant),
            change_of(sources, inputs.platform, insert_entry(text, map, pattern))};
}

std::vector<FileChange> remove_tenant(const Sources& sources, const Inputs& inputs, const Model& model,
                                      const TenantName& tenant) {
    const syntax::Entry tenants = tenants_of(model);
    if (const auto index = index_of(tenants.value, tenant.str()))
        return {
            change_of(sources, inputs.platform, syntax::remove_entry(sources.text(inputs.platform), tenants, *index))};
    for (std::size_t i = 0; i < inputs.tenants.size(); ++i) {
        const syntax::Node root = syntax::Node::root(model.trees[i + 1]);
        const auto index = index_of(root, tenant.str());
        if (!index) continue;
        const SourceId id = inputs.tenants[i];
        if (root.size() == 1) return {{std::string(sources.name(id)), id, std::nullopt}};
        return {change_of(sources, id, syntax::remove_entry(sources.text(id), {"", Span{}, root}, *index))};
    }
    return {};
}

Inputs changed_inputs(Sources& sources, const Inputs& inputs, const std::vector<FileChange>& changes) {
    Inputs result{inputs.platform, {}};
    std::vector<SourceId> tenants = inputs.tenants;
    for (const FileChange& change : changes) {
        if (change.before) std::erase(tenants, *change.before);
        if (!change.text) continue;
        const SourceId id = sources.add(change.path, *change.text);
        if (change.before == inputs.platform)
            result.platform = id;
        else
            tenants.push_back(id);
    }
    std::ranges::sort(tenants, {}, [&](SourceId id) { return sources.name(id); });
    result.tenants = std::move(tenants);
    return result;
}

}  // namespace tenantry::model

#include <algorithm>
#include <array>

#include <tenantry/base/check.hpp>
#include <tenantry/model/hosts.hpp>
#include <tenantry/view/tenants.hpp>

#include "paint.hpp"

namespace tenantry::view {
namespace {

using model::Stage;
using model::Tenant;

// In the order of the platform, which is that of delivery.
std::vector<const Stage*> stages_of(const model::Platform& platform, const Tenant& tenant) {
    std::vector<const Stage*> stages;
    for (const Stage& stage : platform.stages)
        if (std::ranges::binary_search(tenant.stages, stage.name)) stages.push_back(&stage);
    return stages;
}

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

std::string file_and_line(const Sources& sources, Span at) {
    return fmt::format("{}:{}", sources.name(at.source), sources.position(at.source, at.begin).line);
}

std::string padded(std::string text, std::size_t width) {
    text.append(width - std::min(width, code_points(text)), ' ');
    return text;
}

struct Setting {
    std::string path;
    Span at;
};

// Values that a tenant sets itself; a map is its entries.
void collect(const syntax::Node& node, const std::string& path, Span at, std::vector<Setting>& settings) {
    if (!node.is_map()) return settings.push_back({path, at});
    for (std::size_t i = 0; i < node.size(); ++i) {
        const syntax::Entry entry = node.entry(i);
        collect(entry.value, (path.empty() ? "" : path + ".") + std::string(entry.key), entry.keyAt, settings);
    }
}

std::vector<Setting> settings_of(const model::Model& model, const Tenant& tenant, const Stage& stage) {
    std::vector<Setting> settings;
    for (const syntax::Tree& tree : model.trees) {
        const syntax::Node root = syntax::Node::root(tree);
        if (root.at().source != tenant.at.source) continue;
        const auto all = &tree == &model.trees.front() ? root.find("tenants") : root;
        const auto own = all ? all->find(tenant.name.str()) : std::nullopt;
        if (const auto changes = own ? own->find(stage.name.str()) : std::nullopt)
            collect(*changes, "", changes->at(), settings);
    }
    return settings;
}

struct EnvironmentRow {
    std::string name;
    const blueprint::LockedBlock* block;
    bool locked;  ///< its block stands in platform.lock
    std::vector<std::string> hosts;
    std::vector<Setting> settings;
};

std::vector<EnvironmentRow> environments_of(const compile::Compiled& compiled, const Tenant& tenant) {
    std::vector<EnvironmentRow> rows;
    const model::Platform& platform = compiled.model.platform;
    for (const Stage* stage : stages_of(platform, tenant)) {
        const std::string name = tenant.name.str() + "/" + stage->name.str();
        const auto block = std::ranges::find(compiled.lock.blocks, name, &blueprint::LockedBlock::name);
        TENANTRY_CHECK(block != compiled.lock.blocks.end(), "every environment has a block");
        const bool locked = std::ranges::find(compiled.provisional, name) == compiled.provisional.end();
        EnvironmentRow row{name, &*block, locked, {}, settings_of(compiled.model, tenant, *stage)};
        row.hosts.push_back(host_label(platform, tenant, *stage) + "." + platform.domain.str());
        if (const auto own = tenant.hosts.find(stage->name.str()); own != tenant.hosts.end())
            for (const model::TenantHost& host : own->second) row.hosts.push_back(host.name.str());
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string> stage_names(const model::Platform& platform, const Tenant& tenant) {
    std::vector<std::string> names;
    for (const Stage* stage : stages_of(platform, tenant)) names.push_back(stage->name.str());
    return names;
}

void write_tenant(const Sources& sources, const model::Platform& platform, const Tenant& tenant, JsonText& json) {
    json.member("tenant", tenant.name.str()).member("name", tenant.title.str());
    json.member("file", sources.name(tenant.at.source));
    json.member("line", sources.position(tenant.at.source, tenant.at.begin).line);
    json.key("stages").array(Layout::line);
    for (const std::string& stage : stage_names(platform, tenant)) json.value(stage);
    json.end();
}

}  // namespace

std::string tenants_text(const Sources& sources, const compile::Compiled& compiled) {
    std::vector<std::array<std::string, 4>> rows{{"TENANT", "NAME", "STAGES", "FILE"}};
    const model::Platform& platform = compiled.model.platform;
    for (const Tenant& tenant : platform.tenants)
        rows.push_back({tenant.name.str(), printable(tenant.title.str()), joined(stage_names(platform, tenant)),
                        printable(file_and_line(sources, tenant.at))});
    std::array<std::size_t, 4> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], code_points(row[i]) + 2);
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) out += padded(row[i], widths[i]);
        out += "\n";
    }
    return out;
}

void tenants_json(const Sources& sources, const compile::Compiled& compiled, JsonText& json) {
    json.key("tenants").array();
    for (const Tenant& tenant : compiled.model.platform.tenants) {
        json.object(Layout::line);
        write_tenant(sources, compiled.model.platform, tenant, json);
        json.end();
    }
    json.end();
}

std::string tenant_text(const Sources& sources, const compile::Compiled& compiled, const Tenant& tenant,
                        const Style& style) {
    const Paint paint(style.color);
    std::string out = fmt::format("{}: {}\n{}\n", paint(Color::bold, tenant.name.str()), printable(tenant.title.str()),
                                  printable(file_and_line(sources, tenant.at)));
    for (const EnvironmentRow& row : environments_of(compiled, tenant)) {
        out += fmt::format("\n{}\n", paint(Color::bold, row.name));
        out += fmt::format("  block    {}{}\n", row.block->block.str(),
                           row.locked ? "" : " (not in platform.lock yet: run `tenantry lock`)");
        if (row.block->account) out += fmt::format("  account  {}\n", *row.block->account);
        for (const std::string& host : row.hosts) out += fmt::format("  host     {}\n", host);
        for (const Setting& setting : row.settings)
            out += fmt::format("  sets     {}  ({})\n", printable(setting.path),
                               printable(file_and_line(sources, setting.at)));
    }
    return out;
}

void tenant_json(const Sources& sources, const compile::Compiled& compiled, const Tenant& tenant, JsonText& json) {
    write_tenant(sources, compiled.model.platform, tenant, json);
    json.key("environments").array();
    for (const EnvironmentRow& row : environments_of(compiled, tenant)) {
        json.object().member("environment", row.name).member("block", row.block->block.str());
        json.member("locked", row.locked).member("uid", row.block->uids.first).member("gen", row.block->generation);
        if (row.block->account) json.member("account", *row.block->account);
        json.key("hosts").array(Layout::line);
        for (const std::string& host : row.hosts) json.value(host);
        json.end().key("sets").array();
        for (const Setting& setting : row.settings)
            json.object(Layout::line)
                .member("path", setting.path)
                .member("file", sources.name(setting.at.source))
                .member("line", sources.position(setting.at.source, setting.at.begin).line)
                .end();
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/error.hpp>
#include <tenantry/compile/explain.hpp>
#include <tenantry/model/settings.hpp>

namespace tenantry::compile {
namespace {

using model::Setting;

/// A setting whose origin may be the lock.
struct Row {
    Setting setting;
    std::optional<model::Layer> locked;
    std::string note;
};

// What the lock keeps for an environment.
std::vector<Row> locked_rows(const Compiled& compiled, const blueprint::Environment& environment) {
    const std::string name = environment.name();
    const auto block = std::ranges::find_if(
        compiled.lock.blocks, [&](const blueprint::LockedBlock& row) { return !row.retired && row.name() == name; });
    TENANTRY_CHECK(block != compiled.lock.blocks.end(), "the lock has a block for every environment");
    const bool provisional = std::ranges::find(compiled.provisional, name) != compiled.provisional.end();
    std::vector<Row> rows;
    const auto add = [&](const char* path, std::string value) {
        Row row{{{path}, std::move(value), ""}, {}, ""};
        if (provisional)
            row.note = "It is provisional: `tenantry lock` keeps it for good.";
        else
            row.locked = model::Layer{block->at, "platform.lock", row.setting.value};
        rows.push_back(std::move(row));
    };
    add("block", block->block.str());
    add("uids", fmt::format("{}..{}", block->uids.first, block->uids.first + blueprint::uidsPerEnvironment - 1));
    if (block->account) add("account", *block->account);
    add("generation", fmt::format("{}", block->generation));
    return rows;
}

std::vector<Row> all_rows(const Compiled& compiled, const blueprint::Environment& environment) {
    const model::Platform& platform = compiled.model.platform;
    std::vector<Row> rows = locked_rows(compiled, environment);
    for (Setting& setting : model::settings(platform, *platform.tenant(environment.tenant.str()),
                                            *platform.stage(environment.stage.str()))) {
        rows.push_back({std::move(setting), {}, ""});
        if (rows.back().setting.path.text == "hosts")
            rows.back().note =
                "The first is made of tenant, stage and `domain`; the tenant's own are added. Each target has one "
                "more under its own domain.";
    }
    return rows;
}

bool is_under(std::string_view path, std::string_view group) {
    return group.empty() || (path.size() > group.size() && path.starts_with(group) && path[group.size()] == '.');
}

std::string joined(std::string_view group, std::string_view step) {
    return group.empty() ? std::string(step) : fmt::format("{}.{}", group, step);
}

// `services.api` -> the first step behind it of each path under it, each once.
std::vector<std::string> steps_under(const std::vector<Row>& rows, std::string_view group) {
    const std::size_t depth = model::split_path(group).size();
    std::vector<std::string> steps;
    for (const Row& row : rows) {
        if (!is_under(row.setting.path.text, group)) continue;
        std::string step = model::split_path(row.setting.path.text)[depth];
        if (std::ranges::find(steps, step) == steps.end()) steps.push_back(std::move(step));
    }
    return steps;
}

const Row* leaf(const std::vector<Row>& rows, std::string_view path) {
    const auto found =
        std::ranges::find(rows, path, [](const Row& row) -> std::string_view { return row.setting.path.text; });
    return found == rows.end() ? nullptr : &*found;
}

// A value; of a group of values `{ a: 1, b: 2 }`, of a group of groups their names.
std::string child_text(const std::vector<Row>& rows, const std::string& path) {
    if (const Row* row = leaf(rows, path)) return row->setting.value;
    const auto steps = steps_under(rows, path);
    const bool flat =
        std::ranges::all_of(steps, [&](const std::string& step) { return leaf(rows, joined(path, step)) != nullptr; });
    std::string text;
    for (const std::string& step : steps) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", step);
        if (flat) text += ": " + leaf(rows, joined(path, step))->setting.value;
    }
    return "{ " + text + " }";
}

std::string unknown(const std::vector<Row>& rows, const std::string& environment, std::string_view path) {
    std::string known;
    for (const std::string& step : model::split_path(path)) {
        const auto steps = steps_under(rows, known);
        if (std::ranges::find(steps, step) != steps.end()) {
            known = joined(known, step);
            continue;
        }
        const std::string said = fmt::format("`{}` is no setting of `{}`", path, environment);
        if (steps.empty()) return fmt::format("{}; `{}` has a single value", said, known);
        const std::vector<std::string_view> words(steps.begin(), steps.end());
        if (const auto near = did_you_mean(step, words))
            return fmt::format("{}; did you mean `{}`?", said, joined(known, *near));
        std::string list;
        for (const std::string& word : steps) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", word);
        return fmt::format("{}; {} there are {}", said, known.empty() ? "" : fmt::format("in `{}`", known), list);
    }
    return fmt::format("`{}` is no setting of `{}`", path, environment);
}

std::optional<model::TaskView> task_of(const Compiled& compiled, const blueprint::Environment& environment,
                                       std::string_view path) {
    const auto steps = model::split_path(path);
    const model::Platform& platform = compiled.model.platform;
    if (steps.size() != 2) return std::nullopt;
    if (steps[0] == "jobs") return model::task_view(platform, *platform.job(steps[1]));
    if (steps[0] != "services") return std::nullopt;
    const auto merged =
        model::resolve(platform, *platform.tenant(environment.tenant.str()), *platform.stage(environment.stage.str()));
    for (const model::ServiceSettings& settings : merged.services)
        if (settings.service->name.str() == steps[1]) return model::task_view(platform, settings);
    return std::nullopt;
}

}  // namespace

std::expected<const blueprint::Environment*, std::string> find_environment(const blueprint::Blueprint& blueprint,
                                                                           std::string_view name) {
    std::vector<std::string> names;
    for (const blueprint::Environment& environment : blueprint.environments) {
        names.push_back(environment.name());
        if (names.back() == name) return &environment;
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    auto near = did_you_mean(name, known);
    // `acme/prod` is far from `acme/production` and means it all the same.
    if (!near && !name.empty())
        if (const auto longer = std::ranges::find_if(known, [&](auto k) { return k.starts_with(name); });
            longer != known.end())
            near = *longer;
    return std::unexpected(
        near ? fmt::format("there is no environment `{}`; did you mean `{}`?", name, *near)
             : fmt::format("there is no environment `{}`; one is written `TENANT/STAGE`, and `tenantry plan` lists all",
                           name));
}

std::expected<Explanation, std::string> explain(const Compiled& compiled, std::string_view environmentName,
                                                std::string_view path) {
    const blueprint::Environment& environment = *TRY(find_environment(compiled.blueprint, environmentName));
    const std::vector<Row> rows = all_rows(compiled, environment);
    Explanation said;
    said.environment = environment.name();
    said.path = std::string(path);
    if (const Row* row = leaf(rows, path)) {
        said.value = row->setting.value;
        said.builtIn = row->setting.builtIn;
        said.note = row->note;
        said.addsUp = path == "hosts";
        if (row->locked)
            said.layers = {*row->locked};
        else
            said.layers =
                model::layers(compiled.model, environment.tenant.str(), environment.stage.str(), row->setting.path);
        return said;
    }
    for (const std::string& step : steps_under(rows, path))
        said.children.push_back({step, child_text(rows, joined(path, step))});
    if (said.children.empty()) return std::unexpected(unknown(rows, said.environment, path));
    said.task = task_of(compiled, environment, path);
    if (!path.empty())
        said.layers = model::layers(compiled.model, environment.tenant.str(), environment.stage.str(),
                                    ModelPath{std::string(path)});
    return said;
}

}  // namespace tenantry::compile

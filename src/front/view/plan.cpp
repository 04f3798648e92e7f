#include <algorithm>
#include <set>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/blueprint/place.hpp>
#include <tenantry/view/plan.hpp>

#include "paint.hpp"

namespace tenantry::view {
namespace {

using blueprint::Blueprint;
using blueprint::Environment;
using blueprint::Workload;

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::size_t tenants(const Blueprint& blueprint) {
    std::set<std::string> names;
    for (const Environment& environment : blueprint.environments) names.insert(environment.tenant.str());
    return names.size();
}

std::string tasks_text(const Blueprint& blueprint, const Environment& environment, const Workload& workload) {
    const auto min = blueprint::tasks_min(blueprint, environment, workload).value;
    const auto max = blueprint::tasks_max(blueprint, environment, workload).value;
    return min == max ? counted(min, "task") : fmt::format("{} to {} tasks", min, max);
}

void append_environment(std::string& out, const Blueprint& blueprint, const Environment& environment,
                        const Paint& paint) {
    const blueprint::Shape& shape = blueprint.shape(environment);
    out += fmt::format("  {} {:<24} {:<18} shape {}\n", paint(Color::green, "+"), environment.name(),
                       blueprint.value(environment, shape.block).str(), blueprint.shapeNames[environment.shape.at]);
    for (const HostName& host : blueprint::local_hosts(blueprint, environment))
        out += fmt::format("      https://{}:8443\n", host.str());
    for (const Workload& workload : shape.workloads) {
        out += fmt::format("      {} {:<16} {:<10} {}, {} vCPU, {}", paint(Color::green, "+"), workload.name.str(),
                           model::to_string(workload.tier), tasks_text(blueprint, environment, workload),
                           model::to_string(blueprint.value(environment, workload.cpu)),
                           model::to_string(blueprint.value(environment, workload.memory)));
        out += workload.image ? fmt::format(", image {}\n", blueprint.value(environment, *workload.image).str())
                              : ", the platform's own nginx\n";
    }
}

std::string shape_summary(const Blueprint& blueprint) {
    std::size_t most = 0;
    for (const blueprint::Shape& shape : blueprint.shapes) most = std::max(most, shape.slots.size());
    return fmt::format("shapes: {} for {} (at most {})", blueprint.shapes.size(),
                       counted(blueprint.environments.size(), "environment"), counted(most, "parameter"));
}

// Where an environment stands; kept together with the number of its shape's members.
struct ShapeRow {
    Index<blueprint::Shape> shape;
    std::vector<const Environment*> members;
};

std::vector<ShapeRow> shape_rows(const Blueprint& blueprint) {
    std::vector<ShapeRow> rows(blueprint.shapes.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i].shape = {i};
    for (const Environment& environment : blueprint.environments)
        rows[environment.shape.at].members.push_back(&environment);
    std::ranges::stable_sort(rows, std::greater{}, [](const ShapeRow& row) { return row.members.size(); });
    return rows;
}

struct Split {
    std::string ours;
    std::string theirs;
    model::Origin origin;
};

// The first line that differs between two shapes, and why the first member of `row` has it.
Split split(const compile::Compiled& compiled, const ShapeRow& row, const ShapeRow& largest) {
    const auto ours = blueprint::lines(compiled.blueprint.shapes[row.shape.at]);
    const auto theirs = blueprint::lines(compiled.blueprint.shapes[largest.shape.at]);
    std::size_t at = 0;
    while (at < ours.size() && at < theirs.size() && ours[at].text == theirs[at].text) ++at;
    TENANTRY_CHECK(at < ours.size() || at < theirs.size(), "two shapes differ in a line");
    const ModelPath path = at < ours.size() ? ours[at].path : theirs[at].path;
    const Environment& member = *row.members.front();
    return {at < ours.size() ? ours[at].text : "nothing", at < theirs.size() ? theirs[at].text : "nothing",
            model::locate(compiled.model, member.tenant.str(), member.stage.str(), path)};
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string_view::npos ? text : text.substr(begin);
}

}  // namespace

std::string plan_text(const compile::Compiled& compiled, const Style& style) {
    const Blueprint& blueprint = compiled.blueprint;
    const Paint paint(style.color);
    const std::size_t all = tenants(blueprint);
    std::string out = fmt::format("touches {} of {}: {} new, 0 changed, 0 replaced\n", all, counted(all, "tenant"),
                                  counted(blueprint.environments.size(), "environment"));
    out += "Nothing is known to be applied on target local, so everything is shown as new.\n";
    if (!compiled.provisional.empty())
        out += paint(Color::yellow, fmt::format("{} {} no block in platform.lock yet: run `tenantry lock`\n",
                                                counted(compiled.provisional.size(), "environment"),
                                                compiled.provisional.size() == 1 ? "has" : "have"));
    std::string tenant;
    for (const Environment& environment : blueprint.environments) {
        if (environment.tenant.str() != tenant) {
            tenant = environment.tenant.str();
            const model::Tenant* row = compiled.model.platform.tenant(tenant);
            out += fmt::format("\n{} ({})\n", paint(Color::bold, tenant),
                               printable(row != nullptr ? row->title.str() : ""));
        }
        append_environment(out, blueprint, environment, paint);
    }
    return out + fmt::format("\n{}\n`tenantry verify` decides the claims on the text that would be applied.\n",
                             shape_summary(blueprint));
}

void plan_json(const compile::Compiled& compiled, JsonText& json) {
    const Blueprint& blueprint = compiled.blueprint;
    json.member("target", "local")
        .member("tenants", tenants(blueprint))
        .member("create", blueprint.environments.size())
        .member("change", 0)
        .member("replace", 0);
    json.key("provisional").array(Layout::line);
    for (const std::string& name : compiled.provisional) json.value(name);
    json.end().key("environments").array();
    for (const Environment& environment : blueprint.environments) {
        const blueprint::Shape& shape = blueprint.shape(environment);
        json.object().member("name", environment.name()).member("change", "create");
        json.member("block", blueprint.value(environment, shape.block).str())
            .member("shape", blueprint.shapeNames[environment.shape.at]);
        json.key("hosts").array(Layout::line);
        for (const HostName& host : blueprint::local_hosts(blueprint, environment)) json.value(host.str());
        json.end().key("services").array();
        for (const Workload& workload : shape.workloads) {
            json.object(Layout::line)
                .member("name", workload.name.str())
                .member("tier", model::to_string(workload.tier));
            json.member("tasksMin", blueprint::tasks_min(blueprint, environment, workload).value);
            json.member("tasksMax", blueprint::tasks_max(blueprint, environment, workload).value);
            json.member("cpuUnits", blueprint.value(environment, workload.cpu).units)
                .member("memoryBytes", blueprint.value(environment, workload.memory).count);
            if (workload.image) json.member("image", blueprint.value(environment, *workload.image).str());
            json.end();
        }
        json.end().end();
    }
    json.end().member("shapes", blueprint.shapes.size());
}

std::string shapes_text(const Sources& sources, const compile::Compiled& compiled, const Style& style) {
    const Paint paint(style.color);
    const auto rows = shape_rows(compiled.blueprint);
    std::string out = shape_summary(compiled.blueprint) + "\n";
    for (const ShapeRow& row : rows) {
        const blueprint::Shape& shape = compiled.blueprint.shapes[row.shape.at];
        out += fmt::format("\n{} {}, {}\n", paint(Color::bold, compiled.blueprint.shapeNames[row.shape.at]),
                           counted(row.members.size(), "environment"), counted(shape.slots.size(), "parameter"));
        if (&row != &rows.front()) {
            const Split difference = split(compiled, row, rows.front());
            out += fmt::format("  differs from {}: `{}` where that has `{}`\n",
                               compiled.blueprint.shapeNames[rows.front().shape.at], trimmed(difference.ours),
                               trimmed(difference.theirs));
            if (difference.origin.at)
                out += fmt::format("  because of {} at {}\n", printable(difference.origin.what),
                                   printable(place(sources, *difference.origin.at)));
        }
        constexpr std::size_t mostNames = 12;
        for (std::size_t i = 0; i < std::min(mostNames, row.members.size()); ++i)
            out += fmt::format("  {}\n", row.members[i]->name());
        if (row.members.size() > mostNames) out += fmt::format("  and {} more\n", row.members.size() - mostNames);
    }
    return out;
}

void shapes_json(const Sources& sources, const compile::Compiled& compiled, JsonText& json) {
    const auto rows = shape_rows(compiled.blueprint);
    json.key("shapes").array();
    for (const ShapeRow& row : rows) {
        json.object().member("name", compiled.blueprint.shapeNames[row.shape.at]);
        if (&row != &rows.front()) {
            const Split difference = split(compiled, row, rows.front());
            json.key("differs")
                .object(Layout::line)
                .member("from", compiled.blueprint.shapeNames[rows.front().shape.at]);
            json.member("has", trimmed(difference.ours))
                .member("insteadOf", trimmed(difference.theirs))
                .member("because", difference.origin.what);
            if (difference.origin.at) json.member("place", place(sources, *difference.origin.at));
            json.end();
        }
        json.key("members").array();
        for (const Environment* member : row.members) json.value(member->name());
        json.end().key("structure").array();
        for (const blueprint::ShapeLine& line : blueprint::lines(compiled.blueprint.shapes[row.shape.at]))
            json.value(line.text);
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view

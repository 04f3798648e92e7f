#include <algorithm>
#include <tuple>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/view/plan.hpp>

#include "paint.hpp"
#include "words.hpp"

namespace tenantry::view {
namespace {

using blueprint::Blueprint;
using blueprint::Change;
using blueprint::Effect;
using blueprint::Environment;
using blueprint::EnvironmentChange;
using blueprint::FieldChange;
using blueprint::ItemChange;
using blueprint::Touched;
using blueprint::Workload;

std::string sign(Change change, const Paint& paint) {
    switch (change) {
        case Change::create:
            return paint(Color::green, "+");
        case Change::update:
            return paint(Color::yellow, "~");
        case Change::replace:
            return paint(Color::red, "-/+");
        case Change::remove:
            return paint(Color::red, "-");
    }
    return "";
}

std::string tasks_text(const Blueprint& blueprint, const Environment& environment, const Workload& workload) {
    const auto min = blueprint::tasks_min(blueprint, environment, workload).value;
    const auto max = blueprint::tasks_max(blueprint, environment, workload).value;
    return min == max ? counted(min, "task") : fmt::format("{} to {} tasks", min, max);
}

void append_new(std::string& out, const Blueprint& blueprint, const Environment& environment, const Paint& paint) {
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

// What both texts begin with stands once: `tasks 2..6 -> 4..12`.
std::string field_text(const FieldChange& field) {
    if (!field.before) return printable(*field.after);
    if (!field.after) return printable(*field.before);
    std::size_t same = 0;
    for (std::size_t i = 0; i < std::min(field.before->size(), field.after->size()); ++i) {
        if ((*field.before)[i] != (*field.after)[i]) break;
        if ((*field.before)[i] == ' ') same = i + 1;
    }
    return printable(*field.before) + " -> " + printable(field.after->substr(same));
}

Change change_of(const FieldChange& field) {
    if (!field.before) return Change::create;
    return field.after ? Change::update : Change::remove;
}

void append_fields(std::string& out, std::string_view indent, const std::vector<FieldChange>& fields,
                   const Paint& paint) {
    for (const FieldChange& field : fields)
        out += fmt::format("{}{} {}\n", indent, sign(change_of(field), paint), field_text(field));
}

// Why an item is restarted or replaced: each reason once.
std::vector<std::string> reasons(const ItemChange& item) {
    std::vector<std::string> all = item.because;
    for (const FieldChange& field : item.fields)
        if (field.effect == item.effect && item.effect != Effect::inPlace && !field.reason.empty() &&
            std::ranges::find(all, field.reason) == all.end())
            all.emplace_back(field.reason);
    return all;
}

std::string_view verb(const ItemChange& item) {
    if (item.change == Change::create || item.change == Change::remove) return "";
    switch (item.effect) {
        case Effect::inPlace:
            return ", in place";
        case Effect::restart:
            return item.path.starts_with("services.") ? ", restarted" : ", services restarted";
        case Effect::replace:
            return ", replaced";
    }
    return "";
}

void append_item(std::string& out, const ItemChange& item, const Paint& paint) {
    out += fmt::format("      {} {}{}", sign(item.change, paint), item.path.empty() ? "the environment" : item.path,
                       verb(item));
    std::string why;
    for (const std::string& reason : reasons(item)) why += fmt::format("{}{}", why.empty() ? ": " : "; ", reason);
    out += printable(why) + "\n";
    append_fields(out, "          ", item.fields, paint);
}

const Environment& environment_of(const Blueprint& blueprint, const EnvironmentChange& change) {
    const auto key = [](const auto& row) { return std::tie(row.tenant, row.stage); };
    const auto found = std::ranges::lower_bound(blueprint.environments, key(change), {}, key);
    TENANTRY_CHECK(found != blueprint.environments.end() && key(*found) == key(change),
                   "what is new stands in the blueprint");
    return *found;
}

std::string headline(const Touched& touched) {
    std::string out =
        fmt::format("touches {} of {}: {}, {} replaced", touched.tenants, counted(touched.ofTenants, "tenant"),
                    counted(touched.restarts, "restart"), touched.replaced);
    if (touched.created != 0) out += fmt::format(", {} new", touched.created);
    if (touched.removed != 0) out += fmt::format(", {} removed", touched.removed);
    if (touched.inPlace != 0) out += fmt::format(", {} in place", touched.inPlace);
    return out + "\n";
}

std::string compared(const compile::Plan& plan, std::string_view against) {
    if (against.empty()) return "Nothing is known to be applied on target local, so everything is shown as new.\n";
    return fmt::format("Compared with {}.{}\n", printable(against), plan.difference.empty() ? " Nothing changes." : "");
}

void append_tenant(std::string& out, const compile::Compiled& compiled, const std::string& tenant, const Paint& paint) {
    const model::Tenant* row = compiled.model.platform.tenant(tenant);
    out += fmt::format("\n{} ({})\n", paint(Color::bold, tenant),
                       row != nullptr ? printable(row->title.str()) : "no longer in the file");
}

void write_field(const FieldChange& field, JsonText& json) {
    json.object(Layout::line).member("path", field.path).key("before");
    field.before ? json.value(*field.before) : json.null();
    json.key("after");
    field.after ? json.value(*field.after) : json.null();
    json.member("effect", blueprint::to_string(field.effect)).member("reason", field.reason).end();
}

void write_fields(std::string_view key, const std::vector<FieldChange>& fields, JsonText& json) {
    json.key(key).array();
    for (const FieldChange& field : fields) write_field(field, json);
    json.end();
}

void write_items(const EnvironmentChange& change, JsonText& json) {
    json.key("items").array();
    for (const ItemChange& item : change.items) {
        json.object().member("path", item.path).member("change", blueprint::to_string(item.change));
        json.member("effect", blueprint::to_string(item.effect)).key("because").array(Layout::line);
        for (const std::string& reason : reasons(item)) json.value(reason);
        json.end();
        write_fields("fields", item.fields, json);
        json.end();
    }
    json.end();
}

void write_new(const Blueprint& blueprint, const Environment& environment, JsonText& json) {
    const blueprint::Shape& shape = blueprint.shape(environment);
    json.member("block", blueprint.value(environment, shape.block).str())
        .member("shape", blueprint.shapeNames[environment.shape.at]);
    json.key("hosts").array(Layout::line);
    for (const HostName& host : blueprint::local_hosts(blueprint, environment)) json.value(host.str());
    json.end().key("services").array();
    for (const Workload& workload : shape.workloads) {
        json.object(Layout::line).member("name", workload.name.str()).member("tier", model::to_string(workload.tier));
        json.member("tasksMin", blueprint::tasks_min(blueprint, environment, workload).value);
        json.member("tasksMax", blueprint::tasks_max(blueprint, environment, workload).value);
        json.member("cpuUnits", blueprint.value(environment, workload.cpu).units)
            .member("memoryBytes", blueprint.value(environment, workload.memory).count);
        if (workload.image) json.member("image", blueprint.value(environment, *workload.image).str());
        json.end();
    }
    json.end();
}

}  // namespace

std::string plan_text(const compile::Compiled& compiled, const compile::Plan& plan, std::string_view against,
                      const Style& style) {
    const Paint paint(style.color);
    std::string out = headline(plan.difference.touched) + compared(plan, against);
    if (!compiled.provisional.empty())
        out += paint(Color::yellow, fmt::format("{} {} no block in platform.lock yet: run `tenantry lock`\n",
                                                counted(compiled.provisional.size(), "environment"),
                                                compiled.provisional.size() == 1 ? "has" : "have"));
    if (!plan.difference.commons.empty()) out += "\nall environments\n";
    append_fields(out, "  ", plan.difference.commons, paint);
    std::string tenant;
    for (const EnvironmentChange& change : plan.difference.environments) {
        if (change.tenant.str() != tenant) {
            tenant = change.tenant.str();
            append_tenant(out, compiled, tenant, paint);
        }
        if (change.change == Change::create) {
            append_new(out, compiled.blueprint, environment_of(compiled.blueprint, change), paint);
            continue;
        }
        out += fmt::format("  {} {}\n", sign(change.change, paint), change.name());
        for (const ItemChange& item : change.items) append_item(out, item, paint);
    }
    return out + fmt::format("\n{}\n`tenantry verify` decides the claims on the text that would be applied.\n",
                             shape_summary(compiled.blueprint));
}

void plan_json(const compile::Compiled& compiled, const compile::Plan& plan, std::string_view against, JsonText& json) {
    const Touched& touched = plan.difference.touched;
    json.member("target", "local").key("against");
    against.empty() ? json.null() : json.value(against);
    json.key("touches").object(Layout::line).member("tenants", touched.tenants);
    json.member("ofTenants", touched.ofTenants).member("restarts", touched.restarts);
    json.member("replaced", touched.replaced).member("new", touched.created).member("removed", touched.removed);
    json.member("inPlace", touched.inPlace).end().key("provisional").array(Layout::line);
    for (const std::string& name : compiled.provisional) json.value(name);
    json.end();
    write_fields("ofAllEnvironments", plan.difference.commons, json);
    json.key("environments").array();
    for (const EnvironmentChange& change : plan.difference.environments) {
        json.object().member("name", change.name()).member("change", blueprint::to_string(change.change));
        if (change.change == Change::create)
            write_new(compiled.blueprint, environment_of(compiled.blueprint, change), json);
        else
            write_items(change, json);
        json.end();
    }
    json.end().member("shapes", compiled.blueprint.shapes.size());
}

}  // namespace tenantry::view

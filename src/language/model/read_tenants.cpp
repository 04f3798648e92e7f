#include <algorithm>

#include <tenantry/base/check.hpp>

#include "programs.hpp"

namespace tenantry::model {
namespace {

constexpr std::string_view includeKey = "include";

void read_hosts(const std::optional<Place>& place, const StageNames& stages, Tenant& tenant, Diagnostics& diagnostics) {
    if (!place || !expect_map(*place, "`hosts`", diagnostics)) return;
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Entry entry = place->node.entry(i);
        if (!is_stage(entry, stages, diagnostics)) continue;
        if (!expect_list({entry.value, entry.keyAt}, "The hosts of a stage", diagnostics)) continue;
        for (std::size_t j = 0; j < entry.value.size(); ++j) {
            const syntax::Node item = entry.value.item(j);
            if (auto host = read_scalar(item, "The host", diagnostics, HostName::parse))
                tenant.hosts[std::string(entry.key)].push_back({*std::move(host), item.at()});
        }
    }
}

// Keys that a service has but a tenant may not change get a message of their own.
void refuse_shared_keys(const Place& place, Diagnostics& diagnostics) {
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        const bool ofService = std::ranges::find(keys::service(), entry.key, &Key::name) != keys::service().end();
        const bool ofOverride =
            std::ranges::find(keys::service_override(), entry.key, &Key::name) != keys::service_override().end();
        if (ofService && !ofOverride)
            diagnostics.add(code::notHere, entry.keyAt,
                            fmt::format("A tenant cannot change `{}` of a service.", entry.key),
                            "it may set `tasks`, `cpu`, `memory`, `image`, `env` and `egress`");
    }
}

ServiceOverride read_service_override(const syntax::Entry& entry, Diagnostics& diagnostics) {
    const Place place{entry.value, entry.keyAt};
    std::vector<std::string_view> toldApart;  // told by refuse_shared_keys, so known to the reader
    for (const Key& key : keys::service()) toldApart.push_back(key.name);
    MapReader map(place, fmt::format("the service `{}` of a tenant", entry.key), keys::service_override(), diagnostics,
                  toldApart);
    ServiceOverride changes;
    if (!map.is_map()) return changes;
    refuse_shared_keys(place, diagnostics);
    changes.tasks = map.scalar("tasks", parse_tasks);
    changes.cpu = map.scalar("cpu", parse_cpu);
    changes.memory = map.scalar("memory", parse_bytes);
    changes.image = map.scalar("image", ImageRef::parse);
    if (const auto env = map.find("env")) changes.env = read_env(*env, diagnostics);
    if (const auto egress = map.find("egress")) changes.egress = read_egress(egress, diagnostics);
    return changes;
}

void read_store_sizes(const std::optional<Place>& place, const Platform& platform, StageOverride& changes,
                      Diagnostics& diagnostics) {
    if (!place || !expect_map(*place, "`stores`", diagnostics)) return;
    std::vector<std::string_view> known;
    for (const Store& store : platform.stores) known.push_back(store.name.str());
    for (std::size_t i = 0; i < place->node.size(); ++i) {
        const syntax::Entry entry = place->node.entry(i);
        if (std::ranges::find(known, entry.key) == known.end()) {
            diagnostics.add(code::unknownName, entry.keyAt, fmt::format("There is no store {}.", quote(entry.key)),
                            suggest(entry.key, known));
            continue;
        }
        MapReader map({entry.value, entry.keyAt}, fmt::format("the store `{}` of a tenant", entry.key),
                      keys::store_override(), diagnostics);
        if (const auto size = map.scalar("size", parse_bytes)) changes.storeSizes.emplace(entry.key, *size);
    }
}

void check_override_env(const Place& place, const Platform& platform, Diagnostics& diagnostics) {
    std::vector<std::string_view> known;
    for (const Service& service : platform.services)
        for (const auto& [key, value] : service.env) known.push_back(key.str());
    for (std::size_t i = 0; place.node.is_map() && i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        if (EnvKey::parse(entry.key) && std::ranges::find(known, entry.key) == known.end())
            diagnostics.add(code::unknownName, entry.keyAt,
                            fmt::format("No service has the variable {}.", quote(entry.key)),
                            suggest(entry.key, known));
    }
}

StageOverride read_stage_override(const Place& place, std::string_view stage, const Platform& platform,
                                  Diagnostics& diagnostics) {
    StageOverride changes;
    MapReader map(place, fmt::format("the stage `{}` of a tenant", stage), keys::stage_override(), diagnostics);
    if (const auto env = map.find("env")) {
        changes.env = read_env(*env, diagnostics);
        check_override_env(*env, platform, diagnostics);
    }
    changes.zones = map.scalar("zones", parse_zones);
    changes.logs = map.scalar("logs", parse_duration);
    changes.recovery = read_backups(map.find("backups"), diagnostics);
    read_store_sizes(map.find("stores"), platform, changes, diagnostics);
    const auto services = map.find("services");
    if (!services || !expect_map(*services, "`services`", diagnostics)) return changes;
    std::vector<std::string_view> known;
    for (const Service& service : platform.services) known.push_back(service.name.str());
    for (std::size_t i = 0; i < services->node.size(); ++i) {
        const syntax::Entry entry = services->node.entry(i);
        if (std::ranges::find(known, entry.key) == known.end())
            diagnostics.add(code::unknownName, entry.keyAt, fmt::format("There is no service {}.", quote(entry.key)),
                            suggest(entry.key, known));
        else
            changes.services.emplace(entry.key, read_service_override(entry, diagnostics));
    }
    return changes;
}

void read_tenant(const syntax::Entry& entry, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    auto name = TenantName::parse(entry.key);
    if (!name) {
        diagnostics.add(code::badValue, entry.keyAt,
                        fmt::format("The tenant name {} {}.", quote(entry.key), name.error()));
        return;
    }
    MapReader map({entry.value, entry.keyAt}, fmt::format("the tenant `{}`", entry.key), keys::tenant(), diagnostics,
                  stages);
    const auto title = map.scalar("name", FreeText::parse);
    Tenant tenant{*std::move(name), entry.keyAt, title.value_or(*FreeText::parse("")), {}, {}, {}};
    read_hosts(map.find("hosts"), stages, tenant, diagnostics);
    tenant.stages = read_stage_list(map.find("stages"), stages, diagnostics);
    for (std::size_t i = 0; map.is_map() && i < entry.value.size(); ++i) {
        const syntax::Entry part = entry.value.entry(i);
        if (std::ranges::find(stages, part.key) == stages.end()) continue;
        tenant.overrides.emplace(part.key,
                                 read_stage_override({part.value, part.keyAt}, part.key, platform, diagnostics));
    }
    platform.tenants.push_back(std::move(tenant));
}

}  // namespace

bool Include::matches(std::string_view fileName) const {
    if (!star) return fileName == prefix;
    if (fileName.starts_with('.') && prefix.empty()) return false;
    return fileName.size() >= prefix.size() + suffix.size() && fileName.starts_with(prefix) &&
           fileName.ends_with(suffix);
}

std::optional<Include> include_of(const syntax::Tree& platformFile) {
    const auto tenants = syntax::Node::root(platformFile).find("tenants");
    const auto node = tenants ? tenants->find(includeKey) : std::nullopt;
    if (!node || !node->is_scalar()) return std::nullopt;
    auto include = parse_include(node->text());
    if (!include) return std::nullopt;
    include->at = node->at();
    return *std::move(include);
}

void read_tenants(const Place& place, bool inFile, const StageNames& stages, Platform& platform,
                  Diagnostics& diagnostics) {
    if (!expect_map(place, inFile ? "A tenant's file" : "`tenants`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        if (entry.key != includeKey) {
            read_tenant(entry, stages, platform, diagnostics);
        } else if (inFile) {
            diagnostics.add(code::notHere, entry.keyAt, "A tenant's file cannot include others.");
        } else {
            read_scalar(entry.value, "`include`", diagnostics, parse_include);
        }
    }
}

}  // namespace tenantry::model

#include <algorithm>
#include <array>

#include <tenantry/syntax/yaml.hpp>

#include "reading.hpp"

namespace tenantry::model {
namespace {

Place root_place(const syntax::Tree& tree) {
    const syntax::Node root = syntax::Node::root(tree);
    // Messages about a whole file point at its first byte.
    return {root, Span{root.at().source, root.at().begin, root.at().begin}};
}

StageNames names_of(const std::vector<Stage>& stages) {
    StageNames names;
    for (const Stage& stage : stages) names.push_back(stage.name.str());
    return names;
}

// By name; of two with one name (tenants of two files) the first stays.
template <class Row>
void sort_by_name(std::vector<Row>& rows, std::string_view what, Diagnostics& diagnostics) {
    std::ranges::stable_sort(rows, {}, [](const Row& row) -> const auto& { return row.name; });
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (rows[i - 1].name == rows[i].name)
            diagnostics.add(code::sameName, rows[i].at,
                            fmt::format("The {} `{}` is defined twice.", what, rows[i].name.str()), "",
                            {{rows[i - 1].at, "first here"}});
    const auto rest = std::ranges::unique(rows, {}, [](const Row& row) -> const auto& { return row.name; });
    rows.erase(rest.begin(), rest.end());
}

// A platform that has not even these two cannot be built; others get what could be read.
struct Heading {
    std::optional<PlatformName> name;
    std::optional<HostName> domain;
};

Heading read_heading(MapReader& map) {
    return {map.scalar("platform", PlatformName::parse), map.scalar("domain", HostName::parse)};
}

Platform empty_platform(PlatformName name, HostName domain) {
    Platform platform{std::move(name), std::move(domain)};
    platform.targets = {"local"};
    platform.local.domain = platform.name.str() + ".localhost";
    return platform;
}

std::optional<Platform> read_platform(const syntax::Tree& tree, std::span<const syntax::Tree> tenantTrees,
                                      Diagnostics& diagnostics) {
    MapReader map(root_place(tree), "the platform file", keys::platform(), diagnostics);
    if (!map.is_map()) return std::nullopt;
    const Heading heading = read_heading(map);
    Platform platform = empty_platform(heading.name.value_or(*PlatformName::parse("x")),
                                       heading.domain.value_or(*HostName::parse("x.x")));

    if (const auto place = map.find("network")) read_network(*place, platform, diagnostics);
    if (const auto place = map.find("stages")) read_stages(*place, platform, diagnostics);
    const StageNames stages = names_of(platform.stages);
    if (const auto place = map.find("services")) read_services(*place, stages, platform, diagnostics);
    if (const auto place = map.find("jobs")) read_jobs(*place, stages, platform, diagnostics);
    if (const auto place = map.find("stores")) read_stores(*place, stages, platform, diagnostics);
    if (const auto place = map.find("secrets")) read_secrets(*place, platform, diagnostics);
    if (const auto place = map.find("access")) read_access(*place, stages, platform, diagnostics);
    if (const auto place = map.find("exceptions")) read_exceptions(*place, stages, platform, diagnostics);
    platform.delivery.order.clear();
    for (const Stage& stage : platform.stages) platform.delivery.order.push_back(stage.name);
    if (const auto place = map.find("delivery")) read_delivery(*place, stages, platform, diagnostics);
    if (const auto place = map.find("targets")) read_targets(*place, stages, platform, diagnostics);
    if (const auto place = map.find("tenants")) read_tenants(*place, false, stages, platform, diagnostics);
    for (const syntax::Tree& file : tenantTrees) read_tenants(root_place(file), true, stages, platform, diagnostics);

    sort_by_name(platform.services, "service", diagnostics);
    sort_by_name(platform.tenants, "tenant", diagnostics);
    sort_by_name(platform.jobs, "job", diagnostics);
    sort_by_name(platform.stores, "store", diagnostics);
    sort_by_name(platform.secrets, "secret", diagnostics);
    sort_by_name(platform.access, "access", diagnostics);
    check_platform(root_place(tree), platform, diagnostics);
    if (!heading.name || !heading.domain) return std::nullopt;
    return platform;
}

}  // namespace

std::optional<Model> read_model(const Sources& sources, const Inputs& inputs, Diagnostics& diagnostics) {
    Diagnostics found;
    Model model{empty_platform(*PlatformName::parse("x"), *HostName::parse("x.x")), {}};
    bool readable = true;
    const auto parse = [&](SourceId id) {
        auto tree = syntax::parse_yaml(sources, id, syntax::Limits{}, found);
        readable = readable && tree.has_value();
        if (tree) model.trees.push_back(std::move(*tree));
        return tree.has_value();
    };
    const bool platformReadable = parse(inputs.platform);
    for (const SourceId id : inputs.tenants) parse(id);
    std::optional<Platform> platform;
    if (platformReadable) platform = read_platform(model.trees.front(), std::span(model.trees).subspan(1), found);
    const bool good = readable && platform && !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    model.platform = std::move(*platform);
    return model;
}

namespace {

template <class Row>
const Row* find_by_name(const std::vector<Row>& rows, std::string_view wanted) {
    const auto found =
        std::ranges::find(rows, wanted, [](const Row& row) -> std::string_view { return row.name.str(); });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

const Service* Platform::service(std::string_view wanted) const { return find_by_name(services, wanted); }
const Stage* Platform::stage(std::string_view wanted) const { return find_by_name(stages, wanted); }
const Store* Platform::store(std::string_view wanted) const { return find_by_name(stores, wanted); }
const Secret* Platform::secret(std::string_view wanted) const { return find_by_name(secrets, wanted); }
const Job* Platform::job(std::string_view wanted) const { return find_by_name(jobs, wanted); }

const Tenant* Platform::tenant(std::string_view wanted) const {
    const auto found =
        std::ranges::lower_bound(tenants, wanted, {}, [](const Tenant& t) -> std::string_view { return t.name.str(); });
    return found == tenants.end() || found->name.str() != wanted ? nullptr : &*found;
}

const Stage& Platform::main_stage() const {
    const Stage* production = stage("production");
    if (production != nullptr) return *production;
    return *stage(delivery.order.back().str());
}

std::string_view to_string(Tier tier) { return tier == Tier::frontend ? "frontend" : "middleware"; }

std::optional<Tier> tier_from_string(std::string_view text) {
    for (const Tier tier : {Tier::frontend, Tier::middleware})
        if (to_string(tier) == text) return tier;
    return std::nullopt;
}

std::string_view to_string(Access access) {
    switch (access) {
        case Access::read:
            return "read";
        case Access::readWrite:
            return "readWrite";
        case Access::owner:
            return "owner";
    }
    return "";
}

std::optional<Access> access_from_string(std::string_view text) {
    for (const Access access : {Access::read, Access::readWrite, Access::owner})
        if (to_string(access) == text) return access;
    return std::nullopt;
}

std::string_view to_string(Engine engine) {
    switch (engine) {
        case Engine::mongodb:
            return "mongodb";
        case Engine::postgresql:
            return "postgresql";
        case Engine::redis:
            return "redis";
    }
    return "";
}

std::optional<Engine> engine_from_string(std::string_view text) {
    for (const Engine engine : {Engine::mongodb, Engine::postgresql, Engine::redis})
        if (to_string(engine) == text) return engine;
    return std::nullopt;
}

}  // namespace tenantry::model

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/place.hpp>
#include <tenantry/model/resolve.hpp>

#include "parameters.hpp"

namespace tenantry::blueprint {
namespace {

Index<Workload> index_of(const model::Platform& platform, const ServiceName& name) {
    const model::Service* service = platform.service(name.str());
    TENANTRY_CHECK(service != nullptr, "the model checked the references");
    return {static_cast<std::uint32_t>(service - platform.services.data())};
}

std::vector<Grant> grants_of(const model::Platform& platform, const std::vector<model::StoreUse>& uses) {
    std::vector<Grant> grants;
    for (const model::StoreUse& use : uses) {
        const model::Store* store = platform.store(use.store.str());
        TENANTRY_CHECK(store != nullptr, "the model checked the references");
        grants.push_back({{static_cast<std::uint32_t>(store - platform.stores.data())}, use.access});
    }
    return grants;
}

std::vector<SecretName> secrets_of(const std::vector<model::SecretUse>& uses) {
    std::vector<SecretName> names;
    for (const model::SecretUse& use : uses) names.push_back(use.secret);
    return names;
}

Job job_of(const model::Platform& platform, const model::JobSettings& settings, const Parameters& parameters) {
    const model::Job& job = *settings.job;
    const std::string& name = job.name.str();
    Job row{job.name, job.when, job.schedule, job.reset, job.timeout, job.overlap, job.repeatable, job.command};
    row.image = parameters.hole<ImageRef>({SlotKind::image, name, ""});
    row.cpu = parameters.hole<model::Cpu>({SlotKind::cpu, name, ""});
    row.memory = parameters.hole<model::Bytes>({SlotKind::memory, name, ""});
    for (const auto& [key, value] : job.env)
        row.env.push_back({key, parameters.hole<FreeText>({SlotKind::envText, name, key.str()})});
    row.stores = grants_of(platform, job.stores);
    row.secrets = secrets_of(job.secrets);
    row.egress = job.egress;
    return row;
}

// Jobs, stores, secrets and access: everything of a shape but the services and their network.
void add_data_side(const model::Platform& platform, const model::EnvironmentSettings& settings,
                   const Parameters& parameters, Shape& shape) {
    for (const model::JobSettings& job : settings.jobs) shape.jobs.push_back(job_of(platform, job, parameters));
    for (const model::StoreSettings& row : settings.stores)
        shape.stores.push_back({row.store->name, row.store->engine, row.store->cache, row.store->asVariable,
                                parameters.hole<model::Bytes>({SlotKind::storeSize, row.store->name.str(), ""})});
    for (const model::Secret& secret : platform.secrets)
        shape.secrets.push_back({secret.name, secret.makeBytes, secret.rotate, secret.asVariable});
    for (const model::AccessEntry* access : settings.access)
        shape.access.push_back({access->name, grants_of(platform, access->stores)});
    shape.sleepAfter = settings.stage->sleepAfter;
    shape.keepLogs = parameters.hole<model::Duration>({SlotKind::keepLogs, "", ""});
    if (settings.recovery) shape.recovery = parameters.hole<model::Duration>({SlotKind::recovery, "", ""});
}

Workload workload_of(const model::Platform& platform, const model::ServiceSettings& settings,
                     const Parameters& parameters) {
    const model::Service& service = *settings.service;
    const std::string& name = service.name.str();
    const auto slot = [&](SlotKind kind) { return Slot{kind, name, ""}; };
    Workload workload{service.name,  service.tier, service.port,         service.health,
                      service.drain, {},           service.staticFolder, service.command};
    workload.cpu = parameters.hole<model::Cpu>(slot(SlotKind::cpu));
    workload.memory = parameters.hole<model::Bytes>(slot(SlotKind::memory));
    workload.stores = grants_of(platform, service.stores);
    workload.secrets = secrets_of(service.secrets);
    workload.egress = settings.egress;
    if (settings.image) workload.image = parameters.hole<ImageRef>(slot(SlotKind::image));
    if (settings.tasks.range)
        workload.scaling = RangeTasks{parameters.hole<Count>(slot(SlotKind::tasksMin)),
                                      parameters.hole<Count>(slot(SlotKind::tasksMax))};
    else
        workload.scaling = FixedTasks{parameters.hole<Count>(slot(SlotKind::tasks))};
    for (const auto& [key, value] : settings.env)
        workload.env.push_back({key, parameters.hole<FreeText>({SlotKind::envText, name, key.str()})});
    for (const model::Route& route : service.routes) {
        workload.routes.push_back({route.prefix, index_of(platform, route.to)});
        workload.calls.push_back(workload.routes.back().to);
    }
    for (const model::Call& call : service.calls) workload.calls.push_back(index_of(platform, call.to));
    std::ranges::sort(workload.calls);
    const auto twice = std::ranges::unique(workload.calls);
    workload.calls.erase(twice.begin(), twice.end());
    return workload;
}

// Prefixes that the load balancer must tell apart: one inside another of the same frontend needs no row.
std::vector<Entry> entries_of(const Shape& shape) {
    std::vector<Entry> all;
    for (std::uint32_t row = 0; row < shape.workloads.size(); ++row) {
        const Workload& workload = shape.workloads[row];
        for (const Route& route : workload.routes) all.push_back({route.prefix, {row}});
        const bool hasRoot =
            std::ranges::any_of(workload.routes, [](const Route& route) { return route.prefix.str() == "/"; });
        if (workload.staticFolder && !hasRoot) all.push_back({*PathPrefix::parse("/"), {row}});
    }
    const auto inside = [](const std::string& inner, const std::string& outer) {
        return outer == "/" || inner == outer || inner.starts_with(outer + "/");
    };
    std::vector<Entry> kept;
    for (const Entry& entry : all) {
        const Entry* around = nullptr;
        for (const Entry& other : all)
            if (other.prefix != entry.prefix && inside(entry.prefix.str(), other.prefix.str()) &&
                (around == nullptr || other.prefix.str().size() > around->prefix.str().size()))
                around = &other;
        if (around == nullptr || around->to != entry.to) kept.push_back(entry);
    }
    std::ranges::sort(kept, {}, [](const Entry& entry) {
        return std::pair(-static_cast<std::int64_t>(entry.prefix.str().size()), entry.prefix);
    });
    return kept;
}

void add_store_allows(const Shape& shape, const End& from, const std::vector<Grant>& grants, const std::string& origin,
                      std::vector<Allow>& allows) {
    for (const Grant& grant : grants) {
        const Store& store = shape.stores[grant.store.at];
        allows.push_back({from, grant.store, port_of(store.engine), ModelPath{origin + ".stores." + store.name.str()}});
    }
}

std::vector<Allow> allows_of(const model::Platform& platform, const Shape& shape) {
    std::vector<Allow> allows;
    for (std::uint32_t row = 0; row < shape.workloads.size(); ++row) {
        const Workload& workload = shape.workloads[row];
        const std::string origin = "services." + workload.name.str();
        if (workload.tier == model::Tier::frontend)
            allows.push_back({LoadBalancer{}, Index<Workload>{row}, *workload.port, ModelPath{origin + ".routes"}});
        for (const Index<Workload> to : workload.calls) {
            const auto route = std::ranges::find(workload.routes, to, &Route::to);
            const std::string why =
                route == workload.routes.end() ? origin + ".calls" : origin + ".routes." + route->prefix.str();
            allows.push_back({Index<Workload>{row}, to, *platform.services[to.at].port, ModelPath{why}});
        }
        add_store_allows(shape, Index<Workload>{row}, workload.stores, origin, allows);
    }
    for (std::uint32_t row = 0; row < shape.jobs.size(); ++row)
        add_store_allows(shape, Index<Job>{row}, shape.jobs[row].stores, "jobs." + shape.jobs[row].name.str(), allows);
    return allows;
}

bool give_virtual_addresses(Shape& shape) {
    std::set<Index<Workload>> called;
    for (const Workload& workload : shape.workloads) called.insert(workload.calls.begin(), workload.calls.end());
    const std::uint32_t room = usable(subnet(shape.blockPrefix, 0, SubnetKind::endpoints));
    std::uint32_t ordinal = 0;
    for (const Index<Workload> row : called) {
        if (ordinal / room >= shape.zones) return false;
        const Relative range =
            subnet(shape.blockPrefix, static_cast<std::uint8_t>(ordinal / room), SubnetKind::endpoints);
        shape.workloads[row.at].virtualAddress = range.offset + firstUsable + ordinal % room;
        ++ordinal;
    }
    return true;
}

// One more of each service has a place, for changes.
std::uint32_t most_tasks_in_one_zone(const model::EnvironmentSettings& settings) {
    std::uint32_t tasks = 0;
    for (const model::ServiceSettings& service : settings.services)
        tasks += (service.tasks.max + 1 + settings.zones - 1) / settings.zones;
    for (const model::JobSettings& job : settings.jobs) tasks += job.job->schedule && job.job->overlap ? 2U : 1U;
    return tasks;
}

/// Everything by which the structure of two environments of one platform can differ, as bytes: equal ones have equal
/// shapes. Unequal ones may too, which the shapes' own texts tell.
std::string structure_key(const model::EnvironmentSettings& settings, const LockedBlock& block) {
    std::string key = settings.stage->name.str();
    const auto add = [&](std::uint32_t number) { key += static_cast<char>(number); };
    add('\0');
    add(block.layout);
    add(block.block.prefix);
    add(settings.zones);
    add(settings.recovery ? 1 : 0);
    for (const model::ServiceSettings& service : settings.services) {
        add(service.image ? 1 : 0);
        add(service.tasks.range ? 1 : 0);
        for (const auto& [name, value] : service.env) key += name.str() + "=";
        add('\0');
        for (const model::HostPort& name : service.egress)
            key += fmt::format("{}:{},", name.host.str(), name.port.number);
        add('\0');
    }
    return key;
}

Shape shape_of(const model::Platform& platform, const model::EnvironmentSettings& settings, const LockedBlock& block,
               const Parameters& parameters) {
    Shape shape;
    shape.layout = block.layout;
    shape.blockPrefix = block.block.prefix;
    shape.zones = settings.zones;
    shape.protect = settings.stage->protect;
    shape.tenant = parameters.hole<TenantName>({SlotKind::tenant, "", ""});
    shape.stage = parameters.hole<StageName>({SlotKind::stage, "", ""});
    shape.block = parameters.hole<Cidr>({SlotKind::block, "", ""});
    shape.uids = parameters.hole<UidRange>({SlotKind::uids, "", ""});
    shape.hosts = parameters.hole<Hosts>({SlotKind::hosts, "", ""});
    shape.account = parameters.hole<Account>({SlotKind::account, "", ""});
    for (std::uint8_t zone = 0; zone < shape.zones; ++zone)
        for (const SubnetKind kind : {SubnetKind::privateTasks, SubnetKind::publicIngress, SubnetKind::endpoints})
            shape.subnets.push_back({kind, zone, subnet(shape.blockPrefix, zone, kind)});
    for (std::uint8_t zone = 0; zone < shape.zones && !settings.stores.empty(); ++zone)
        shape.subnets.push_back({SubnetKind::data, zone, subnet(shape.blockPrefix, zone, SubnetKind::data)});
    for (const model::ServiceSettings& service : settings.services)
        shape.workloads.push_back(workload_of(platform, service, parameters));
    add_data_side(platform, settings, parameters, shape);
    shape.entries = entries_of(shape);
    shape.allows = allows_of(platform, shape);
    shape.slots = parameters.slots();
    return shape;
}

/// What environments of one structure share.
struct Structure {
    Index<Shape> shape;
    std::vector<std::uint32_t> order;  ///< of each slot, where `values_of` has its value
    bool roomForServices = true;
};

/// Makes each shape once and finds it again.
class Structures {
  public:
    Structures(const model::Platform& platform, Blueprint& blueprint) : platform_(platform), blueprint_(blueprint) {}

    const Structure& of(std::string key, const model::EnvironmentSettings& settings, const LockedBlock& block) {
        const auto [found, fresh] = byKey_.try_emplace(std::move(key));
        if (fresh) found->second = make(settings, block);
        return found->second;
    }

  private:
    Structure make(const model::EnvironmentSettings& settings, const LockedBlock& block) {
        const Parameters parameters(platform_, settings, block);
        Shape shape = shape_of(platform_, settings, block, parameters);
        const bool room = give_virtual_addresses(shape);
        const Index<Shape> next{static_cast<std::uint32_t>(blueprint_.shapes.size())};
        const auto [known, fresh] = byText_.emplace(to_text(shape), next);
        if (fresh) {
            blueprint_.shapes.push_back(std::move(shape));
            blueprint_.shapeNames.push_back(blake2b(known->first).hex(12));
        }
        return {known->second, parameters.order(), room};
    }

    const model::Platform& platform_;
    Blueprint& blueprint_;
    std::map<std::string, Structure, std::less<>> byKey_;
    std::map<std::string, Index<Shape>, std::less<>> byText_;
};

void check_room(const Structure& structure, const model::EnvironmentSettings& settings, std::uint8_t prefix,
                Diagnostics& diagnostics) {
    const auto name = [&] { return settings.tenant->name.str() + "/" + settings.stage->name.str(); };
    if (!structure.roomForServices)
        diagnostics.add(
            code::tooManyServices, settings.tenant->at,
            fmt::format("`{}` has a block of /{}, too small for an address for each service that is called.", name(),
                        prefix),
            "write a larger `network.block`");
    const std::uint32_t storeRoom = usable(subnet(prefix, 0, SubnetKind::data));
    std::size_t dataTasks = settings.stores.size();
    for (const model::StoreSettings& row : settings.stores)
        if (row.store->engine == model::Engine::mongodb) ++dataTasks;  // what is behind it
    if (dataTasks > storeRoom)
        diagnostics.add(code::blockTooSmall, settings.tenant->at,
                        fmt::format("`{}` has {} tasks of stores, and a /{} block has room for {}.", name(), dataTasks,
                                    prefix, storeRoom),
                        "write a larger `network.block`");
    const std::uint32_t room = usable(subnet(prefix, 0, SubnetKind::privateTasks));
    const std::uint32_t tasks = most_tasks_in_one_zone(settings);
    if (tasks > room)
        diagnostics.add(code::blockTooSmall, settings.tenant->at,
                        fmt::format("`{}` needs room for {} tasks in its first zone, one of each service for changes "
                                    "among them, and a /{} block has room for {}.",
                                    name(), tasks, prefix, room),
                        "write a larger `network.block`, more `zones` or fewer `tasks`");
}

struct Work {
    const model::Tenant* tenant;
    const model::Stage* stage;
    const LockedBlock* block;
};

std::vector<Work> works_of(const model::Platform& platform, const Lock& lock) {
    std::map<std::string, const LockedBlock*, std::less<>> blocks;
    for (const LockedBlock& block : lock.blocks)
        if (!block.retired) blocks.emplace(block.name(), &block);
    std::vector<Work> works;
    for (const model::Tenant& tenant : platform.tenants)
        for (const StageName& name : tenant.stages) {
            const auto block = blocks.find(tenant.name.str() + "/" + name.str());
            TENANTRY_CHECK(block != blocks.end(), "the lock has a block for every environment");
            works.push_back({&tenant, platform.stage(name.str()), block->second});
        }
    return works;
}

/// What can be made of each environment alone, on any thread.
struct Row {
    model::EnvironmentSettings settings;
    std::string key;
    std::vector<Value> values;
};

Commons commons_of(const model::Platform& platform) {
    Commons commons{platform.name,
                    platform.network.pool,
                    platform.network.avoid,
                    platform.network.blockPrefix,
                    *HostName::parse(platform.local.domain),
                    {}};
    for (const auto& [image, own] : platform.local.images)
        (own.isOci ? commons.ociImages : commons.hostImages).emplace(image, own.path);
    return commons;
}

}  // namespace

Port port_of(model::Engine engine) {
    switch (engine) {
        case model::Engine::postgresql:
            return Port{5432};
        case model::Engine::redis:
            return Port{6379};
        case model::Engine::mongodb:
            return Port{27017};
    }
    TENANTRY_CHECK(false, "an engine is one of the list");
}

std::string name_of(const Shape& shape, const End& end) {
    struct {
        const Shape& shape;
        std::string operator()(LoadBalancer) const { return std::string(loadBalancerName); }
        std::string operator()(Index<Workload> row) const { return shape.workloads[row.at].name.str(); }
        std::string operator()(Index<Store> row) const { return shape.stores[row.at].name.str(); }
        std::string operator()(Index<Job> row) const { return shape.jobs[row.at].name.str(); }
        std::string operator()(Backing row) const { return shape.stores[row.store.at].name.str() + "-postgresql"; }
    } const name{shape};
    return std::visit(name, end);
}

std::uint32_t address_of(const Shape& shape, Index<Store> store) {
    const Relative data = subnet(shape.blockPrefix, 0, SubnetKind::data);
    TENANTRY_CHECK(store.at < usable(data), "the block was checked to hold all stores");
    return data.offset + firstUsable + store.at;
}

std::string_view to_string(SlotKind kind) {
    switch (kind) {
        case SlotKind::tenant:
            return "tenant";
        case SlotKind::stage:
            return "stage";
        case SlotKind::account:
            return "account";
        case SlotKind::block:
            return "block";
        case SlotKind::uids:
            return "uids";
        case SlotKind::hosts:
            return "hosts";
        case SlotKind::image:
            return "image";
        case SlotKind::cpu:
            return "cpu";
        case SlotKind::memory:
            return "memory";
        case SlotKind::tasks:
            return "tasks";
        case SlotKind::tasksMin:
            return "tasksMin";
        case SlotKind::tasksMax:
            return "tasksMax";
        case SlotKind::envText:
            return "env";
        case SlotKind::storeSize:
            return "storeSize";
        case SlotKind::keepLogs:
            return "keepLogs";
        case SlotKind::recovery:
            return "recovery";
    }
    return "";
}

namespace {

std::vector<std::string> accounts_for(const model::Platform& platform, const StageName& stage) {
    std::vector<std::string> ids;
    if (!platform.aws) return ids;
    for (const model::AwsAccount& account : platform.aws->accounts)
        if (std::ranges::binary_search(account.stages, stage)) ids.push_back(account.id);
    return ids;
}

}  // namespace

std::vector<Wanted> wanted_environments(const model::Platform& platform) {
    std::vector<Wanted> wanted;
    for (const model::Tenant& tenant : platform.tenants)
        for (const StageName& stage : tenant.stages)
            wanted.push_back({tenant.name, stage, tenant.at, accounts_for(platform, stage)});
    return wanted;
}

std::optional<Blueprint> build(const model::Model& model, const Lock& lock, const Pool& pool,
                               Diagnostics& diagnostics) {
    const std::vector<Work> works = works_of(model.platform, lock);
    Blueprint blueprint{commons_of(model.platform), {}, {}, {}, {}};
    Structures structures(model.platform, blueprint);
    blueprint.environments.reserve(works.size());
    Diagnostics found;
    // In parts, so that settings of few environments are in memory at once.
    constexpr std::size_t part = 1024;
    for (std::size_t begin = 0; begin < works.size(); begin += part) {
        std::vector<Row> rows(std::min(part, works.size() - begin));
        pool.each(rows.size(), [&](std::size_t i) {
            const Work& work = works[begin + i];
            Row& row = rows[i];
            row.settings = model::resolve(model.platform, *work.tenant, *work.stage);
            row.key = structure_key(row.settings, *work.block);
            row.values = values_of(model.platform, row.settings, *work.block);
        });
        // Most environments have as many values as the first.
        if (begin == 0) blueprint.values.reserve(works.size() * rows.front().values.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Work& work = works[begin + i];
            const Structure& structure = structures.of(std::move(rows[i].key), rows[i].settings, *work.block);
            check_room(structure, rows[i].settings, work.block->block.prefix, found);
            TENANTRY_CHECK(structure.order.size() == rows[i].values.size(), "one structure has one list of parameters");
            blueprint.environments.push_back({work.tenant->name, work.stage->name, structure.shape,
                                              static_cast<std::uint32_t>(blueprint.values.size())});
            for (const std::uint32_t at : structure.order) blueprint.values.push_back(std::move(rows[i].values[at]));
        }
    }
    const bool good = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    return blueprint;
}

}  // namespace tenantry::blueprint

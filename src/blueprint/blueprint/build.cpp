#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <tenantry/blueprint/build.hpp>
#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/place.hpp>
#include <tenantry/model/hosts.hpp>
#include <tenantry/model/resolve.hpp>

namespace tenantry::blueprint {
namespace {

/// The parameters of one environment while its shape is made: first all are put in, then holes are asked for.
class Parameters {
  public:
    void put(Slot slot, Value value) { rows_.emplace_back(std::move(slot), std::move(value)); }
    void settle() {
        std::ranges::sort(rows_, {}, [](const Row& row) -> const Slot& { return row.first; });
    }
    template <class T>
    [[nodiscard]] Hole<T> hole(const Slot& slot) const {
        const auto at =
            std::ranges::lower_bound(rows_, slot, {}, [](const Row& row) -> const Slot& { return row.first; });
        TENANTRY_CHECK(at != rows_.end() && at->first == slot, "a hole's slot was put in");
        return Hole<T>{Index<Slot>{static_cast<std::uint32_t>(at - rows_.begin())}};
    }
    [[nodiscard]] std::vector<Slot> slots() const {
        std::vector<Slot> all;
        for (const Row& row : rows_) all.push_back(row.first);
        return all;
    }
    [[nodiscard]] std::vector<Value> values() && {
        std::vector<Value> all;
        for (Row& row : rows_) all.push_back(std::move(row.second));
        return all;
    }

  private:
    using Row = std::pair<Slot, Value>;
    std::vector<Row> rows_;
};

void put_service(const model::ServiceSettings& service, Parameters& parameters) {
    const std::string& name = service.service->name.str();
    if (service.image) parameters.put({SlotKind::image, name, ""}, *service.image);
    parameters.put({SlotKind::cpu, name, ""}, service.cpu);
    parameters.put({SlotKind::memory, name, ""}, service.memory);
    if (service.tasks.range) {
        parameters.put({SlotKind::tasksMin, name, ""}, Count{service.tasks.min});
        parameters.put({SlotKind::tasksMax, name, ""}, Count{service.tasks.max});
    } else {
        parameters.put({SlotKind::tasks, name, ""}, Count{service.tasks.min});
    }
    for (const auto& [key, value] : service.env) parameters.put({SlotKind::envText, name, key.str()}, value);
}

void put_job(const model::JobSettings& settings, Parameters& parameters) {
    const std::string& name = settings.job->name.str();
    parameters.put({SlotKind::image, name, ""}, settings.job->image);
    parameters.put({SlotKind::cpu, name, ""}, settings.cpu);
    parameters.put({SlotKind::memory, name, ""}, settings.memory);
    for (const auto& [key, value] : settings.job->env) parameters.put({SlotKind::envText, name, key.str()}, value);
}

Parameters parameters_of(const model::Platform& platform, const model::EnvironmentSettings& settings,
                         const LockedBlock& block) {
    Parameters parameters;
    parameters.put({SlotKind::tenant, "", ""}, settings.tenant->name);
    parameters.put({SlotKind::stage, "", ""}, settings.stage->name);
    parameters.put({SlotKind::block, "", ""}, block.block);
    parameters.put({SlotKind::uids, "", ""}, block.uids);
    Hosts hosts{*Label::parse(model::host_label(platform, *settings.tenant, *settings.stage)), {}};
    if (const auto own = settings.tenant->hosts.find(settings.stage->name.str()); own != settings.tenant->hosts.end())
        for (const model::TenantHost& host : own->second) hosts.own.push_back(host.name);
    parameters.put({SlotKind::hosts, "", ""}, std::move(hosts));
    parameters.put({SlotKind::account, "", ""}, Account{block.account.value_or("")});
    parameters.put({SlotKind::keepLogs, "", ""}, settings.logs);
    if (settings.recovery) parameters.put({SlotKind::recovery, "", ""}, *settings.recovery);
    for (const model::ServiceSettings& service : settings.services) put_service(service, parameters);
    for (const model::JobSettings& job : settings.jobs) put_job(job, parameters);
    for (const model::StoreSettings& store : settings.stores)
        parameters.put({SlotKind::storeSize, store.store->name.str(), ""}, store.size);
    parameters.settle();
    return parameters;
}

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

std::vector<Allow> allows_of(const model::Platform& platform, const Shape& shape) {
    std::vector<Allow> allows;
    for (std::uint32_t row = 0; row < shape.workloads.size(); ++row) {
        const Workload& workload = shape.workloads[row];
        const std::string origin = "services." + workload.name.str();
        if (workload.tier == model::Tier::frontend)
            allows.push_back({LoadBalancer{}, {row}, *workload.port, ModelPath{origin + ".routes"}});
        for (const Index<Workload> to : workload.calls) {
            const auto route = std::ranges::find(workload.routes, to, &Route::to);
            const std::string why =
                route == workload.routes.end() ? origin + ".calls" : origin + ".routes." + route->prefix.str();
            allows.push_back({Index<Workload>{row}, to, *platform.services[to.at].port, ModelPath{why}});
        }
    }
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

struct Built {
    Shape shape;
    std::vector<Value> values;
    std::string key;
    bool roomForServices = true;
    std::uint32_t tasksOfFirstZone = 0;  ///< most that it can ever have
};

std::uint32_t most_tasks_in_one_zone(const model::EnvironmentSettings& settings) {
    std::uint32_t tasks = 0;
    for (const model::ServiceSettings& service : settings.services)
        tasks += (service.tasks.max + settings.zones - 1) / settings.zones;
    return tasks;
}

Built build_one(const model::Platform& platform, const model::EnvironmentSettings& settings, const LockedBlock& block) {
    Parameters parameters = parameters_of(platform, settings, block);
    Built built;
    Shape& shape = built.shape;
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
    for (const model::ServiceSettings& service : settings.services)
        shape.workloads.push_back(workload_of(platform, service, parameters));
    add_data_side(platform, settings, parameters, shape);
    shape.entries = entries_of(shape);
    shape.allows = allows_of(platform, shape);
    built.roomForServices = give_virtual_addresses(shape);
    built.tasksOfFirstZone = most_tasks_in_one_zone(settings);
    shape.slots = parameters.slots();
    built.key = to_text(shape);
    built.values = std::move(parameters).values();
    return built;
}

void check_room(const Built& built, const model::EnvironmentSettings& settings, Diagnostics& diagnostics) {
    const std::string name = settings.tenant->name.str() + "/" + settings.stage->name.str();
    const std::uint8_t prefix = built.shape.blockPrefix;
    if (!built.roomForServices)
        diagnostics.add(
            code::tooManyServices, settings.tenant->at,
            fmt::format("`{}` has a block of /{}, too small for an address for each service that is called.", name,
                        prefix),
            "write a larger `network.block`");
    const std::uint32_t room = usable(subnet(prefix, 0, SubnetKind::privateTasks));
    if (built.tasksOfFirstZone > room)
        diagnostics.add(code::blockTooSmall, settings.tenant->at,
                        fmt::format("`{}` may have {} tasks in its first zone, and a /{} block has room for {}.", name,
                                    built.tasksOfFirstZone, prefix, room),
                        "write a larger `network.block`, more `zones` or fewer `tasks`");
}

struct Work {
    model::EnvironmentSettings settings;
    const LockedBlock* block;
};

std::vector<Work> works_of(const model::Platform& platform, const Lock& lock) {
    std::map<std::string, const LockedBlock*, std::less<>> blocks;
    for (const LockedBlock& block : lock.blocks)
        if (!block.retired) blocks.emplace(block.name(), &block);
    std::vector<Work> jobs;
    for (const model::Tenant& tenant : platform.tenants)
        for (const StageName& name : tenant.stages) {
            const auto block = blocks.find(tenant.name.str() + "/" + name.str());
            TENANTRY_CHECK(block != blocks.end(), "the lock has a block for every environment");
            jobs.push_back({model::resolve(platform, tenant, *platform.stage(name.str())), block->second});
        }
    return jobs;
}

Commons commons_of(const model::Platform& platform) {
    Commons commons{platform.name,
                    platform.network.pool,
                    platform.network.avoid,
                    platform.network.blockPrefix,
                    *HostName::parse(platform.local.domain),
                    {}};
    for (const auto& [image, host] : platform.local.images) commons.hostImages.emplace(image, host.path);
    return commons;
}

}  // namespace

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
    const std::vector<Work> jobs = works_of(model.platform, lock);
    std::vector<Built> built(jobs.size());
    pool.each(jobs.size(),
              [&](std::size_t i) { built[i] = build_one(model.platform, jobs[i].settings, *jobs[i].block); });

    Blueprint blueprint{commons_of(model.platform), {}, {}, {}, {}};
    std::map<std::string, Index<Shape>, std::less<>> shapes;
    Diagnostics found;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        check_room(built[i], jobs[i].settings, found);
        const auto [shape, fresh] =
            shapes.emplace(std::move(built[i].key), Index<Shape>{static_cast<std::uint32_t>(blueprint.shapes.size())});
        if (fresh) {
            blueprint.shapes.push_back(std::move(built[i].shape));
            blueprint.shapeNames.push_back(blake2b(shape->first).hex(12));
        }
        blueprint.environments.push_back({jobs[i].settings.tenant->name, jobs[i].settings.stage->name, shape->second,
                                          static_cast<std::uint32_t>(blueprint.values.size())});
        std::ranges::move(built[i].values, std::back_inserter(blueprint.values));
    }
    const bool good = !found.has_errors();
    diagnostics.append(std::move(found));
    if (!good) return std::nullopt;
    return blueprint;
}

}  // namespace tenantry::blueprint

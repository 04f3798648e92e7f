#include <algorithm>

#include <tenantry/model/resolve.hpp>

namespace tenantry::model {
namespace {

template <class T>
T pick(const T& builtIn, const PerStage<T>& service, const Stage& stage, const std::optional<T>& tenant) {
    if (tenant) return *tenant;
    const T* ofStage = service.find(stage);
    return ofStage != nullptr ? *ofStage : builtIn;
}

Environ merge_env(const Service& service, const StageOverride& stage, const ServiceOverride& own) {
    Environ env = service.env;
    for (const auto& [key, value] : stage.env)
        if (const auto there = env.find(key); there != env.end()) there->second = value;
    for (const auto& [key, value] : own.env) env.insert_or_assign(key, value);
    return env;
}

bool has_stage(const std::vector<StageName>& stages, const Stage& stage) {
    return std::ranges::binary_search(stages, stage.name);
}

}  // namespace

EnvironmentSettings resolve(const Platform& platform, const Tenant& tenant, const Stage& stage) {
    static const StageOverride nothing;
    static const ServiceOverride nothingOfService;
    const auto found = tenant.overrides.find(stage.name.str());
    const StageOverride& changes = found == tenant.overrides.end() ? nothing : found->second;

    EnvironmentSettings settings;
    settings.tenant = &tenant;
    settings.stage = &stage;
    settings.zones = changes.zones.value_or(stage.zones);
    settings.recovery = changes.recovery ? changes.recovery : stage.recovery;
    settings.logs = changes.logs.value_or(stage.logs);
    settings.services.reserve(platform.services.size());
    for (const Service& service : platform.services) {
        const auto own = changes.services.find(service.name.str());
        const ServiceOverride& change = own == changes.services.end() ? nothingOfService : own->second;
        settings.services.push_back({&service, change.image ? change.image : service.image,
                                     pick(defaultTasks, service.tasks, stage, change.tasks),
                                     pick(defaultCpu, service.cpu, stage, change.cpu),
                                     pick(defaultMemory, service.memory, stage, change.memory),
                                     merge_env(service, changes, change), change.egress.value_or(service.egress)});
    }
    const std::optional<Bytes> unchanged;
    for (const Job& job : platform.jobs)
        if (has_stage(job.stages, stage))
            settings.jobs.push_back(
                {&job, pick(defaultCpu, job.cpu, stage, {}), pick(defaultMemory, job.memory, stage, unchanged)});
    for (const Store& store : platform.stores) {
        const auto size = changes.storeSizes.find(store.name.str());
        settings.stores.push_back({&store, size != changes.storeSizes.end()
                                               ? size->second
                                               : pick(defaultStoreSize, store.size, stage, unchanged)});
    }
    for (const AccessEntry& access : platform.access)
        if (has_stage(access.stages, stage)) settings.access.push_back(&access);
    return settings;
}

}  // namespace tenantry::model

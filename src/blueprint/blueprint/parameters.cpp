#include "parameters.hpp"

#include <string>
#include <string_view>

#include <tenantry/model/hosts.hpp>

namespace tenantry::blueprint {
namespace {

/// A slot by the names it is made of, which need not be copied.
struct SlotName {
    SlotKind kind = SlotKind::tenant;
    std::string_view owner;
    std::string_view part;
};

/// Every parameter of an environment with its value, in an order that the environment's structure alone decides.
template <class Put>
void put_service(const model::ServiceSettings& service, Put& put) {
    const std::string& name = service.service->name.str();
    if (service.image) put({SlotKind::image, name, ""}, *service.image);
    put({SlotKind::cpu, name, ""}, service.cpu);
    put({SlotKind::memory, name, ""}, service.memory);
    if (service.tasks.range) {
        put({SlotKind::tasksMin, name, ""}, Count{service.tasks.min});
        put({SlotKind::tasksMax, name, ""}, Count{service.tasks.max});
    } else {
        put({SlotKind::tasks, name, ""}, Count{service.tasks.min});
    }
    for (const auto& [key, value] : service.env) put({SlotKind::envText, name, key.str()}, value);
}

template <class Put>
void put_job(const model::JobSettings& settings, Put& put) {
    const std::string& name = settings.job->name.str();
    put({SlotKind::image, name, ""}, settings.job->image);
    put({SlotKind::cpu, name, ""}, settings.cpu);
    put({SlotKind::memory, name, ""}, settings.memory);
    for (const auto& [key, value] : settings.job->env) put({SlotKind::envText, name, key.str()}, value);
}

template <class Put>
void put_all(const model::Platform& platform, const model::EnvironmentSettings& settings, const LockedBlock& block,
             Put put) {
    put({SlotKind::tenant, "", ""}, settings.tenant->name);
    put({SlotKind::stage, "", ""}, settings.stage->name);
    put({SlotKind::block, "", ""}, block.block);
    put({SlotKind::uids, "", ""}, block.uids);
    Hosts hosts{*Label::parse(model::host_label(platform, *settings.tenant, *settings.stage)), {}};
    if (const auto own = settings.tenant->hosts.find(settings.stage->name.str()); own != settings.tenant->hosts.end())
        for (const model::TenantHost& host : own->second) hosts.own.push_back(host.name);
    put({SlotKind::hosts, "", ""}, std::move(hosts));
    put({SlotKind::account, "", ""}, Account{block.account.value_or("")});
    put({SlotKind::keepLogs, "", ""}, settings.logs);
    if (settings.recovery) put({SlotKind::recovery, "", ""}, *settings.recovery);
    for (const model::ServiceSettings& service : settings.services) put_service(service, put);
    for (const model::JobSettings& job : settings.jobs) put_job(job, put);
    for (const model::StoreSettings& store : settings.stores)
        put({SlotKind::storeSize, store.store->name.str(), ""}, store.size);
}

}  // namespace

std::vector<Value> values_of(const model::Platform& platform, const model::EnvironmentSettings& settings,
                             const LockedBlock& block) {
    std::vector<Value> values;
    values.reserve(64);
    put_all(platform, settings, block, [&](SlotName, Value value) { values.push_back(std::move(value)); });
    return values;
}

Parameters::Parameters(const model::Platform& platform, const model::EnvironmentSettings& settings,
                       const LockedBlock& block) {
    put_all(platform, settings, block, [&](SlotName name, const Value&) {
        const auto at = static_cast<std::uint32_t>(rows_.size());
        rows_.emplace_back(Slot{name.kind, std::string(name.owner), std::string(name.part)}, at);
    });
    std::ranges::sort(rows_, {}, &Row::first);
}

}  // namespace tenantry::blueprint

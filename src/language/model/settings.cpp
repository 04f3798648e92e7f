#include <algorithm>

#include <fmt/format.h>

#include <tenantry/model/hosts.hpp>
#include <tenantry/model/resolve.hpp>
#include <tenantry/model/settings.hpp>

namespace tenantry::model {
namespace {

const std::string none = "none";

std::string text(bool truth) { return truth ? "true" : "false"; }
std::string text(const Schedule& schedule) { return to_string(schedule); }
std::string text(Duration duration) { return to_string(duration); }

template <class T>
std::string or_none(const std::optional<T>& value) {
    return value ? text(*value) : none;
}

// `[a, b]`, or `none`.
template <class Rows, class Text>
std::string list(const Rows& rows, Text textOf) {
    std::string all;
    for (const auto& row : rows) all += fmt::format("{}{}", all.empty() ? "" : ", ", textOf(row));
    return all.empty() ? none : "[" + all + "]";
}

std::string words(const std::vector<FreeText>& command) {
    return list(command, [](const FreeText& word) { return word.str(); });
}

std::string names(const std::vector<StageName>& stages) {
    return list(stages, [](const StageName& stage) { return stage.str(); });
}

std::string outside(const std::vector<HostPort>& egress) {
    return list(egress, [](const HostPort& name) { return fmt::format("{}:{}", name.host.str(), name.port.number); });
}

/// Settings under one path.
class Rows {
  public:
    Rows(std::vector<Setting>& all, std::string under) : all_(all), under_(std::move(under)) {}
    void add(std::string_view key, std::string value, std::string builtIn = {}) {
        all_.push_back({{under_ + std::string(key)}, std::move(value), std::move(builtIn)});
    }
    [[nodiscard]] Rows under(std::string_view step) const { return {all_, fmt::format("{}{}.", under_, step)}; }

  private:
    std::vector<Setting>& all_;
    std::string under_;
};

void add_uses(Rows& rows, const Environ& env, const std::vector<StoreUse>& stores,
              const std::vector<SecretUse>& secrets, const std::vector<HostPort>& egress) {
    for (const auto& [key, value] : env) rows.add("env." + key.str(), value.str());
    for (const StoreUse& use : stores) rows.add("stores." + use.store.str(), std::string(to_string(use.access)));
    rows.add("secrets", list(secrets, [](const SecretUse& use) { return use.secret.str(); }), none);
    rows.add("egress", outside(egress), none);
}

void add_health(Rows rows, const Service& service) {
    const Health& health = service.health;
    const std::string otherwise = service.tier == Tier::frontend ? "/"
                                  : service.port                 ? "none, a TCP connection is enough"
                                                                 : "none, a worker that runs is healthy";
    const bool command = health.kind == Health::Kind::command;
    rows.add("path", health.kind == Health::Kind::http ? health.path : command ? none : otherwise, otherwise);
    rows.add("command", words(health.command), none);
    rows.add("every", to_string(health.every), to_string(Health{}.every));
    rows.add("grace", to_string(health.grace), to_string(Health{}.grace));
}

void add_service(Rows rows, const ServiceSettings& settings) {
    const Service& service = *settings.service;
    const bool frontend = service.tier == Tier::frontend;
    rows.add("tier", std::string(to_string(service.tier)));
    rows.add("image", settings.image ? settings.image->str() : "the platform's own nginx",
             frontend ? "the platform's own nginx" : "");
    if (frontend) rows.add("static", service.staticFolder ? service.staticFolder->str() : none, none);
    rows.add("port", service.port ? fmt::format("{}", service.port->number) : none, frontend ? "8080" : none);
    if (!frontend) rows.add("command", words(service.command), none);
    rows.add("tasks", to_string(settings.tasks), to_string(defaultTasks));
    rows.add("cpu", to_string(settings.cpu), to_string(defaultCpu));
    rows.add("memory", to_string(settings.memory), to_string(defaultMemory));
    add_health(rows.under("health"), service);
    rows.add("drain", to_string(service.drain), "20s");
    for (const Route& route : service.routes) rows.add("routes." + route.prefix.str(), route.to.str());
    if (!frontend) rows.add("calls", list(service.calls, [](const Call& call) { return call.to.str(); }), none);
    add_uses(rows, settings.env, service.stores, service.secrets, settings.egress);
}

std::vector<StageName> all_stages(const Platform& platform) {
    std::vector<StageName> all;
    for (const Stage& stage : platform.stages) all.push_back(stage.name);
    return all;
}

std::string all_sorted(const Platform& platform) {
    std::vector<StageName> all = all_stages(platform);
    std::ranges::sort(all);
    return names(all);
}

void add_job(Rows rows, const Platform& platform, const JobSettings& settings) {
    const Job& job = *settings.job;
    rows.add("image", job.image.str());
    rows.add("command", words(job.command), none);
    rows.add("when", job.when == Job::When::scheduled ? none : std::string(to_string(job.when)), none);
    rows.add("at", or_none(job.schedule), none);
    rows.add("reset", or_none(job.reset), none);
    rows.add("stages", names(job.stages), all_sorted(platform));
    rows.add("timeout", to_string(job.timeout), "1h");
    rows.add("overlap", job.overlap ? "allow" : "forbid", "forbid");
    rows.add("repeatable", text(job.repeatable), "false");
    rows.add("cpu", to_string(settings.cpu), to_string(defaultCpu));
    rows.add("memory", to_string(settings.memory), to_string(defaultMemory));
    add_uses(rows, job.env, job.stores, job.secrets, job.egress);
}

void add_data(const Rows& top, const Platform& platform, const EnvironmentSettings& settings) {
    for (const StoreSettings& row : settings.stores) {
        Rows rows = top.under("stores").under(row.store->name.str());
        rows.add("engine", std::string(to_string(row.store->engine)));
        rows.add("role", row.store->cache ? "cache" : none, none);
        rows.add("size", to_string(row.size), to_string(defaultStoreSize));
        rows.add("as", row.store->asVariable ? "env" : none, none);
    }
    for (const Secret& secret : platform.secrets) {
        Rows rows = top.under("secrets").under(secret.name.str());
        if (secret.makeBytes)
            rows.add("make", fmt::format("{} bytes", *secret.makeBytes));
        else
            rows.add("given", "per tenant");
        rows.add("rotate", or_none(secret.rotate), none);
        rows.add("as", secret.asVariable ? "env" : none, none);
    }
    for (const AccessEntry* access : settings.access) {
        Rows rows = top.under("access").under(access->name.str());
        for (const StoreUse& use : access->stores)
            rows.add("stores." + use.store.str(), std::string(to_string(use.access)));
        rows.add("stages", names(access->stages), all_sorted(platform));
    }
}

std::string wave_text(const Wave& wave) {
    if (const auto* share = std::get_if<std::uint32_t>(&wave)) return fmt::format("{}%", *share);
    return fmt::format("{{ tenants: {} }}",
                       list(std::get<0>(wave), [](const TenantName& tenant) { return tenant.str(); }));
}

void add_delivery(Rows rows, const Platform& platform, const Stage& stage) {
    static const StageDelivery byDefault;
    const auto own = platform.delivery.stages.find(stage.name.str());
    const StageDelivery& delivery = own == platform.delivery.stages.end() ? byDefault : own->second;
    rows.add("order", names(platform.delivery.order), names(all_stages(platform)));
    rows.add("waves", list(delivery.waves, wave_text), list(byDefault.waves, wave_text));
    rows.add("bake", to_string(delivery.bake), to_string(byDefault.bake));
    rows.add("failures", fmt::format("{}", delivery.failures), "0");
    rows.add("approvals", fmt::format("{}", delivery.approvals), "0");
    rows.add("freeze", list(delivery.freeze, [](const Freeze& freeze) { return to_string(freeze); }), none);
}

void add_own(Rows& rows, const Platform& platform, const EnvironmentSettings& settings) {
    const Tenant& tenant = *settings.tenant;
    const Stage& stage = *settings.stage;
    rows.add("name", tenant.title.str());
    std::vector<std::string> hosts{host_label(platform, tenant, stage) + "." + platform.domain.str()};
    if (const auto own = tenant.hosts.find(stage.name.str()); own != tenant.hosts.end())
        for (const TenantHost& host : own->second) hosts.push_back(host.name.str());
    rows.add("hosts", list(hosts, [](const std::string& host) { return host; }),
             list(std::vector{hosts.front()}, [](const std::string& host) { return host; }));
    rows.add("zones", fmt::format("{}", settings.zones), stage.protect ? "2" : "1");
    rows.add("protect", text(stage.protect), "false");
    rows.add("idle", stage.sleepAfter ? "sleep-after " + to_string(*stage.sleepAfter) : none, none);
    rows.add("backups.pitr", or_none(settings.recovery), stage.protect ? to_string(defaultRecovery) : none);
    rows.add("logs", to_string(settings.logs), to_string(defaultLogs));
}

void add_around(Rows& rows, const Platform& platform) {
    rows.add("platform", platform.name.str());
    rows.add("domain", platform.domain.str());
    rows.add("network.pool", platform.network.pool.str(), Network{}.pool.str());
    rows.add("network.block", fmt::format("/{}", platform.network.blockPrefix),
             fmt::format("/{}", Network{}.blockPrefix));
    rows.add("network.avoid", list(platform.network.avoid, [](const Cidr& range) { return range.str(); }), none);
    rows.add("targets.local.domain", platform.local.domain, platform.name.str() + ".localhost");
    if (platform.aws) rows.add("targets.aws.region", platform.aws->region);
}

}  // namespace

std::vector<Setting> settings(const Platform& platform, const Tenant& tenant, const Stage& stage) {
    const EnvironmentSettings merged = resolve(platform, tenant, stage);
    std::vector<Setting> all;
    Rows top(all, "");
    add_own(top, platform, merged);
    for (const ServiceSettings& row : merged.services)
        add_service(top.under("services").under(row.service->name.str()), row);
    for (const JobSettings& row : merged.jobs) add_job(top.under("jobs").under(row.job->name.str()), platform, row);
    add_data(top, platform, merged);
    add_delivery(top.under("delivery"), platform, stage);
    for (const Exception& row : platform.exceptions)
        if ((row.tenant == "*" || row.tenant == tenant.name.str()) &&
            (row.stage == "*" || row.stage == stage.name.str()))
            top.add("exceptions." + row.claim,
                    fmt::format("until {}, by {}: {}", to_string(row.until), row.by.str(), row.reason.str()));
    add_around(top, platform);
    return all;
}

}  // namespace tenantry::model

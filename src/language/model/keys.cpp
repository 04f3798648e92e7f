// What each map of the language may hold. The types of values stand where they are used first.

#include <array>

#include <tenantry/model/keys.hpp>

namespace tenantry::model::keys {
namespace {

namespace s = scalars;

constexpr Key later(std::string_view name, std::string_view meaning) { return {name, meaning, {}, "", Status::later}; }

constexpr Type one(const Scalar& scalar) { return {Type::Form::scalar, &scalar}; }
constexpr Type either(const Scalar& scalar, const Type& other) { return {Type::Form::either, &scalar, &other}; }
constexpr Type list(const Type& of) { return {Type::Form::list, nullptr, &of}; }
constexpr Type named(const Scalar& key, const Type& of, std::size_t least = 0, std::size_t most = 0) {
    return {Type::Form::named, &key, &of, nullptr, {}, least, most};
}
constexpr Type table(std::string_view name, std::span<const Key> (*keys)()) {
    return {Type::Form::table, nullptr, nullptr, keys, name};
}
constexpr Type table(std::string_view name, std::span<const Key> (*keys)(), const Scalar& key, const Type& of) {
    return {Type::Form::table, &key, &of, keys, name};
}

constexpr Type rangeType = one(s::range);
constexpr Type stageNameType = one(s::stageName);
constexpr Type serviceNameType = one(s::serviceName);
constexpr Type secretNameType = one(s::secretName);
constexpr Type tenantNameType = one(s::tenantName);
constexpr Type freeTextType = one(s::freeText);
constexpr Type hostPortType = one(s::hostPort);
constexpr Type freezeType = one(s::freeze);
constexpr Type hostNameType = one(s::hostName);
constexpr Type accessWordType = one(s::access);
constexpr Type tasksType = one(s::tasks), cpuType = one(s::cpu), bytesType = one(s::bytes);

constexpr Type backupsType = table("backups", keys::backups);
constexpr Type envType = named(s::envKey, freeTextType);
constexpr Type routesType = named(s::pathPrefix, serviceNameType, 0, mostRoutes);
constexpr Type storeUsesType = named(s::storeName, accessWordType);
constexpr Type tasksByStage = named(s::stageName, tasksType);
constexpr Type cpuByStage = named(s::stageName, cpuType);
constexpr Type bytesByStage = named(s::stageName, bytesType);

constexpr Type stageType = table("stage", keys::stage);
constexpr Type stagesType = named(s::stageName, stageType, 1);
constexpr Type serviceType = table("service", keys::service);
constexpr Type servicesType = named(s::serviceName, serviceType, 0, mostServices);
constexpr Type jobType = table("job", keys::job);
constexpr Type jobsType = named(s::jobName, jobType);
constexpr Type storeType = table("store", keys::store);
constexpr Type storesType = named(s::storeName, storeType);
constexpr Type secretType = table("secret", keys::secret);
constexpr Type secretsType = named(s::secretName, secretType);
constexpr Type accessEntryType = table("access", keys::access);
constexpr Type accessType = named(s::accessName, accessEntryType);
constexpr Type exceptionType = table("exception", keys::exception);
constexpr Type waveTableType = table("wave", keys::wave);
constexpr Type waveType = either(s::share, waveTableType);
constexpr Type stageDeliveryType = table("stageDelivery", keys::stage_delivery);
constexpr Type deliveryType = table("delivery", keys::delivery, s::stageName, stageDeliveryType);
constexpr Type localImageType = table("localImage", keys::local_image);
constexpr Type imagesType = named(s::imageRef, localImageType);
constexpr Type accountType = table("account", keys::account);

constexpr Type hostListType = list(hostNameType);
constexpr Type hostsType = named(s::stageName, hostListType);
constexpr Type serviceOverrideType = table("serviceOverride", keys::service_override);
constexpr Type serviceOverridesType = named(s::serviceName, serviceOverrideType);
constexpr Type storeOverrideType = table("storeOverride", keys::store_override);
constexpr Type storeOverridesType = named(s::storeName, storeOverrideType);
constexpr Type stageOverrideType = table("stageOverride", keys::stage_override);
constexpr Type tenantType = table("tenant", keys::tenant, s::stageName, stageOverrideType);
constexpr Type tenantsType = table("tenants", keys::tenants, s::tenantName, tenantType);

constexpr std::array platformKeys{
    Key{"platform", "name of the platform, a DNS label: prefix of every name", one(s::platformName), "platform: lend"},
    Key{"domain", "the platform's domain: hosts are TENANT.DOMAIN and TENANT-STAGE.DOMAIN", one(s::hostName),
        "domain: lend.example"},
    Key{"network", "address pool of the environments", table("network", keys::network)},
    Key{"stages", "the stages, in the order of delivery", stagesType, "stages: { production: {} }"},
    Key{"services", "the containerised programs", servicesType,
        "services: { api: { tier: middleware, image: lend/api } }"},
    Key{"tenants", "the customers, inline or in files of their own", tenantsType,
        "tenants: { include: tenants/*.yaml }"},
    Key{"targets", "where environments run", table("targets", keys::targets)},
    Key{"jobs", "programs that run to their end", jobsType},
    Key{"stores", "databases and caches, one of each for every environment", storesType},
    Key{"secrets", "secrets made or given for each environment", secretsType},
    Key{"access", "people and tools beside the services", accessType},
    Key{"exceptions", "claims that may be violated in some environments for a while", list(exceptionType)},
    Key{"delivery", "how releases reach the stages: order, waves, bake times, approvals", deliveryType},
    later("buckets", "object storage"),
    later("queues", "message queues"),
    later("mail", "outgoing mail"),
    later("connections", "VPN, transit gateway, PrivateLink"),
    later("alarms", "alarms and escalation"),
    later("ingress", "allow lists and web application firewall"),
    later("volumes", "file storage"),
    later("regions", "more than one region"),
};
constexpr std::array networkKeys{
    Key{"pool", "environments get their blocks from here", one(s::pool)},
    Key{"block", "size of one environment's block, /22 to /16", one(s::block)},
    Key{"avoid", "ranges of other networks, never used", list(rangeType)},
};
constexpr std::array stageKeys{
    Key{"zones", "availability zones that tasks are spread over, 1 to 4", one(s::zones)},
    Key{"like", "another stage whose entries stand in for those that this one lacks", one(s::stageName)},
    Key{"protect", "true: guarded against deletion and replacement", one(s::truth)},
    Key{"idle", "`sleep-after 30m`: sleep when nobody asks", one(s::idle)},
    Key{"backups", "recovery points of the stores", backupsType},
    Key{"logs", "how long logs are kept", one(s::duration)},
    later("hours", "hours in which the stage runs"),
};
constexpr std::array serviceKeys{
    Key{"tier", "frontend (nginx proxy) or middleware", one(s::tier), "tier: middleware"},
    Key{"image", "image reference", one(s::imageRef)},
    Key{"static", "folder of the image that a frontend serves under /", one(s::staticFolder)},
    Key{"routes", "path prefix to service, for frontends", routesType},
    Key{"port", "TCP port; a service without one is a worker", one(s::port)},
    Key{"tasks", "how many tasks, a number or a range, or one a stage", either(s::tasks, tasksByStage)},
    Key{"cpu", "vCPU of a task", either(s::cpu, cpuByStage)},
    Key{"memory", "memory of a task", either(s::bytes, bytesByStage)},
    Key{"health", "how it is seen that a task serves", table("health", keys::health)},
    Key{"drain", "how long a task that leaves may finish requests", one(s::duration)},
    Key{"calls", "services that this one connects to", list(serviceNameType)},
    Key{"command", "arguments for the image's program", list(freeTextType)},
    Key{"env", "environment variables", envType},
    Key{"stores", "stores that it uses: read, readWrite or owner", storeUsesType},
    Key{"secrets", "secrets that it reads", list(secretNameType)},
    Key{"egress", "names and ports outside that it may call", list(hostPortType)},
    later("scale", "how a range scales"),
};
constexpr std::array healthKeys{
    Key{"path", "HTTP path that answers 2xx or 3xx when healthy", one(s::pathPrefix)},
    Key{"command", "program in the task that ends with 0 when healthy", list(freeTextType)},
    Key{"every", "time between two checks", one(s::duration)},
    Key{"grace", "time after start in which failures do not count", one(s::duration)},
};
constexpr std::array tenantKeys{
    Key{"name", "the customer's name, for people", one(s::freeText), "name: Acme Loans"},
    Key{"hosts", "own host names, by stage", hostsType},
    Key{"stages", "the stages that this tenant has; all, if not written", list(stageNameType)},
};
constexpr std::array stageOverrideKeys{
    Key{"services", "sizes, counts, images and variables of services", serviceOverridesType},
    Key{"env", "variables, for every service that has the key", envType},
    Key{"zones", "availability zones", one(s::zones)},
    Key{"stores", "sizes of stores", storeOverridesType},
    Key{"logs", "how long logs are kept", one(s::duration)},
    Key{"backups", "recovery points of the stores", backupsType},
};
constexpr std::array serviceOverrideKeys{
    Key{"tasks", "how many tasks", one(s::tasks)},
    Key{"cpu", "vCPU of a task", one(s::cpu)},
    Key{"memory", "memory of a task", one(s::bytes)},
    Key{"image", "image reference", one(s::imageRef)},
    Key{"env", "environment variables", envType},
    Key{"egress", "names and ports outside that it may call; replaces the service's", list(hostPortType)},
};
constexpr std::array targetsKeys{
    Key{"local", "one Linux machine", table("localTarget", keys::local_target)},
    Key{"aws", "CloudFormation and ECS Fargate", table("awsTarget", keys::aws_target)},
};
constexpr std::array localKeys{
    Key{"domain", "domain of the hosts on this target; PLATFORM.localhost, if not written", one(s::hostName)},
    Key{"images", "images taken from files of this machine", imagesType},
};
constexpr std::array awsKeys{
    Key{"region", "the AWS region", one(s::region), "region: eu-west-1"},
    Key{"accounts", "accounts, each with the stages that it takes", list(accountType),
        "accounts: [{ id: \"111111111111\" }]"},
    later("state", "where the engine's state is kept"),
};
constexpr std::array accountKeys{
    Key{"id", "12 digits", one(s::account), "id: \"111111111111\""},
    Key{"stages", "stages whose environments are placed there", list(stageNameType)},
};
constexpr std::array backupKeys{
    Key{"pitr", "how far back a store can be restored to any point in time", one(s::duration), "pitr: 7d"},
};
constexpr std::array jobKeys{
    Key{"image", "image reference", one(s::imageRef), "image: lend/api"},
    Key{"command", "arguments for the image's program", list(freeTextType)},
    Key{"when", "before-release or after-create", one(s::when)},
    Key{"at", "times at which it runs, `02:00 Europe/Madrid`", one(s::schedule)},
    Key{"reset", "times at which its stores are emptied and it runs again", one(s::schedule)},
    Key{"stages", "the stages that have it; all, if not written", list(stageNameType)},
    Key{"timeout", "how long it may run", one(s::duration)},
    Key{"overlap", "allow or forbid: whether two runs may go on at once", one(s::overlap)},
    Key{"repeatable", "true: a run that was interrupted may be started again", one(s::truth)},
    Key{"cpu", "vCPU of a run", either(s::cpu, cpuByStage)},
    Key{"memory", "memory of a run", either(s::bytes, bytesByStage)},
    Key{"env", "environment variables", envType},
    Key{"stores", "stores that it uses: read, readWrite or owner", storeUsesType},
    Key{"secrets", "secrets that it reads", list(secretNameType)},
    Key{"egress", "names and ports outside that it may call", list(hostPortType)},
};
constexpr std::array storeKeys{
    Key{"engine", "mongodb, postgresql or redis", one(s::engine), "engine: postgresql"},
    Key{"role", "cache: no duty of backup", one(s::cache)},
    Key{"size", "size, or one a stage", either(s::bytes, bytesByStage)},
    Key{"as", "env: the connection string also stands in a variable", one(s::asVariable)},
    later("provider", "who runs it on aws"),
};
constexpr std::array storeOverrideKeys{
    Key{"size", "size", one(s::bytes)},
};
constexpr std::array secretKeys{
    Key{"make", "random bytes made for each environment, `32 bytes`", one(s::make)},
    Key{"given", "`per tenant`: set by `tenantry secret set`", one(s::given)},
    Key{"rotate", "how often it is made anew", one(s::duration)},
    Key{"as", "env: the value itself stands in a variable", one(s::asVariable)},
};
constexpr std::array accessKeys{
    Key{"stores", "stores that it uses: read, readWrite or owner", storeUsesType, "stores: { books: read }"},
    Key{"stages", "the stages that have it; all, if not written", list(stageNameType)},
};
constexpr std::array exceptionKeys{
    Key{"claim", "the claim, as in `NET-7`", one(s::claim), "claim: NET-7"},
    Key{"where", "`TENANT/STAGE`, each may be `*`", one(s::where), "where: \"*/demo\""},
    Key{"reason", "why it may be violated", one(s::freeText), "reason: why it may be violated"},
    Key{"by", "who allowed it", one(s::freeText), "by: platform-team"},
    Key{"until", "the last day, as in `2027-06-30`", one(s::date), "until: 2027-06-30"},
};
constexpr std::array deliveryKeys{
    Key{"order", "stages in the order in which a release passes them", list(stageNameType)},
};
constexpr std::array stageDeliveryKeys{
    Key{"waves", "`{ tenants: [...] }` or a share such as `25%`, cumulative; the last is `100%`", list(waveType)},
    Key{"bake", "how long the gates must hold before the next wave", one(s::duration)},
    Key{"failures", "how many placements may fail before the deployment stops", one(s::count)},
    Key{"approvals", "how many others must approve", one(s::count)},
    Key{"freeze", "weekly times without deployments", list(freezeType)},
};
constexpr std::array waveKeys{
    Key{"tenants", "the tenants of this wave", list(tenantNameType), "tenants: [acme]"},
};
constexpr std::array localImageKeys{
    Key{"host", "program or folder beneath the platform's folder", one(s::relativePath)},
    Key{"oci", "OCI layout or archive of `docker save` beneath the platform's folder", one(s::relativePath)},
};
constexpr std::array tenantsKeys{
    Key{"include", "files with tenants beneath this folder, `*` in the last part of the path", one(s::include)},
};

constexpr std::array tierRules{
    TierRule{"calls", Tier::frontend, "a frontend calls what its `routes` name"},
    TierRule{"stores", Tier::frontend, "a frontend passes requests on; its middleware uses stores"},
    TierRule{"secrets", Tier::frontend, "a frontend passes requests on; its middleware reads secrets"},
    TierRule{"egress", Tier::frontend, "a frontend passes requests on; its middleware calls outside"},
    TierRule{"command", Tier::frontend, "a frontend runs nginx with the configuration made from `routes`"},
    TierRule{"routes", Tier::middleware, "a `tier: frontend` service has routes"},
    TierRule{"static", Tier::middleware, "a `tier: frontend` service serves files"},
};

}  // namespace

std::span<const Key> platform() { return platformKeys; }
std::span<const Key> network() { return networkKeys; }
std::span<const Key> stage() { return stageKeys; }
std::span<const Key> service() { return serviceKeys; }
std::span<const Key> health() { return healthKeys; }
std::span<const Key> tenant() { return tenantKeys; }
std::span<const Key> stage_override() { return stageOverrideKeys; }
std::span<const Key> service_override() { return serviceOverrideKeys; }
std::span<const Key> targets() { return targetsKeys; }
std::span<const Key> local_target() { return localKeys; }
std::span<const Key> local_image() { return localImageKeys; }
std::span<const Key> aws_target() { return awsKeys; }
std::span<const Key> account() { return accountKeys; }
std::span<const Key> backups() { return backupKeys; }
std::span<const Key> job() { return jobKeys; }
std::span<const Key> store() { return storeKeys; }
std::span<const Key> store_override() { return storeOverrideKeys; }
std::span<const Key> secret() { return secretKeys; }
std::span<const Key> access() { return accessKeys; }
std::span<const Key> exception() { return exceptionKeys; }
std::span<const Key> delivery() { return deliveryKeys; }
std::span<const Key> stage_delivery() { return stageDeliveryKeys; }
std::span<const Key> wave() { return waveKeys; }
std::span<const Key> tenants() { return tenantsKeys; }
std::span<const TierRule> tier_rules() { return tierRules; }

}  // namespace tenantry::model::keys

namespace tenantry::model::types {

constexpr Type platformFile = keys::table("platform", keys::platform);
constexpr Type tenantFile = keys::named(scalars::tenantName, keys::tenantType);

}  // namespace tenantry::model::types

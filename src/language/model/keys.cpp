#include <array>

#include <tenantry/model/keys.hpp>

namespace tenantry::model::keys {
namespace {

constexpr auto known = Status::known;
constexpr auto later = Status::later;

constexpr std::array platformKeys{
    Key{"platform", "name of the platform, a DNS label: prefix of every name", known},
    Key{"domain", "the platform's domain: hosts are TENANT.DOMAIN and TENANT-STAGE.DOMAIN", known},
    Key{"network", "address pool of the environments", known},
    Key{"stages", "the stages, in the order of delivery", known},
    Key{"services", "the containerised programs", known},
    Key{"tenants", "the customers, inline or in files of their own", known},
    Key{"targets", "where environments run", known},
    Key{"jobs", "programs that run to their end", known},
    Key{"stores", "databases and caches, one of each for every environment", known},
    Key{"secrets", "secrets made or given for each environment", known},
    Key{"access", "people and tools beside the services", known},
    Key{"exceptions", "claims that may be violated in some environments for a while", known},
    Key{"delivery", "how releases reach the stages: order, waves, bake times, approvals", known},
    Key{"buckets", "object storage", later},
    Key{"queues", "message queues", later},
    Key{"mail", "outgoing mail", later},
    Key{"connections", "VPN, transit gateway, PrivateLink", later},
    Key{"alarms", "alarms and escalation", later},
    Key{"ingress", "allow lists and web application firewall", later},
    Key{"volumes", "file storage", later},
    Key{"regions", "more than one region", later},
};
constexpr std::array networkKeys{
    Key{"pool", "environments get their blocks from here", known},
    Key{"block", "size of one environment's block, /22 to /16", known},
    Key{"avoid", "ranges of other networks, never used", known},
};
constexpr std::array stageKeys{
    Key{"zones", "availability zones that tasks are spread over, 1 to 4", known},
    Key{"like", "another stage whose entries stand in for those that this one lacks", known},
    Key{"protect", "true: guarded against deletion and replacement", known},
    Key{"idle", "`sleep-after 30m`: sleep when nobody asks", known},
    Key{"backups", "recovery points of the stores", known},
    Key{"logs", "how long logs are kept", known},
    Key{"hours", "hours in which the stage runs", later},
};
constexpr std::array serviceKeys{
    Key{"tier", "frontend (nginx proxy) or middleware", known},
    Key{"image", "image reference", known},
    Key{"static", "folder of the image that a frontend serves under /", known},
    Key{"routes", "path prefix to service, for frontends", known},
    Key{"port", "TCP port; a service without one is a worker", known},
    Key{"tasks", "how many tasks, a number or a range, or one a stage", known},
    Key{"cpu", "vCPU of a task", known},
    Key{"memory", "memory of a task", known},
    Key{"health", "how it is seen that a task serves", known},
    Key{"drain", "how long a task that leaves may finish requests", known},
    Key{"calls", "services that this one connects to", known},
    Key{"command", "arguments for the image's program", known},
    Key{"env", "environment variables", known},
    Key{"stores", "stores that it uses: read, readWrite or owner", known},
    Key{"secrets", "secrets that it reads", known},
    Key{"egress", "names and ports outside that it may call", known},
    Key{"scale", "how a range scales", later},
};
constexpr std::array healthKeys{
    Key{"path", "HTTP path that answers 2xx or 3xx when healthy", known},
    Key{"command", "program in the task that ends with 0 when healthy", known},
    Key{"every", "time between two checks", known},
    Key{"grace", "time after start in which failures do not count", known},
};
constexpr std::array tenantKeys{
    Key{"name", "the customer's name, for people", known},
    Key{"hosts", "own host names, by stage", known},
    Key{"stages", "the stages that this tenant has; all, if not written", known},
};
constexpr std::array stageOverrideKeys{
    Key{"services", "sizes, counts, images and variables of services", known},
    Key{"env", "variables, for every service that has the key", known},
    Key{"zones", "availability zones", known},
    Key{"stores", "sizes of stores", known},
    Key{"logs", "how long logs are kept", known},
    Key{"backups", "recovery points of the stores", known},
};
constexpr std::array serviceOverrideKeys{
    Key{"tasks", "how many tasks", known},
    Key{"cpu", "vCPU of a task", known},
    Key{"memory", "memory of a task", known},
    Key{"image", "image reference", known},
    Key{"env", "environment variables", known},
    Key{"egress", "names and ports outside that it may call; replaces the service's", known},
};
constexpr std::array targetsKeys{
    Key{"local", "one Linux machine", known},
    Key{"aws", "CloudFormation and ECS Fargate", known},
};
constexpr std::array localKeys{
    Key{"domain", "domain of the hosts on this target; PLATFORM.localhost, if not written", known},
    Key{"images", "images taken from files of this machine", known},
};
constexpr std::array awsKeys{
    Key{"region", "the AWS region", known},
    Key{"accounts", "accounts, each with the stages that it takes", known},
    Key{"state", "where the engine's state is kept", later},
};
constexpr std::array accountKeys{
    Key{"id", "12 digits", known},
    Key{"stages", "stages whose environments are placed there", known},
};
constexpr std::array backupKeys{
    Key{"pitr", "how far back a store can be restored to any point in time", known},
};
constexpr std::array jobKeys{
    Key{"image", "image reference", known},
    Key{"command", "arguments for the image's program", known},
    Key{"when", "before-release or after-create", known},
    Key{"at", "times at which it runs, `02:00 Europe/Madrid`", known},
    Key{"reset", "times at which its stores are emptied and it runs again", known},
    Key{"stages", "the stages that have it; all, if not written", known},
    Key{"timeout", "how long it may run", known},
    Key{"overlap", "allow or forbid: whether two runs may go on at once", known},
    Key{"repeatable", "true: a run that was interrupted may be started again", known},
    Key{"cpu", "vCPU of a run", known},
    Key{"memory", "memory of a run", known},
    Key{"env", "environment variables", known},
    Key{"stores", "stores that it uses: read, readWrite or owner", known},
    Key{"secrets", "secrets that it reads", known},
    Key{"egress", "names and ports outside that it may call", known},
};
constexpr std::array storeKeys{
    Key{"engine", "mongodb, postgresql or redis", known},
    Key{"role", "cache: no duty of backup", known},
    Key{"size", "size, or one a stage", known},
    Key{"as", "env: the connection string also stands in a variable", known},
    Key{"provider", "who runs it on aws", later},
};
constexpr std::array storeOverrideKeys{
    Key{"size", "size", known},
};
constexpr std::array secretKeys{
    Key{"make", "random bytes made for each environment, `32 bytes`", known},
    Key{"given", "`per tenant`: set by `tenantry secret set`", known},
    Key{"rotate", "how often it is made anew", known},
    Key{"as", "env: the value itself stands in a variable", known},
};
constexpr std::array accessKeys{
    Key{"stores", "stores that it uses: read, readWrite or owner", known},
    Key{"stages", "the stages that have it; all, if not written", known},
};
constexpr std::array exceptionKeys{
    Key{"claim", "the claim, as in `NET-7`", known},         Key{"where", "`TENANT/STAGE`, each may be `*`", known},
    Key{"reason", "why it may be violated", known},          Key{"by", "who allowed it", known},
    Key{"until", "the last day, as in `2027-06-30`", known},
};
constexpr std::array deliveryKeys{
    Key{"order", "stages in the order in which a release passes them", known},
};
constexpr std::array stageDeliveryKeys{
    Key{"waves", "`{ tenants: [...] }` or a share such as `25%`, cumulative; the last is `100%`", known},
    Key{"bake", "how long the gates must hold before the next wave", known},
    Key{"failures", "how many placements may fail before the deployment stops", known},
    Key{"approvals", "how many others must approve", known},
    Key{"freeze", "weekly times without deployments", known},
};
constexpr std::array waveKeys{
    Key{"tenants", "the tenants of this wave", known},
};
constexpr std::array hostImageKeys{
    Key{"host", "program or folder beneath the platform's folder", known},
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
std::span<const Key> host_image() { return hostImageKeys; }
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

}  // namespace tenantry::model::keys

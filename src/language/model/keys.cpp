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
    Key{"jobs", "programs that run to their end", later},
    Key{"stores", "databases and caches", later},
    Key{"secrets", "generated or given secrets", later},
    Key{"access", "people and tools beside the services", later},
    Key{"exceptions", "claims that may be violated for a while", later},
    Key{"delivery", "waves, bake times, approvals", later},
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
    Key{"idle", "sleep when nobody asks", later},
    Key{"backups", "recovery points of the stores", later},
    Key{"logs", "how long logs are kept", later},
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
    Key{"stores", "stores that it uses", later},
    Key{"secrets", "secrets that it reads", later},
    Key{"egress", "names outside that it may call", later},
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
    Key{"stores", "sizes of stores", later},
    Key{"logs", "how long logs are kept", later},
    Key{"backups", "recovery points of the stores", later},
};
constexpr std::array serviceOverrideKeys{
    Key{"tasks", "how many tasks", known},      Key{"cpu", "vCPU of a task", known},
    Key{"memory", "memory of a task", known},   Key{"image", "image reference", known},
    Key{"env", "environment variables", known}, Key{"egress", "names outside that it may call", later},
};
constexpr std::array targetsKeys{
    Key{"local", "one Linux machine", known},
    Key{"aws", "CloudFormation and ECS Fargate", later},
};
constexpr std::array localKeys{
    Key{"domain", "domain of the hosts on this target; PLATFORM.localhost, if not written", known},
    Key{"images", "images taken from files of this machine", known},
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

}  // namespace tenantry::model::keys

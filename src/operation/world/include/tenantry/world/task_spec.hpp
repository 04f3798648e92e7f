#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/world/net_spec.hpp>
#include <tenantry/world/placement.hpp>
#include <tenantry/world/schedule_spec.hpp>
#include <tenantry/world/store_spec.hpp>

namespace tenantry::world {

/// How a task is asked whether it is well, from inside its own network namespace.
struct HealthSpec {
    std::uint16_t port = 0;
    std::optional<std::string> path;  ///< GET, 200 to 399 is well; nothing: a TCP connection is enough
    std::chrono::milliseconds every{5000};
    std::chrono::milliseconds grace{30000};  ///< from the start; failures before its end do not count
    bool operator==(const HealthSpec&) const = default;
};

/// When and how a job's task runs.
struct JobSpec {
    bool beforeRelease = false;  ///< before the services of a release start
    bool afterCreate = false;    ///< once, when the environment is new
    std::chrono::milliseconds timeout{3'600'000};
    bool repeatable = false;                    ///< one whose outcome nobody knows may be started again
    std::optional<ScheduleSpec> schedule = {};  ///< when it runs, or, with `reset`, when that is done
    std::optional<ResetSpec> reset = {};
    bool operator==(const JobSpec&) const = default;
};

enum class TaskKind : std::uint8_t {
    service,
    balancer,  ///< takes what comes in from outside
    store,     ///< comes up before all others
    job        ///< runs to its end, when its time is there
};

/// One task as it shall run. What the container is stands in its config.json, a text of the environment.
struct TaskSpec {
    std::string name;     ///< `api-1`
    std::string service;  ///< `api`, `load-balancer`
    Ipv4 address;
    std::optional<HealthSpec> health;        ///< nothing: well while it runs
    std::chrono::milliseconds drain{20000};  ///< between SIGTERM and SIGKILL
    std::uint32_t descriptors = 0;           ///< ingress sockets handed over, as descriptors 3 and up
    /// BLAKE2b-256 in hex over everything that the task is made of: its config.json, the texts that it mounts, its
    /// image. Another one means another task.
    std::string digest;
    std::string release;  ///< its name, which the task reads as TENANTRY_RELEASE; empty: none
    TaskKind kind = TaskKind::service;
    std::optional<JobSpec> job;  ///< of a job
    bool frontend = false;       ///< the load balancer connects to it
    /// The address behind which the router spreads connections over the service's tasks; nothing: none come that way.
    std::optional<Ipv4> calledAt;
    bool spare = false;  ///< runs only while the service's other tasks are replaced
    /// The digest over all but the versions of the secrets that it reads (secret_versions.hpp); empty: it reads none.
    std::string withoutSecrets = {};
    bool onLoad = false;  ///< of a range: runs while the load asks for it
    bool operator==(const TaskSpec&) const = default;
};

/// A service whose number of tasks follows its load.
struct RangeSpec {
    std::string service;
    std::uint32_t least = 0, most = 0;  ///< tasks
    std::uint32_t cpu = 0;              ///< of each task, in 1/1024 of a CPU
    bool operator==(const RangeSpec&) const = default;
};

/// A task behind a load balancer.
struct BehindSpec {
    std::string service, task;
    bool serves = false;
};

/// A file of the environment, by its path below `folder_of(placement)`.
struct TextSpec {
    std::string path;
    std::string text;
    bool operator==(const TextSpec&) const = default;
};

/// An image of the host that tasks mount: its name below the environment's `images/`, and the digest of its files.
struct ImageSpec {
    std::string name;    ///< `lend+api`
    std::string digest;  ///< 64 hex digits; a folder of this name lies in the machine's image store
    bool operator==(const ImageSpec&) const = default;
};

/// User and group ids of an environment: `count` of them from `first`.
struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    bool operator==(const IdRange&) const = default;
    [[nodiscard]] bool overlaps(const IdRange& other) const {
        return first < std::uint64_t{other.first} + other.count && other.first < std::uint64_t{first} + count;
    }
};

/// One environment as it shall be on this machine.
struct EnvironmentSpec {
    Placement placement;
    std::string bundle{};  ///< digest of the platform's files that it was compiled from
    IdRange ids{};
    NetSpec network;
    std::vector<TaskSpec> tasks;  ///< the load balancer first
    std::vector<TextSpec> texts;  ///< sorted by path
    std::vector<ImageSpec> images;
    std::vector<StoreSpec> stores = {};    ///< sorted by name
    std::vector<ReaderSpec> readers = {};  ///< sorted by name
    /// Services, in the order in which a change replaces their tasks: who is called before its callers, the load
    /// balancer last.
    std::vector<std::string> turns = {};
    std::vector<RangeSpec> ranges = {};  ///< sorted by service
    std::string front = {};              ///< the service that `/` of each host goes to; empty: none
    bool operator==(const EnvironmentSpec&) const = default;

    [[nodiscard]] const TextSpec* text(std::string_view path) const {
        for (const TextSpec& one : texts)
            if (one.path == path) return &one;
        return nullptr;
    }
};

}  // namespace tenantry::world

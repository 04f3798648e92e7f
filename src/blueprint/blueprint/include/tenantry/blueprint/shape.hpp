#pragma once

// What many environments share, once: an environment with every parameter left open. A field is either structure or a
// Hole<T>; the type decides, never the data. Everything a claim reads is structure.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tenantry/base/index.hpp>
#include <tenantry/base/model_path.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/blueprint/layout.hpp>
#include <tenantry/model/platform.hpp>

namespace tenantry::blueprint {

enum class SlotKind : std::uint8_t {
    tenant,
    stage,
    account,
    block,
    uids,
    hosts,
    image,
    cpu,
    memory,
    tasks,
    tasksMin,
    tasksMax,
    envText,
    storeSize,
    keepLogs,
    recovery
};
std::string_view to_string(SlotKind kind);

/// A parameter's identity: what it is and whose. Never its position or value: adding a service renames no other.
struct Slot {
    SlotKind kind = SlotKind::tenant;
    std::string owner;  ///< the service; empty for the environment's own
    std::string part;   ///< envText: the key
    auto operator<=>(const Slot&) const = default;
};

/// Open in the shape; the environment's value stands at `slot` of its row.
template <class T>
struct Hole {
    Index<Slot> slot;
    auto operator<=>(const Hole&) const = default;
};

/// The host ids of an environment: `first` to `first + 65535`, no other environment's and not the machine's own.
struct UidRange {
    std::uint32_t first = 0;
    auto operator<=>(const UidRange&) const = default;
};
inline constexpr std::uint32_t uidsPerEnvironment = 65536;

/// An AWS account, 12 digits; empty where the platform has no target aws.
struct Account {
    std::string id;
    auto operator<=>(const Account&) const = default;
};

struct Count {
    std::uint32_t value = 0;
    auto operator<=>(const Count&) const = default;
};

/// The names that an environment answers to: `label` under each target's domain, and the tenant's own.
struct Hosts {
    Label label;
    std::vector<HostName> own;
    auto operator<=>(const Hosts&) const = default;
};

struct FixedTasks {
    Hole<Count> count;
    auto operator<=>(const FixedTasks&) const = default;
};
struct RangeTasks {
    Hole<Count> min, max;
    auto operator<=>(const RangeTasks&) const = default;
};
using Scaling = std::variant<FixedTasks, RangeTasks>;

struct EnvVar {
    EnvKey key;
    Hole<FreeText> value;
    auto operator<=>(const EnvVar&) const = default;
};

struct Workload;
struct Store;
struct Job;

/// What a service, job or access entry may do with a store.
struct Grant {
    Index<Store> store;
    model::Access access = model::Access::read;
    auto operator<=>(const Grant&) const = default;
};

/// Requests to this frontend under `prefix` go to `to`; nothing is stripped.
struct Route {
    PathPrefix prefix;
    Index<Workload> to;
    auto operator<=>(const Route&) const = default;
};

/// A service. Rows are sorted by name.
struct Workload {
    ServiceName name;
    model::Tier tier = model::Tier::middleware;
    std::optional<Port> port;  ///< nothing: a worker
    model::Health health;
    model::Duration drain{};
    std::optional<Hole<ImageRef>> image;   ///< nothing: the platform's own nginx
    std::optional<FilePath> staticFolder;  ///< frontends: folder of the image that `/` serves
    std::vector<FreeText> command;
    Hole<model::Cpu> cpu;
    Hole<model::Bytes> memory;
    Scaling scaling;
    std::vector<EnvVar> env;                      ///< sorted by key
    std::vector<Route> routes;                    ///< frontends; sorted by prefix
    std::vector<Index<Workload>> calls;           ///< whom its tasks may connect to, routes included; sorted
    std::optional<std::uint32_t> virtualAddress;  ///< offset in the block; where others call it, nothing: nobody does
    std::vector<Grant> stores;                    ///< sorted by store
    std::vector<SecretName> secrets;              ///< sorted
    std::vector<model::HostPort> egress;          ///< sorted; nothing else outside may be called
    bool operator==(const Workload&) const = default;
};

/// The load balancer sends requests under `prefix` to the frontend `to`.
struct Entry {
    PathPrefix prefix;
    Index<Workload> to;
    auto operator<=>(const Entry&) const = default;
};

/// The name of the load balancer's tasks and process; no service may have it.
inline constexpr std::string_view loadBalancerName = "load-balancer";

/// Stands for the environment's load balancer as an end of a connection.
struct LoadBalancer {
    auto operator<=>(const LoadBalancer&) const = default;
};
/// The PostgreSQL in which a store of engine `mongodb` keeps its documents on target local: FerretDB holds none itself.
struct Backing {
    Index<Store> store;
    auto operator<=>(const Backing&) const = default;
};
using End = std::variant<LoadBalancer, Index<Workload>, Index<Store>, Index<Job>, Backing>;

/// New TCP connections from any task of `from` to any task of `to`. The only connections there are.
struct Allow {
    End from;
    End to;  ///< a workload or a store
    Port port;
    ModelPath origin;
    bool operator==(const Allow&) const = default;
};

/// A program that runs to its end. Rows are sorted by name.
struct Job {
    JobName name;
    model::Job::When when = model::Job::When::scheduled;
    std::optional<model::Schedule> schedule;
    std::optional<model::Schedule> reset;
    model::Duration timeout{};
    bool overlap = false;
    bool repeatable = false;
    std::vector<FreeText> command;
    Hole<ImageRef> image;
    Hole<model::Cpu> cpu;
    Hole<model::Bytes> memory;
    std::vector<EnvVar> env;
    std::vector<Grant> stores;
    std::vector<SecretName> secrets;
    std::vector<model::HostPort> egress;
    bool operator==(const Job&) const = default;
};

/// A data service of the environment. Rows are sorted by name.
struct Store {
    StoreName name;
    model::Engine engine = model::Engine::postgresql;
    bool cache = false;
    bool asVariable = false;
    Hole<model::Bytes> size;
    bool operator==(const Store&) const = default;
};

/// Where a store of this engine takes connections: the port that IANA has assigned to it, or that its maker took.
Port port_of(model::Engine engine);

/// A secret of the environment. Rows are sorted by name.
struct Secret {
    SecretName name;
    std::optional<std::uint32_t> makeBytes;  ///< nothing: given for each tenant
    std::optional<model::Duration> rotate;
    bool asVariable = false;
    bool operator==(const Secret&) const = default;
};

/// People or a tool that use stores. Rows are sorted by name.
struct AccessEntry {
    AccessName name;
    std::vector<Grant> stores;
    bool operator==(const AccessEntry&) const = default;
};

struct Subnet {
    SubnetKind kind = SubnetKind::privateTasks;
    std::uint8_t zone = 0;
    Relative range;
    auto operator<=>(const Subnet&) const = default;
};

struct Shape {
    std::uint8_t layout = layoutVersion;
    std::uint8_t blockPrefix = 20;
    std::uint8_t zones = 1;
    bool protect = false;
    std::vector<Subnet> subnets;
    std::vector<Entry> entries;  ///< the longest prefix first, then by bytes
    std::vector<Workload> workloads;
    std::vector<Allow> allows;
    std::vector<Job> jobs;
    std::vector<Store> stores;
    std::vector<Secret> secrets;
    std::vector<AccessEntry> access;
    std::optional<model::Duration> sleepAfter;
    std::vector<Slot> slots;  ///< sorted, unique

    Hole<TenantName> tenant;
    Hole<StageName> stage;
    Hole<Cidr> block;
    Hole<UidRange> uids;
    Hole<Hosts> hosts;
    Hole<Account> account;
    Hole<model::Duration> keepLogs;
    std::optional<Hole<model::Duration>> recovery;  ///< nothing: no backups
    bool operator==(const Shape&) const = default;
};

/// True where its documents are in a PostgreSQL behind it.
inline bool is_backed(const Store& store) { return store.engine == model::Engine::mongodb; }

/// The name of an end: the service's, store's or job's; `load-balancer`; behind the store `documents`
/// `documents-postgresql`.
std::string name_of(const Shape& shape, const End& end);

/// Offset in the block of the address where a store takes connections.
std::uint32_t address_of(const Shape& shape, Index<Store> store);

}  // namespace tenantry::blueprint

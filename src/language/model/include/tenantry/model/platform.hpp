#pragma once

// The platform file as types. Rows of a kind are sorted by name, whatever the order in the files. Every value was
// checked against its grammar; references (a call, a route) name things that exist.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/model/schedule.hpp>
#include <tenantry/model/units.hpp>

namespace tenantry::model {

enum class Tier : std::uint8_t { frontend, middleware };
std::string_view to_string(Tier tier);
std::optional<Tier> tier_from_string(std::string_view text);

/// Built-in values (platform file, "Defaults").
inline constexpr Duration defaultLogs{std::chrono::hours{30 * 24}};
inline constexpr Duration defaultRecovery{std::chrono::hours{7 * 24}};  ///< where `protect`

struct Network {
    Cidr pool{Ipv4{10u << 24}, 8};
    std::uint8_t blockPrefix = 20;
    std::vector<Cidr> avoid;
};

struct Stage {
    StageName name;
    std::optional<std::string> like;  ///< name of the stage whose entries stand in where this one has none
    std::uint8_t zones = 1;
    bool protect = false;
    std::optional<Duration> sleepAfter;  ///< `idle: sleep-after 30m`; nothing: it never sleeps
    std::optional<Duration>
        recovery;  ///< `backups: { pitr: 35d }`: how far back a store can be restored; nothing: no backups
    Duration logs = defaultLogs;  ///< how long logs are kept
};

/// One value for all stages, or one a stage; a stage that has none takes that of the stage it is `like`.
template <class T>
struct PerStage {
    std::optional<T> all;
    std::map<std::string, T, std::less<>> of;

    [[nodiscard]] const T* find(const Stage& stage) const {
        if (const auto own = of.find(stage.name.str()); own != of.end()) return &own->second;
        if (stage.like)
            if (const auto other = of.find(*stage.like); other != of.end()) return &other->second;
        return all ? &*all : nullptr;
    }
};

using Environ = std::map<EnvKey, FreeText>;

/// How it is seen that a task serves (defaults: platform file, "Defaults").
struct Health {
    enum class Kind : std::uint8_t { http, command, tcp, exit };
    Kind kind = Kind::exit;
    std::string path;               ///< http: an absolute path of the grammar of PathPrefix
    std::vector<FreeText> command;  ///< command: program and arguments
    Duration every{5'000};
    Duration grace{30'000};
    std::uint32_t failures = 3;
    bool operator==(const Health&) const = default;
};

struct Route {
    PathPrefix prefix;
    ServiceName to;
    Span at;
};

struct Call {
    ServiceName to;
    Span at;
};

/// What a use of a store allows; each includes the one before.
enum class Access : std::uint8_t { read, readWrite, owner };
std::string_view to_string(Access access);
std::optional<Access> access_from_string(std::string_view text);

struct StoreUse {
    StoreName store;
    Access access = Access::read;
    Span at;
};

struct SecretUse {
    SecretName secret;
    Span at;
};

/// A name outside that tasks may connect to.
struct HostPort {
    HostName host;
    Port port;
    auto operator<=>(const HostPort&) const = default;
};

struct Service {
    ServiceName name;
    Span at;  ///< the key
    Tier tier = Tier::middleware;
    std::optional<ImageRef> image;  ///< nothing: a frontend on the platform's own nginx
    std::optional<FilePath> staticFolder;
    std::vector<Route> routes;  ///< sorted by prefix
    std::vector<Call> calls;    ///< sorted by name
    std::optional<Port> port;   ///< frontends always have one
    std::vector<FreeText> command;
    Health health;
    Duration drain{20'000};
    PerStage<TaskCount> tasks;
    PerStage<Cpu> cpu;
    PerStage<Bytes> memory;
    Environ env;
    std::vector<StoreUse> stores;    ///< sorted by name
    std::vector<SecretUse> secrets;  ///< sorted by name
    std::vector<HostPort> egress;    ///< sorted
};

/// A program that runs to its end: with each release, once after creation, or at times.
struct Job {
    enum class When : std::uint8_t { beforeRelease, afterCreate, scheduled };
    JobName name;
    Span at;
    ImageRef image;
    std::vector<FreeText> command;
    When when = When::scheduled;
    std::optional<Schedule> schedule;  ///< scheduled: when it runs
    std::optional<Schedule> reset;     ///< afterCreate: when its stores are emptied and it runs again
    std::vector<StageName> stages;     ///< sorted; all, if not written
    Duration timeout{std::chrono::hours{1}};
    bool overlap = false;     ///< may a run begin while the one before goes on
    bool repeatable = false;  ///< may an interrupted run be started again
    PerStage<Cpu> cpu;
    PerStage<Bytes> memory;
    Environ env;
    std::vector<StoreUse> stores;
    std::vector<SecretUse> secrets;
    std::vector<HostPort> egress;
};
std::string_view to_string(Job::When when);

enum class Engine : std::uint8_t { mongodb, postgresql, redis };
std::string_view to_string(Engine engine);
std::optional<Engine> engine_from_string(std::string_view text);

struct Store {
    StoreName name;
    Span at;
    Engine engine = Engine::postgresql;
    bool cache = false;       ///< `role: cache`: no duty of backup
    bool asVariable = false;  ///< `as: env`: its connection string also stands in a variable
    PerStage<Bytes> size;
};

struct Secret {
    SecretName name;
    Span at;
    std::optional<std::uint32_t> makeBytes;  ///< random bytes made for each environment; nothing: given for each tenant
    std::optional<Duration> rotate;
    bool asVariable = false;  ///< `as: env`
};

/// People or a tool that use stores beside the services.
struct AccessEntry {
    AccessName name;
    Span at;
    std::vector<StoreUse> stores;
    std::vector<StageName> stages;  ///< sorted; all, if not written
};

/// A claim that may be violated in some environments until a day.
struct Exception {
    std::string claim;   ///< `NET-7`
    std::string tenant;  ///< `*`: any
    std::string stage;   ///< `*`: any
    FreeText reason;
    FreeText by;
    Date until;
    Span at;
};

/// Placements of a wave: named tenants, or a share of all (cumulative, of those of the deployment).
using Wave = std::variant<std::vector<TenantName>, std::uint32_t>;

struct StageDelivery {
    std::vector<Wave> waves{Wave{100u}};
    Duration bake{std::chrono::minutes{5}};
    std::uint32_t failures = 0;
    std::uint32_t approvals = 0;
    std::vector<Freeze> freeze;
};

struct Delivery {
    std::vector<StageName> order;                              ///< each stage once
    std::map<std::string, StageDelivery, std::less<>> stages;  ///< those that have settings, `like` filled in
};

/// What a tenant's stage changes of a service; nothing: unchanged.
struct ServiceOverride {
    std::optional<TaskCount> tasks;
    std::optional<Cpu> cpu;
    std::optional<Bytes> memory;
    std::optional<ImageRef> image;
    Environ env;
    std::optional<std::vector<HostPort>> egress;  ///< replaces the service's
};

struct StageOverride {
    std::map<std::string, ServiceOverride, std::less<>> services;
    Environ env;  ///< for every service that has the key
    std::optional<std::uint8_t> zones;
    std::map<std::string, Bytes, std::less<>> storeSizes;
    std::optional<Duration> logs;
    std::optional<Duration> recovery;
};

struct TenantHost {
    HostName name;
    Span at;
};

struct Tenant {
    TenantName name;
    Span at;                                                            ///< the key
    FreeText title;                                                     ///< `name`, for people
    std::map<std::string, std::vector<TenantHost>, std::less<>> hosts;  ///< by stage, beside the default host
    std::vector<StageName> stages;                                      ///< sorted
    std::map<std::string, StageOverride, std::less<>> overrides;        ///< by stage
};

/// An image that lies beneath the platform's folder.
struct LocalImage {
    RelativePath path;
    bool isOci =
        false;  ///< an OCI layout, or an archive of `docker save`; else a program or folder, run over the host's /usr
};

struct LocalTarget {
    std::string domain;                                     ///< default `<platform>.localhost`
    std::map<std::string, LocalImage, std::less<>> images;  ///< by image reference
};

struct AwsAccount {
    std::string id;                 ///< 12 digits
    std::vector<StageName> stages;  ///< sorted
    Span at;
};

struct AwsTarget {
    std::string region;
    std::vector<AwsAccount> accounts;  ///< sorted by id
};

struct Platform {
    PlatformName name;
    HostName domain;
    Network network;
    std::vector<Stage> stages;  ///< in the order of the file: the order of delivery
    std::vector<Service> services;
    std::vector<Tenant> tenants;
    LocalTarget local;
    std::optional<AwsTarget> aws;
    std::vector<Job> jobs;
    std::vector<Store> stores;
    std::vector<Secret> secrets;
    std::vector<AccessEntry> access;
    std::vector<Exception> exceptions;  ///< in the order of the file
    Delivery delivery;
    std::vector<std::string> targets;  ///< names of those that the file has, sorted; `local` if it has none

    [[nodiscard]] const Service* service(std::string_view name) const;
    [[nodiscard]] const Stage* stage(std::string_view name) const;
    [[nodiscard]] const Tenant* tenant(std::string_view name) const;
    [[nodiscard]] const Store* store(std::string_view name) const;
    [[nodiscard]] const Secret* secret(std::string_view name) const;
    [[nodiscard]] const Job* job(std::string_view name) const;
    /// The stage whose hosts carry no stage name: `production`, else the last of the order.
    [[nodiscard]] const Stage& main_stage() const;
};

}  // namespace tenantry::model

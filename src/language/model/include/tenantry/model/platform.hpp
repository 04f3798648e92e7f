#pragma once

// The platform file as types. Rows of a kind are sorted by name, whatever the order in the files. Every value was
// checked against its grammar; references (a call, a route) name things that exist.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/source.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/model/units.hpp>

namespace tenantry::model {

enum class Tier : std::uint8_t { frontend, middleware };
std::string_view to_string(Tier tier);
std::optional<Tier> tier_from_string(std::string_view text);

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
};

/// What a tenant's stage changes of a service; nothing: unchanged.
struct ServiceOverride {
    std::optional<TaskCount> tasks;
    std::optional<Cpu> cpu;
    std::optional<Bytes> memory;
    std::optional<ImageRef> image;
    Environ env;
};

struct StageOverride {
    std::map<std::string, ServiceOverride, std::less<>> services;
    Environ env;  ///< for every service that has the key
    std::optional<std::uint8_t> zones;
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

/// A program or folder beneath the platform's folder, run over the host's /usr.
struct HostImage {
    RelativePath path;
};

struct LocalTarget {
    std::string domain;                                    ///< default `<platform>.localhost`
    std::map<std::string, HostImage, std::less<>> images;  ///< by image reference
};

struct Platform {
    PlatformName name;
    HostName domain;
    Network network;
    std::vector<Stage> stages;  ///< in the order of the file: the order of delivery
    std::vector<Service> services;
    std::vector<Tenant> tenants;
    LocalTarget local;

    [[nodiscard]] const Service* service(std::string_view name) const;
    [[nodiscard]] const Stage* stage(std::string_view name) const;
    [[nodiscard]] const Tenant* tenant(std::string_view name) const;
    /// The stage whose hosts carry no stage name: `production`, else the last of the order.
    [[nodiscard]] const Stage& main_stage() const;
};

}  // namespace tenantry::model

#pragma once

// What the platform's author declared, flat and without a word on how a target does it. Made by `intent` from the
// blueprint; the verifier compares facts with it and never takes a fact from it.

#include <optional>
#include <string>
#include <vector>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/index.hpp>
#include <tenantry/base/machine_range.hpp>
#include <tenantry/base/model_path.hpp>
#include <tenantry/base/text.hpp>

namespace tenantry::verify {

/// The service name of an environment's load balancer in declared allows; no service can be called so.
inline constexpr std::string_view loadBalancerName = "load-balancer";

enum class ServiceKind : std::uint8_t {
    service,
    store,  ///< a data service; called at its task's own address
    job     ///< runs to its end: its task may be there or not
};

struct DeclaredService {
    std::string name;
    std::optional<Port> port;            ///< nothing: a worker or a job
    std::optional<Ipv4> virtualAddress;  ///< where others call it; nothing: nobody does
    ModelPath origin;                    ///< `services.api`
    ServiceKind kind = ServiceKind::service;
};

/// What a user may do in a store; each includes the one before.
enum class StoreAccess : std::uint8_t { read, readWrite, owner };

struct DeclaredGrant {
    std::string store;
    std::string user;  ///< a service, job or access entry
    StoreAccess access = StoreAccess::read;
    ModelPath origin;  ///< `services.api.stores.books`
};

struct DeclaredTask {
    std::string name;  ///< `api-1`
    std::string service;
    Ipv4 address;
    std::uint32_t uid = 0;
    bool spare = false;  ///< runs only while the service's other tasks are replaced
};

/// New TCP connections from any task of `from` to any task of `to`, on `port`. All that is not declared is forbidden.
struct DeclaredAllow {
    std::string from;
    std::string to;
    Port port;
    ModelPath origin;  ///< the call or route: `services.api.calls`
};

/// A request to any host of the environment under `prefix` is for `service`.
struct DeclaredRoute {
    std::string proxy;  ///< who decides: `load-balancer` or a frontend
    std::string prefix;
    std::string service;  ///< whom it goes to; the proxy's own name: answered there
    ModelPath origin;
};

struct DeclaredEnvironment {
    std::string name;  ///< `acme/production`
    Cidr block;
    std::vector<HostName> hosts;
    std::vector<DeclaredService> services;  ///< stores and jobs too; the load balancer is not among them
    std::vector<DeclaredTask> tasks;        ///< the load balancer's among them
    std::vector<DeclaredAllow> allows;
    std::vector<DeclaredRoute> routes;
    std::vector<DeclaredGrant> grants = {};
    std::vector<std::string> beyond;  ///< declared, and not held against facts by this version: full sentences
};

/// Where the machine's one entry listens, and with which user and group id.
struct DeclaredEdge {
    Ipv4 address;
    Port tlsPort;
    Port redirectPort;
    std::uint32_t id = 0;
};

struct Declared {
    Cidr pool;
    std::vector<Cidr> avoid;
    std::uint8_t blockPrefix = 20;
    std::vector<DeclaredEnvironment> environments;  ///< sorted by name
    std::optional<MachineRanges> machine = {};      ///< of the machine that it is proved for; nothing: nobody looked
    std::optional<DeclaredEdge> edge = {};
};

}  // namespace tenantry::verify

#pragma once

// What one task of an environment sees and may do: its variables, stores, secrets, who it may call and who may call it.

#include <string>
#include <vector>

#include <tenantry/model/resolve.hpp>
#include <tenantry/model/variables.hpp>

namespace tenantry::model {

/// Another end of a connection.
struct Peer {
    std::string name;  ///< a service, or `the load balancer`
    Port port;         ///< where the called one listens
};

struct TaskView {
    std::vector<Variable> given;     ///< by Tenantry, sorted by name
    Environ own;                     ///< by `env`, merged
    std::vector<StoreUse> stores;    ///< sorted by name
    std::vector<SecretUse> secrets;  ///< sorted by name
    std::vector<Peer> calls;         ///< routes included, sorted by name
    std::vector<Peer> callers;       ///< sorted by name, the load balancer first
    std::vector<HostPort> egress;
};

/// `settings` are those of the platform's environment.
TaskView task_view(const Platform& platform, const ServiceSettings& settings);
TaskView task_view(const Platform& platform, const Job& job);

}  // namespace tenantry::model

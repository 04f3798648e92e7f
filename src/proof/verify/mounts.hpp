#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tenantry/verify/facts.hpp>

namespace tenantry::verify {

/// What a mount brings into a task.
enum class MountKind : std::uint8_t {
    root,      ///< live: the task's root folder
    memory,    ///< memory of its own
    terminal,  ///< terminals of its own
    proc,      ///< its own process files
    mask,      ///< hides or guards a part of them
    settings,  ///< files of its service: hosts, a proxy's configuration
    key,       ///< certificate and key of the environment's load balancer, or of the store itself
    control,   ///< the folder of the load balancer's or the store's control socket
    data,      ///< what a store holds
    secret,    ///< what the file names for this service or job alone
    image,     ///< programs and files of an image, or of the machine as the environment's own overlay
    foreign,   ///< anything else
};

/// Of an environment's process that was looked at.
struct Whose {
    Whose(const Facts& facts, const Process& process)
        : environment(facts.environments[process.owner->at]),
          service(process.service),
          task(std::string_view(process.name).substr(environment.name.size() + 1)),
          sandbox(*process.sandbox) {}

    const EnvironmentFact& environment;
    std::string_view service;
    std::string_view task;  ///< `api-1`
    const Sandbox& sandbox;
};
MountKind kind_of(const Whose& whose, const Mount& mount);

/// The part of a mount's root behind the folder of an environment's files; nothing where it lies elsewhere. /run or
/// /run/tenantry may be a file system of its own, in which live roots begin.
std::optional<std::string_view> inside(const EnvironmentFact& environment, std::string_view root);

/// `/run/tls of type bind from /run/x`, for people.
std::string to_text(const Mount& mount);

}  // namespace tenantry::verify

#pragma once

// Connections to try from inside the tasks that run, and what the kernel's tables say of each: the probes of NET-1,
// NET-4 to NET-6, NET-9 and NET-12. Hosts to ask for from outside: those of TLS-1 and TLS-3.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/compile/compile.hpp>

namespace tenantry::compile {

struct Probe {
    std::string environment, task;  ///< who tries: `acme/production`, `web-1`
    std::string target;             ///< whom, for people: `norte/production/api-1`, `metadata`
    Ipv4 address;
    std::uint16_t port = 0;
    bool arrives = false;             ///< by the tables: the first packet is delivered
    std::optional<Ipv4> source = {};  ///< sent under this address; nothing: the task's own
};

/// From every task to every other one of its environment, at every port that any service has, and to each service's
/// virtual address; to the first task of each service of other environments, at its own port, 256 at most, another part
/// of them from each task; to the router's own address, the address of cloud metadata, addresses of nobody (RFC 5737)
/// and the addresses of the machine, at the ports of its entry too; and under the addresses of others to each service
/// of its environment, 128 at most. In the order of the facts.
std::vector<Probe> probes_of(const blueprint::Blueprint& blueprint, const verify::Facts& facts,
                             std::span<const Ipv4> machine);

/// A host to ask the machine's entry for, and hosts of others that must not be reached by its name.
struct HostQuestion {
    std::string environment;
    HostName host;
    std::vector<HostName> foreign;
};

/// Every host of every environment, with the first host of the next environment; in the blueprint's order.
std::vector<HostQuestion> host_questions(const blueprint::Blueprint& blueprint);

}  // namespace tenantry::compile

#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include <tenantry/verify/declared.hpp>
#include <tenantry/verify/facts.hpp>

#include "explore.hpp"
#include "network.hpp"

namespace tenantry::verify {

/// Facts and declaration side by side: who of the one is who of the other. Looks at both, which must outlive it.
struct Scene {
    Scene(const Facts& facts, const Declared& declared);

    const Facts& facts;
    const Declared& declared;
    Network network;

    std::vector<std::optional<std::size_t>> declaredOf;            ///< by EnvironmentFact: position in Declared
    std::vector<std::optional<Index<EnvironmentFact>>> factOf;     ///< by position in Declared
    std::vector<std::vector<Index<Process>>> processesIn;          ///< by Device
    std::vector<const DeclaredTask*> taskOf;                       ///< by Process; null: nobody declared it
    std::vector<std::vector<std::optional<Index<Process>>>> runs;  ///< by position in Declared, then by task
    std::vector<std::vector<Index<Device>>> devicesOf;             ///< by EnvironmentFact
    std::vector<std::vector<Index<Process>>> processesOf;          ///< by EnvironmentFact
    std::map<Index<Process>, std::vector<const Proxy*>> proxiesOf;
    std::map<std::string_view, std::vector<const IngressSocket*>> socketsAt;  ///< by path
    std::vector<std::vector<const IngressSocket*>> socketsOf;                 ///< by EnvironmentFact of the holder
    std::map<std::string_view, std::size_t> environmentOfHost;  ///< the first that declares it, as position in Declared

    [[nodiscard]] const Device& device(Index<Device> index) const { return facts.devices[index.at]; }
    [[nodiscard]] const Process& process(Index<Process> index) const { return facts.processes[index.at]; }
    [[nodiscard]] std::string owner_name(Owner owner) const;
    /// A task that has its place and does not run now: a job's, or a spare one.
    [[nodiscard]] bool at_rest(Index<Process> index) const;
    /// A device whose packets are its own: it holds a process, or it is no router.
    [[nodiscard]] bool sends(Index<Device> device) const;
};

/// What a name is in an environment; a service where it is not declared.
ServiceKind kind_of(const DeclaredEnvironment& environment, std::string_view service);
const DeclaredService* find_service(const DeclaredEnvironment& environment, std::string_view name);
/// Where a service stands in the declaration; for the load balancer the routes that lead through it.
ModelPath origin_of(const DeclaredEnvironment& environment, std::string_view service);
std::optional<Ipv4> lookup(const Process& process, std::string_view name);

/// Which declared service an upstream of a process leads to: by an address of its tasks or by its virtual address, each
/// given or found under a name in the process's hosts. Says nothing of the port.
const DeclaredService* service_behind(const DeclaredEnvironment& environment, const Process& process,
                                      const Upstream& upstream);

/// What every sender of the scene can reach, by Device; of a device that sends nothing an empty one.
using Reaches = std::vector<Reach>;

}  // namespace tenantry::verify

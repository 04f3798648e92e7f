#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tenantry/blueprint/blueprint.hpp>

namespace tenantry::blueprint {

/// A task of an environment as it is placed when nothing runs yet.
struct PlacedTask {
    std::string name;  ///< `api-1`; `load-balancer-1`
    End of;
    std::uint32_t number = 1;  ///< from 1 in each service
    std::uint8_t zone = 0;
    Ipv4 address;
    std::uint32_t uid = 0;  ///< its service's, inside the environment's range; gid is equal
    /// A place where nothing runs but while the others' tasks are replaced: new connections go there meanwhile.
    bool spare = false;
    /// A place of a range, beyond its least number: something runs there while the load asks for it.
    bool onLoad = false;
};

/// The load balancer's task and its spare place first, then those of each workload in order: as many as it has at most,
/// those beyond its least number `onLoad`, and behind them its spare places, spread over the zones in turn, each
/// workload at addresses of its own in its zone's subnet; then one for each store, in the first zone's
/// subnet for data, behind these one for each that is backed, under its store's uid, and those of each job, which has
/// its places also while it does not run. The block is large enough (build checks it). A store's uid follows its name
/// alone, as files are kept under it.
std::vector<PlacedTask> place_tasks(const Blueprint& blueprint, const Environment& environment);

/// Places beside those of its tasks: one where others connect to it.
std::uint32_t spare_places(const Workload& workload);

/// Places of a job: one for each run that may go on at one time.
std::uint32_t places_of(const Job& job);

/// Tasks that a workload has at least, and at most.
Count tasks_min(const Blueprint& blueprint, const Environment& environment, const Workload& workload);
Count tasks_max(const Blueprint& blueprint, const Environment& environment, const Workload& workload);

/// The environment's host names on target local, the default one first, then the tenant's own as they stand in the
/// file.
std::vector<HostName> local_hosts(const Blueprint& blueprint, const Environment& environment);

/// Images of its services and jobs, sorted, each once.
std::vector<ImageRef> images_of(const Blueprint& blueprint, const Environment& environment);

/// Where the store takes connections.
Ipv4 store_address(const Blueprint& blueprint, const Environment& environment, Index<Store> store);

/// Where tasks of others call this workload; it must have a virtual address.
Ipv4 virtual_address(const Blueprint& blueprint, const Environment& environment, const Workload& workload);

}  // namespace tenantry::blueprint

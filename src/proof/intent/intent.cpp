#include <algorithm>

#include <fmt/format.h>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/intent/intent.hpp>

namespace tenantry::intent {
namespace {

using blueprint::Blueprint;
using blueprint::Environment;
using blueprint::Shape;
using blueprint::Workload;

// docs/local-files.md: on the loopback addresses alone; other ports are left to whoever forwards to it.
// Its id is the last below the first range of a lock.
constexpr verify::DeclaredEdge edge{Ipv4{0x7F000001}, Port{8443}, Port{8080}, (1u << 20) - 1};

ModelPath origin_of(const Workload& workload) { return ModelPath{"services." + workload.name.str()}; }

verify::DeclaredService declare_service(const Blueprint& blueprint, const Environment& environment,
                                        const Workload& workload) {
    verify::DeclaredService service{workload.name.str(), workload.port, {}, origin_of(workload)};
    if (workload.virtualAddress) service.virtualAddress = blueprint::virtual_address(blueprint, environment, workload);
    return service;
}

std::vector<verify::DeclaredRoute> declare_routes(const Shape& shape) {
    std::vector<verify::DeclaredRoute> routes;
    for (const blueprint::Entry& entry : shape.entries) {
        const Workload& frontend = shape.workloads[entry.to.at];
        routes.push_back({std::string(verify::loadBalancerName), entry.prefix.str(), frontend.name.str(),
                          ModelPath{origin_of(frontend).text + ".routes"}});
    }
    for (const Workload& frontend : shape.workloads) {
        bool hasRoot = false;
        for (const blueprint::Route& route : frontend.routes) {
            hasRoot = hasRoot || route.prefix.str() == "/";
            routes.push_back({frontend.name.str(), route.prefix.str(), shape.workloads[route.to.at].name.str(),
                              ModelPath{origin_of(frontend).text + ".routes." + route.prefix.str()}});
        }
        if (frontend.staticFolder && !hasRoot)
            routes.push_back(
                {frontend.name.str(), "/", frontend.name.str(), ModelPath{origin_of(frontend).text + ".static"}});
    }
    return routes;
}

verify::StoreAccess access_of(model::Access access) {
    switch (access) {
        case model::Access::read:
            return verify::StoreAccess::read;
        case model::Access::readWrite:
            return verify::StoreAccess::readWrite;
        case model::Access::owner:
            return verify::StoreAccess::owner;
    }
    TENANTRY_CHECK(false, "an access is one of the list");
}

// The stores with their users, and the jobs.
void declare_data(const Blueprint& blueprint, const Environment& environment, verify::DeclaredEnvironment& declared) {
    const Shape& shape = blueprint.shape(environment);
    for (std::uint32_t row = 0; row < shape.stores.size(); ++row) {
        const blueprint::Store& store = shape.stores[row];
        declared.services.push_back({store.name.str(), blueprint::port_of(store.engine),
                                     blueprint::store_address(blueprint, environment, {row}),
                                     ModelPath{"stores." + store.name.str()}, verify::ServiceKind::store});
        if (is_backed(store))
            declared.services.push_back({name_of(shape, blueprint::Backing{{row}}), std::nullopt, std::nullopt,
                                         ModelPath{"stores." + store.name.str()}, verify::ServiceKind::store});
    }
    for (const blueprint::Job& job : shape.jobs)
        declared.services.push_back({job.name.str(), std::nullopt, std::nullopt, ModelPath{"jobs." + job.name.str()},
                                     verify::ServiceKind::job});
    const auto add_grants = [&](const auto& users, const std::string& kind) {
        for (const auto& user : users)
            for (const blueprint::Grant& grant : user.stores) {
                const std::string& store = shape.stores[grant.store.at].name.str();
                declared.grants.push_back({store, user.name.str(), access_of(grant.access),
                                           ModelPath{fmt::format("{}{}.stores.{}", kind, user.name.str(), store)}});
            }
    };
    add_grants(shape.workloads, "services.");
    add_grants(shape.jobs, "jobs.");
    add_grants(shape.access, "access.");
}

// What this version does not run on target local, so that nothing is known of whether it works.
std::vector<std::string> beyond(const Shape& shape) {
    std::vector<std::string> all;
    for (const Workload& workload : shape.workloads)
        if (!workload.egress.empty())
            all.push_back("The egress of `" + workload.name.str() + "` is not opened on target local by this version.");
    return all;
}

verify::DeclaredEnvironment declare(const Blueprint& blueprint, const Environment& environment) {
    const Shape& shape = blueprint.shape(environment);
    verify::DeclaredEnvironment declared{environment.name(),
                                         blueprint.value(environment, shape.block),
                                         blueprint::local_hosts(blueprint, environment),
                                         {},
                                         {},
                                         {},
                                         declare_routes(shape)};
    declared.beyond = beyond(shape);
    for (const Workload& workload : shape.workloads)
        declared.services.push_back(declare_service(blueprint, environment, workload));
    declare_data(blueprint, environment, declared);
    for (const blueprint::PlacedTask& task : blueprint::place_tasks(blueprint, environment))
        declared.tasks.push_back(
            {task.name, name_of(shape, task.of), task.address, task.uid, task.spare || task.onLoad});
    for (const blueprint::Allow& allow : shape.allows)
        declared.allows.push_back({name_of(shape, allow.from), name_of(shape, allow.to), allow.port, allow.origin});
    return declared;
}

}  // namespace

verify::Declared declare_local(const Blueprint& blueprint) {
    verify::Declared declared{blueprint.commons.pool, blueprint.commons.avoid, blueprint.commons.blockPrefix, {}};
    declared.edge = edge;
    for (const Environment& environment : blueprint.environments)
        declared.environments.push_back(declare(blueprint, environment));
    std::ranges::sort(declared.environments, {}, &verify::DeclaredEnvironment::name);
    return declared;
}

}  // namespace tenantry::intent

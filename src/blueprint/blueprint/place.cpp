#include <array>

#include <tenantry/blueprint/place.hpp>

namespace tenantry::blueprint {
namespace {

// Ids of the load balancer, and of the first workload, inside the environment's range; 0 stays for nobody.
constexpr std::uint32_t loadBalancerId = 1;
constexpr std::uint32_t firstWorkloadId = 16;

Ipv4 address_in(Cidr block, Relative subnet, std::uint32_t ordinal) {
    TENANTRY_CHECK(ordinal < usable(subnet), "the block was checked to hold all tasks");
    return Ipv4{block.base.value + subnet.offset + firstUsable + ordinal};
}

}  // namespace

Count tasks_min(const Blueprint& blueprint, const Environment& environment, const Workload& workload) {
    if (const auto* fixed = std::get_if<FixedTasks>(&workload.scaling))
        return blueprint.value(environment, fixed->count);
    return blueprint.value(environment, std::get<RangeTasks>(workload.scaling).min);
}

Count tasks_max(const Blueprint& blueprint, const Environment& environment, const Workload& workload) {
    if (const auto* fixed = std::get_if<FixedTasks>(&workload.scaling))
        return blueprint.value(environment, fixed->count);
    return blueprint.value(environment, std::get<RangeTasks>(workload.scaling).max);
}

std::vector<PlacedTask> place_tasks(const Blueprint& blueprint, const Environment& environment) {
    const Shape& shape = blueprint.shape(environment);
    const Cidr block = blueprint.value(environment, shape.block);
    const UidRange uids = blueprint.value(environment, shape.uids);
    std::vector<PlacedTask> tasks;
    const Relative entry = subnet(shape.blockPrefix, 0, SubnetKind::publicIngress);
    tasks.push_back({std::string(loadBalancerName) + "-1", LoadBalancer{}, 1, 0, address_in(block, entry, 0),
                     uids.first + loadBalancerId});
    std::array<std::uint32_t, maxZones> next{};
    for (std::uint32_t row = 0; row < shape.workloads.size(); ++row) {
        const Workload& workload = shape.workloads[row];
        const std::uint32_t count = tasks_min(blueprint, environment, workload).value;
        for (std::uint32_t number = 1; number <= count; ++number) {
            const auto zone = static_cast<std::uint8_t>((number - 1) % shape.zones);
            const Relative subnet = blueprint::subnet(shape.blockPrefix, zone, SubnetKind::privateTasks);
            tasks.push_back({workload.name.str() + "-" + std::to_string(number), Index<Workload>{row}, number, zone,
                             address_in(block, subnet, next[zone]++), uids.first + firstWorkloadId + row});
        }
    }
    return tasks;
}

std::vector<HostName> local_hosts(const Blueprint& blueprint, const Environment& environment) {
    const Hosts& hosts = blueprint.value(environment, blueprint.shape(environment).hosts);
    auto first = HostName::parse(hosts.label.str() + "." + blueprint.commons.localDomain.str());
    TENANTRY_CHECK(first.has_value(), "the model checked the names of hosts");
    std::vector<HostName> all{*std::move(first)};
    all.insert(all.end(), hosts.own.begin(), hosts.own.end());
    return all;
}

Ipv4 virtual_address(const Blueprint& blueprint, const Environment& environment, const Workload& workload) {
    TENANTRY_CHECK(workload.virtualAddress.has_value(), "only a service that is called has a virtual address");
    return Ipv4{blueprint.value(environment, blueprint.shape(environment).block).base.value + *workload.virtualAddress};
}

}  // namespace tenantry::blueprint

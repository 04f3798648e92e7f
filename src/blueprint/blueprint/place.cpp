#include <algorithm>
#include <array>

#include <tenantry/base/hash.hpp>
#include <tenantry/blueprint/place.hpp>

namespace tenantry::blueprint {
namespace {

// Ids of the load balancer, and of the first workload, inside the environment's range; 0 stays for nobody.
constexpr std::uint32_t loadBalancerId = 1;
constexpr std::uint32_t firstWorkloadId = 16;
constexpr std::uint32_t firstJobId = 16384;
// Stores have half of the range, each the place that its name gives, so that no other store moves it. Two names that
// give one place are neighbours then, by name.
constexpr std::uint32_t firstStoreId = 32768;
constexpr std::uint32_t storeIds = 32768;

std::vector<std::uint32_t> store_ids(const Shape& shape) {
    std::vector<std::uint32_t> ids;
    for (const Store& store : shape.stores) {
        std::uint32_t at = 0;
        for (const char digit : blake2b(store.name.str()).hex(4))
            at = at * 16 + static_cast<std::uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        at %= storeIds;
        while (std::ranges::find(ids, firstStoreId + at) != ids.end()) at = (at + 1) % storeIds;
        ids.push_back(firstStoreId + at);
    }
    return ids;
}

Ipv4 address_in(Cidr block, Relative subnet, std::uint32_t ordinal) {
    TENANTRY_CHECK(ordinal < usable(subnet), "the block was checked to hold all tasks");
    return Ipv4{block.base.value + subnet.offset + firstUsable + ordinal};
}

// As many addresses of each zone for every service, and for all jobs together, so that more tasks of one service move
// no other one's. Where one has more tasks than that: 0, they stand close together.
std::uint32_t stride_of(const Blueprint& blueprint, const Environment& environment) {
    const Shape& shape = blueprint.shape(environment);
    const std::uint32_t room = usable(subnet(shape.blockPrefix, 0, SubnetKind::privateTasks));
    const std::uint32_t stride = room / (static_cast<std::uint32_t>(shape.workloads.size()) + 1);
    for (const Workload& workload : shape.workloads) {
        const std::uint32_t places = tasks_max(blueprint, environment, workload).value + spare_places(workload);
        if ((places + shape.zones - 1) / shape.zones > stride) return 0;
    }
    std::uint32_t places = 0;
    for (const Job& job : shape.jobs) places += places_of(job);
    return places > stride ? 0 : stride;
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

std::uint32_t places_of(const Job& job) { return job.schedule && job.overlap ? 2 : 1; }

std::uint32_t spare_places(const Workload& workload) { return workload.port ? 1 : 0; }

std::vector<PlacedTask> place_tasks(const Blueprint& blueprint, const Environment& environment) {
    const Shape& shape = blueprint.shape(environment);
    const Cidr block = blueprint.value(environment, shape.block);
    const UidRange uids = blueprint.value(environment, shape.uids);
    std::vector<PlacedTask> tasks;
    const Relative entry = subnet(shape.blockPrefix, 0, SubnetKind::publicIngress);
    for (std::uint32_t number = 1; number <= 2; ++number)
        tasks.push_back({std::string(loadBalancerName) + "-" + std::to_string(number), LoadBalancer{}, number, 0,
                         address_in(block, entry, number - 1), uids.first + loadBalancerId, number == 2});
    const std::uint32_t stride = stride_of(blueprint, environment);
    std::array<std::uint32_t, maxZones> next{};
    for (std::uint32_t row = 0; row < shape.workloads.size(); ++row) {
        const Workload& workload = shape.workloads[row];
        const std::uint32_t least = tasks_min(blueprint, environment, workload).value;
        const std::uint32_t count = tasks_max(blueprint, environment, workload).value;
        if (stride > 0) next.fill(row * stride);
        for (std::uint32_t number = 1; number <= count + (count > 0 ? spare_places(workload) : 0); ++number) {
            const auto zone = static_cast<std::uint8_t>((number - 1) % shape.zones);
            const Relative subnet = blueprint::subnet(shape.blockPrefix, zone, SubnetKind::privateTasks);
            tasks.push_back({workload.name.str() + "-" + std::to_string(number), Index<Workload>{row}, number, zone,
                             address_in(block, subnet, next[zone]++), uids.first + firstWorkloadId + row,
                             number > count, number > least && number <= count});
        }
    }
    const std::vector<std::uint32_t> ids = store_ids(shape);
    for (std::uint32_t row = 0; row < shape.stores.size(); ++row)
        tasks.push_back({shape.stores[row].name.str() + "-1", Index<Store>{row}, 1, 0,
                         store_address(blueprint, environment, {row}), uids.first + ids[row]});
    auto behind = static_cast<std::uint32_t>(shape.stores.size());
    for (std::uint32_t row = 0; row < shape.stores.size(); ++row)
        if (const Backing backing{{row}}; is_backed(shape.stores[row]))
            tasks.push_back({name_of(shape, backing) + "-1", backing, 1, 0,
                             address_in(block, subnet(shape.blockPrefix, 0, SubnetKind::data), behind++),
                             uids.first + ids[row]});
    const Relative firstZone = subnet(shape.blockPrefix, 0, SubnetKind::privateTasks);
    if (stride > 0) next[0] = static_cast<std::uint32_t>(shape.workloads.size()) * stride;
    for (std::uint32_t row = 0; row < shape.jobs.size(); ++row)
        for (std::uint32_t number = 1; number <= places_of(shape.jobs[row]); ++number)
            tasks.push_back({shape.jobs[row].name.str() + "-" + std::to_string(number), Index<Job>{row}, number, 0,
                             address_in(block, firstZone, next[0]++), uids.first + firstJobId + row});
    return tasks;
}

Ipv4 store_address(const Blueprint& blueprint, const Environment& environment, Index<Store> store) {
    const Shape& shape = blueprint.shape(environment);
    return Ipv4{blueprint.value(environment, shape.block).base.value + address_of(shape, store)};
}

std::vector<ImageRef> images_of(const Blueprint& blueprint, const Environment& environment) {
    const Shape& shape = blueprint.shape(environment);
    std::vector<ImageRef> images;
    for (const Workload& workload : shape.workloads)
        if (workload.image) images.push_back(blueprint.value(environment, *workload.image));
    for (const Job& job : shape.jobs) images.push_back(blueprint.value(environment, job.image));
    std::ranges::sort(images);
    const auto twice = std::ranges::unique(images);
    images.erase(twice.begin(), twice.end());
    return images;
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

#include <algorithm>

#include <tenantry/base/hash.hpp>
#include <tenantry/local_emit/local_emit.hpp>
#include <tenantry/model/platform.hpp>

#include "fill.hpp"
#include "job_times.hpp"
#include "store_program.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::Job;
using blueprint::Store;
using blueprint::Workload;

std::optional<world::HealthSpec> health_of(const Workload& workload) {
    if (!workload.port || workload.health.kind == model::Health::Kind::exit) return std::nullopt;
    world::HealthSpec health{.port = workload.port->number};
    if (workload.health.kind == model::Health::Kind::http) health.path = workload.health.path;
    health.every = workload.health.every;
    health.grace = workload.health.grace;
    return health;
}

// A store serves where it takes connections. Recovering after a crash takes it longer than its start. That it ends is
// noticed without asking, and a question costs PostgreSQL a process: it is asked as often as a container of ECS is by
// default (its HealthCheck: interval 30 s).
world::HealthSpec health_of(const Store& store) {
    return {.port = blueprint::port_of(store.engine).number,
            .path = {},
            .every = std::chrono::seconds(30),
            .grace = std::chrono::minutes(5)};
}

// Time to write down what it has in memory.
constexpr std::chrono::milliseconds storeDrain{60'000};

std::optional<world::BackingSpec> backing_of(const Filling& filling, Index<Store> store) {
    const blueprint::Backing backing{store};
    if (!is_backed(filling.shape().stores[store.at])) return std::nullopt;
    return world::BackingSpec{.name = name_of(filling.shape(), backing),
                              .task = filling.tasks.of(backing).front().placed.name,
                              .port = blueprint::port_of(model::Engine::postgresql).number};
}

std::vector<world::StoreSpec> stores_of(const Filling& filling) {
    std::vector<world::StoreSpec> stores;
    for (std::uint32_t at = 0; at < filling.shape().stores.size(); ++at) {
        const Store& store = filling.shape().stores[at];
        const blueprint::PlacedTask& task = filling.tasks.of(Index<Store>{at}).front().placed;
        world::StoreSpec one{.name = store.name.str(),
                             .engine = std::string(model::to_string(store.engine)),
                             .task = task.name,
                             .uid = task.uid,
                             .port = blueprint::port_of(store.engine).number,
                             .users = {},
                             .backing = backing_of(filling, {at})};
        for (const StoreUser& user : users_of(filling.shape(), {at}))
            one.users.push_back({user.name, std::string(model::to_string(user.access))});
        stores.push_back(std::move(one));
    }
    return stores;
}

template <class Rows>
void add_readers(const Filling& filling, const Rows& rows, std::vector<world::ReaderSpec>& readers) {
    for (std::uint32_t at = 0; at < rows.size(); ++at) {
        const auto tasks = filling.tasks.of(Index<typename Rows::value_type>{at});
        if ((rows[at].stores.empty() && rows[at].secrets.empty()) || tasks.empty()) continue;
        world::ReaderSpec reader{rows[at].name.str(), tasks.front().placed.uid, {}};
        for (const SecretName& name : rows[at].secrets) {
            const auto secret = std::ranges::find(filling.shape().secrets, name, &blueprint::Secret::name);
            reader.secrets.push_back({name.str(), secret->makeBytes.value_or(0)});
        }
        readers.push_back(std::move(reader));
    }
}

// Callees before their callers; calls make no circle (the model checks it).
std::vector<std::string> turns_of(const blueprint::Shape& shape) {
    std::vector<std::string> turns;
    std::vector<bool> taken(shape.workloads.size());
    const auto take = [&](const auto& self, Index<Workload> index) -> void {
        if (taken[index.at]) return;
        taken[index.at] = true;
        for (const blueprint::Allow& allow : shape.allows)
            if (const auto* to = std::get_if<Index<Workload>>(&allow.to);
                to != nullptr && allow.from == blueprint::End(index))
                self(self, *to);
        turns.push_back(shape.workloads[index.at].name.str());
    };
    for (std::uint32_t at = 0; at < shape.workloads.size(); ++at) take(take, {at});
    turns.emplace_back(blueprint::loadBalancerName);
    return turns;
}

std::vector<world::RangeSpec> ranges_of(const Filling& filling) {
    std::vector<world::RangeSpec> ranges;
    for (const Workload& workload : filling.shape().workloads) {
        if (!std::holds_alternative<blueprint::RangeTasks>(workload.scaling)) continue;
        ranges.push_back({workload.name.str(), tasks_min(filling.blueprint, filling.environment, workload).value,
                          tasks_max(filling.blueprint, filling.environment, workload).value,
                          filling.value(workload.cpu).units});
    }
    return ranges;
}

// Of the service that the load balancer asks for `/`.
std::string front_of(const blueprint::Shape& shape) {
    const auto whole = std::ranges::find(shape.entries, "/", [](const auto& entry) { return entry.prefix.str(); });
    return whole == shape.entries.end() ? std::string() : shape.workloads[whole->to.at].name.str();
}

/// What a task is made of, in one digest.
class Parts {
  public:
    explicit Parts(const LocalEnvironment& emitted, std::string folder)
        : emitted_(emitted), folder_(std::move(folder)) {}

    /// Every text below `place`.
    void add_texts(const std::string& place) {
        for (const LocalFile& file : emitted_.files)
            if (file.path.starts_with(folder_ + place)) all_ += blake2b(file.path).hex() + blake2b(file.text).hex();
    }
    void add(const std::string& part) { all_ += blake2b(part).hex(); }
    [[nodiscard]] std::string digest() const { return blake2b(all_).hex(); }

  private:
    const LocalEnvironment& emitted_;
    std::string folder_;
    std::string all_;
};

}  // namespace

world::EnvironmentSpec wanted(const blueprint::Blueprint& blueprint, const blueprint::Environment& environment,
                              const LocalEnvironment& emitted, const std::map<std::string, std::string>& images) {
    const Filling filling{blueprint, environment};
    const std::string folder = "environments/" + environment.name() + "/";
    world::EnvironmentSpec spec{.placement = {blueprint.commons.platform.str(), environment.name()},
                                .ids = {filling.value(filling.shape().uids).first, blueprint::uidsPerEnvironment},
                                .network = emitted.network,
                                .tasks = {},
                                .texts = {},
                                .images = {}};
    const blueprint::Shape& shape = filling.shape();
    for (const LocalTask& task : filling.tasks.all()) {
        world::TaskSpec one{
            .name = task.placed.name, .service = name_of(shape, task.placed.of), .address = task.placed.address};
        one.spare = task.placed.spare;
        one.onLoad = task.placed.onLoad;
        Parts parts(emitted, folder);
        parts.add_texts("tasks/" + one.name + "/");
        parts.add_texts("services/" + one.service + "/");
        const auto add = [&](const std::string& name, const std::string& place) {
            const auto image = images.find(name);
            if (image == images.end()) return;
            parts.add(image->second);
            spec.images.push_back({place, image->second});
        };
        const auto add_image = [&](blueprint::Hole<ImageRef> hole) {
            add(filling.value(hole).str(), image_folder(filling.value(hole)));
        };
        if (const auto* index = std::get_if<Index<Workload>>(&task.placed.of)) {
            const Workload& workload = shape.workloads[index->at];
            one.frontend = workload.tier == model::Tier::frontend;
            if (workload.virtualAddress) one.calledAt = virtual_address(blueprint, environment, workload);
            one.health = health_of(workload);
            one.drain = workload.drain;
            if (workload.image) add_image(*workload.image);
        } else if (const auto* store = std::get_if<Index<Store>>(&task.placed.of)) {
            one.kind = world::TaskKind::store;
            one.health = health_of(shape.stores[store->at]);
            one.drain = storeDrain;
            if (program_of(shape.stores[store->at]).ferretdb) add(ferretdbImage, ferretdbImage);
        } else if (std::holds_alternative<blueprint::Backing>(task.placed.of)) {
            one.kind = world::TaskKind::store;
            one.drain = storeDrain;
        } else if (const auto* job = std::get_if<Index<Job>>(&task.placed.of)) {
            const Job& row = shape.jobs[job->at];
            one.kind = world::TaskKind::job;
            one.job = world::JobSpec{.beforeRelease = row.when == model::Job::When::beforeRelease,
                                     .afterCreate = row.when == model::Job::When::afterCreate,
                                     .timeout = row.timeout,
                                     .repeatable = row.repeatable,
                                     .schedule = schedule_of(row),
                                     .reset = reset_of(shape, *job)};
            add_image(row.image);
        } else {
            one.kind = world::TaskKind::balancer;
        }
        if (one.kind == world::TaskKind::balancer)
            one.descriptors = static_cast<std::uint32_t>(emitted.network.sockets.size());
        one.digest = parts.digest();
        spec.tasks.push_back(std::move(one));
    }
    spec.turns = turns_of(shape);
    spec.ranges = ranges_of(filling);
    spec.front = front_of(shape);
    spec.stores = stores_of(filling);
    add_readers(filling, shape.workloads, spec.readers);
    add_readers(filling, shape.jobs, spec.readers);
    std::ranges::sort(spec.readers, {}, &world::ReaderSpec::name);
    std::ranges::sort(spec.images, {}, &world::ImageSpec::name);
    const auto same = std::ranges::unique(spec.images);
    spec.images.erase(same.begin(), same.end());
    for (const LocalFile& file : emitted.files) spec.texts.push_back({file.path.substr(folder.size()), file.text});
    return spec;
}

}  // namespace tenantry::local_emit

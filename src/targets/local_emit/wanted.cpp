#include <algorithm>

#include <tenantry/base/hash.hpp>
#include <tenantry/local_emit/local_emit.hpp>
#include <tenantry/model/platform.hpp>

#include "fill.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::Workload;

std::optional<world::HealthSpec> health_of(const Workload& workload) {
    if (!workload.port || workload.health.kind == model::Health::Kind::exit) return std::nullopt;
    world::HealthSpec health{.port = workload.port->number};
    if (workload.health.kind == model::Health::Kind::http) health.path = workload.health.path;
    health.every = workload.health.every;
    health.grace = workload.health.grace;
    return health;
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
    for (const LocalTask& task : filling.tasks.all()) {
        const auto* index = std::get_if<Index<Workload>>(&task.placed.of);
        const Workload* workload = index == nullptr ? nullptr : &filling.shape().workloads[index->at];
        world::TaskSpec one{.name = task.placed.name,
                            .service = std::string(workload == nullptr ? blueprint::loadBalancerName
                                                                       : std::string_view(workload->name.str())),
                            .address = task.placed.address};
        Parts parts(emitted, folder);
        parts.add_texts("tasks/" + one.name + "/");
        parts.add_texts("services/" + one.service + "/");
        if (workload != nullptr) {
            one.health = health_of(*workload);
            one.drain = workload->drain;
            if (workload->image)
                if (const auto image = images.find(filling.value(*workload->image).str()); image != images.end()) {
                    parts.add(image->second);
                    spec.images.push_back({image_folder(filling.value(*workload->image)), image->second});
                }
        }
        for (const world::SocketSpec& socket : emitted.network.sockets)
            if (socket.task == one.name) ++one.descriptors;
        one.digest = parts.digest();
        spec.tasks.push_back(std::move(one));
    }
    std::ranges::sort(spec.images, {}, &world::ImageSpec::name);
    const auto same = std::ranges::unique(spec.images);
    spec.images.erase(same.begin(), same.end());
    for (const LocalFile& file : emitted.files) spec.texts.push_back({file.path.substr(folder.size()), file.text});
    return spec;
}

}  // namespace tenantry::local_emit

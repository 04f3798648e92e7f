#include <algorithm>

#include <tenantry/local_emit/local_emit.hpp>

#include "balancer.hpp"
#include "fill.hpp"
#include "frontend.hpp"
#include "manifest.hpp"
#include "network.hpp"
#include "rule_set.hpp"
#include "store_program.hpp"
#include "task_config.hpp"

namespace tenantry::local_emit {

using blueprint::Blueprint;
using blueprint::Environment;
using blueprint::Job;
using blueprint::Shape;
using blueprint::Store;
using blueprint::Workload;

struct WorkloadTemplates {
    TemplateText hosts;
    TemplateText hostConfig, ociConfig;  // by the mode of the image
    std::optional<TemplateText> nginx;
};

struct StoreTemplates {
    TemplateText hosts, config;
    std::vector<StoreText> texts;
};

struct ShapeTemplates {
    TemplateText ruleSet, balancer, balancerHosts, balancerConfig;
    std::vector<WorkloadTemplates> workloads;      // as in the shape, these and those below
    std::vector<StoreTemplates> stores, backings;  // `backings`: empty texts where a store has none
    std::vector<WorkloadTemplates> jobs;
};

namespace {

WorkloadTemplates templates_of(const Shape& shape, const Workload& workload) {
    WorkloadTemplates texts{.hosts = hosts_text(shape, workload.calls, workload.stores),
                            .hostConfig = task_config(shape, workload, ImageMode::host),
                            .ociConfig = task_config(shape, workload, ImageMode::oci),
                            .nginx = {}};
    if (runs_nginx(workload)) texts.nginx = frontend_text(shape, workload);
    return texts;
}

ShapeTemplates templates_of(const Shape& shape) {
    ShapeTemplates texts{.ruleSet = rule_set_text(shape),
                         .balancer = balancer_text(shape),
                         .balancerHosts = hosts_text(shape),
                         .balancerConfig = balancer_config(),
                         .workloads = {},
                         .stores = {},
                         .backings = {},
                         .jobs = {}};
    for (const Workload& workload : shape.workloads) texts.workloads.push_back(templates_of(shape, workload));
    for (std::uint32_t at = 0; at < shape.stores.size(); ++at)
        texts.stores.push_back({hosts_text(shape), task_config(shape.stores[at]), texts_of(shape, Index<Store>{at})});
    for (std::uint32_t at = 0; at < shape.stores.size(); ++at) {
        const Store& store = shape.stores[at];
        texts.backings.push_back(is_backed(store) ? StoreTemplates{hosts_text(shape), backing_config(store),
                                                                   backing_texts(shape, Index<Store>{at})}
                                                  : StoreTemplates{});
    }
    for (const Job& job : shape.jobs)
        texts.jobs.push_back({.hosts = hosts_text(shape, {}, job.stores),
                              .hostConfig = task_config(shape, job, ImageMode::host),
                              .ociConfig = task_config(shape, job, ImageMode::oci),
                              .nginx = {}});
    return texts;
}

class Files {
  public:
    explicit Files(const Filling& filling)
        : filling_(filling), folder_("environments/" + filling.environment.name() + "/") {}

    void add(std::string path, std::string text) { files_.push_back({folder_ + std::move(path), std::move(text)}); }
    void add(std::string path, const TemplateText& text) { add(std::move(path), fill(text, filling_)); }
    void add_config(const LocalTask& task, const TemplateText& text) {
        add("tasks/" + task.placed.name + "/config.json", fill(text, filling_, &task));
    }
    std::vector<LocalFile> take() && {
        std::ranges::sort(files_, {}, &LocalFile::path);
        return std::move(files_);
    }

  private:
    const Filling& filling_;
    std::string folder_;
    std::vector<LocalFile> files_;
};

void add_balancer(Files& files, const Filling& filling, const ShapeTemplates& texts) {
    files.add("services/load-balancer/haproxy.cfg", texts.balancer);
    files.add("services/load-balancer/hosts", texts.balancerHosts);
    for (const LocalTask& task : filling.tasks.of(blueprint::LoadBalancer{}))
        files.add_config(task, texts.balancerConfig);
}

// A store or what is behind it.
void add_store(Files& files, const Filling& filling, const blueprint::End& end, const StoreTemplates& texts) {
    const std::string folder = "services/" + name_of(filling.shape(), end) + "/";
    files.add(folder + "hosts", texts.hosts);
    for (const StoreText& one : texts.texts) files.add(folder + std::string(one.file.str()), one.text);
    for (const LocalTask& task : filling.tasks.of(end)) files.add_config(task, texts.config);
}

// A workload or a job.
void add_tasks(Files& files, const Filling& filling, const blueprint::End& end,
               const std::optional<blueprint::Hole<ImageRef>>& image, const WorkloadTemplates& texts) {
    const std::string folder = "services/" + name_of(filling.shape(), end) + "/";
    files.add(folder + "hosts", texts.hosts);
    if (texts.nginx) files.add(folder + "nginx.conf", *texts.nginx);
    const bool onHost = image && filling.host_image(filling.value(*image)) != nullptr;
    for (const LocalTask& task : filling.tasks.of(end))
        files.add_config(task, onHost ? texts.hostConfig : texts.ociConfig);
}

}  // namespace

LocalFile edge() { return {"edge/nginx.conf", edge_text().literals()}; }

LocalTemplates::LocalTemplates(const Blueprint& blueprint) {
    shapes_.reserve(blueprint.shapes.size());
    for (const Shape& shape : blueprint.shapes) shapes_.push_back(templates_of(shape));
}
LocalTemplates::~LocalTemplates() = default;
LocalTemplates::LocalTemplates(LocalTemplates&&) noexcept = default;
LocalTemplates& LocalTemplates::operator=(LocalTemplates&&) noexcept = default;

LocalEnvironment LocalTemplates::emit(const Blueprint& blueprint, const Environment& environment) const {
    const ShapeTemplates& texts = shapes_[environment.shape.at];
    const Filling filling{blueprint, environment};
    LocalEnvironment result{.network = network(filling), .files = {}};
    Files files(filling);
    files.add("network.json", world::encode(result.network));
    files.add("nftables.json", texts.ruleSet);
    add_balancer(files, filling, texts);
    for (std::uint32_t at = 0; at < texts.workloads.size(); ++at)
        add_tasks(files, filling, Index<Workload>{at}, filling.shape().workloads[at].image, texts.workloads[at]);
    for (std::uint32_t at = 0; at < texts.stores.size(); ++at) {
        add_store(files, filling, Index<Store>{at}, texts.stores[at]);
        if (is_backed(filling.shape().stores[at]))
            add_store(files, filling, blueprint::Backing{{at}}, texts.backings[at]);
    }
    for (std::uint32_t at = 0; at < texts.jobs.size(); ++at)
        add_tasks(files, filling, Index<Job>{at}, filling.shape().jobs[at].image, texts.jobs[at]);
    result.files = std::move(files).take();
    return result;
}

std::vector<LocalFile> emit_all(const Blueprint& blueprint, const Pool& pool) {
    const LocalTemplates templates(blueprint);
    std::vector<LocalEnvironment> environments(blueprint.environments.size());
    pool.each(environments.size(),
              [&](std::size_t at) { environments[at] = templates.emit(blueprint, blueprint.environments[at]); });
    std::vector<LocalFile> files{edge_config(), edge()};
    for (LocalEnvironment& environment : environments) std::ranges::move(environment.files, std::back_inserter(files));
    std::ranges::sort(files, {}, &LocalFile::path);
    files.push_back(manifest(blueprint, files, pool));
    TENANTRY_CHECK(std::ranges::is_sorted(files, {}, &LocalFile::path), "the manifest's path is the last one");
    return files;
}

}  // namespace tenantry::local_emit

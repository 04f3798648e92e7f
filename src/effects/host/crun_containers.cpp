#include <algorithm>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <sys/stat.h>

#include <tenantry/base/hash.hpp>
#include <tenantry/host/crun_containers.hpp>

#include "balancer_socket.hpp"
#include "container.hpp"
#include "files.hpp"
#include "listening.hpp"
#include "places.hpp"
#include "sandbox.hpp"
#include "shared_root.hpp"
#include "task_log.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds edgeDrain{5'000};

constexpr std::chrono::seconds listensWithin(2);
// Of a task that is looked at while it is started.
constexpr std::chrono::seconds beginsWithin(2);
constexpr milliseconds lookEvery(5);

Result<void> await_ports(const world::TaskProcess& process, std::span<const std::uint16_t> ports) {
    const auto until = std::chrono::steady_clock::now() + listensWithin;
    for (const std::uint16_t port : ports)
        while (!listens(process.pid, port)) {
            if (std::chrono::steady_clock::now() > until)
                return fail("it cannot listen on 127.0.0.1:{}: another program does (`ss -ltnp` names it)", port);
            std::this_thread::sleep_for(lookEvery);
        }
    return {};
}

std::vector<std::string> texts_of(std::vector<world::LogLine> lines) {
    std::vector<std::string> texts;
    for (world::LogLine& line : lines) texts.push_back(std::move(line.text));
    return texts;
}

}  // namespace

// Its image's files are those that were stored, or it does not start.
Result<std::optional<ImageRoot>> CrunContainers::image_for(const world::Placement& placement,
                                                           const std::string& task) const {
    const std::string config = TRY(read_small(place_of(placement, task).folder / "config.json"));
    const std::optional<ImageUse> use = TRY(image_used_by(config));
    if (!use) return std::optional<ImageRoot>();
    const auto digest = mounted_image(placement, use->name);
    if (!digest && !use->isRoot) return std::optional<ImageRoot>();  // nothing of it is mounted
    TRY_VOID(digest);
    TRY_VOID(images_.verify(*digest));
    if (!use->isRoot) return std::optional<ImageRoot>();
    const std::string settings = TRY(images_.settings_of(*digest));
    return ImageRoot{TRY(images_.folder_of(*digest)), TRY(settings_of(settings))};
}

Result<world::TaskProcess> CrunContainers::start(const world::Placement& placement, const world::TaskSpec& task) {
    const auto start = [&]() -> Result<world::TaskProcess> {
        ContainerOrder order{
            .digest = task.digest, .release = task.release, .descriptors = {}, .once = task.job.has_value()};
        if (task.descriptors > 0) order.descriptors = TRY(ingress_.descriptors(placement));
        if (order.descriptors.size() != task.descriptors)
            return fail("{} ingress sockets are there and {} are wanted", order.descriptors.size(), task.descriptors);
        order.image = TRY(image_for(placement, task.name));
        const std::shared_lock making(cgroups_);
        return Container(view_.cgroups(), place_of(placement, task.name)).start(order);
    };
    return wrap(start(), "starting {} of {}", task.name, placement.str());
}

Result<void> CrunContainers::stop(const world::Placement& placement, std::string_view task, milliseconds drain) {
    auto stopped = Container(view_.cgroups(), place_of(placement, task)).stop(drain);
    const std::scoped_lock alone(cgroups_);
    view_.cgroups().remove(cgroup_of(placement));
    return wrap(std::move(stopped), "stopping {} of {}", task, placement.str());
}

Result<void> CrunContainers::direct(const world::Placement& placement, std::string_view balancer,
                                    std::span<const world::BehindSpec> behind) {
    const auto process = find(placement, balancer);
    if (!process) return {};
    auto directed = direct_connections(process->pid, behind);
    if (find(placement, balancer) != process) return {};  // it ended meanwhile
    return wrap(std::move(directed), "directing connections of {}", placement.str());
}

Result<bool> CrunContainers::serve_certificate(const world::Placement& placement, std::string_view balancer,
                                               const Secret& pem, const std::string& serial) {
    const auto process = find(placement, balancer);
    if (!process) return false;
    auto served = host::serve_certificate(process->pid, pem, serial);
    if (find(placement, balancer) != process) return false;  // the next one begins with the file
    return wrap(std::move(served), "giving {} of {} its certificate", balancer, placement.str());
}

std::optional<world::TaskProcess> CrunContainers::find(const world::Placement& placement, std::string_view task) {
    return Container(view_.cgroups(), place_of(placement, task)).find();
}

std::optional<world::TaskEnd> CrunContainers::ended(const world::Placement& placement, std::string_view task) {
    return Container(view_.cgroups(), place_of(placement, task)).ended();
}

Result<world::ObservedSandbox> CrunContainers::look(const ContainerPlace& place) {
    const Container container(view_.cgroups(), place);
    const auto process = container.find();
    if (!process) return fail("it does not run");
    if (!container.has_begun(beginsWithin)) return fail("its program has not begun");
    const ProcTexts texts = TRY(read_proc(process->pid));
    // The texts are of this task only if it lived until they were read.
    if (container.find() != process) return fail("it ended meanwhile");
    world::ObservedSandbox seen = TRY(sandbox_of(texts));
    const Cgroups::Limits limits = view_.cgroups().limits(place.cgroup);
    seen.mostProcesses = limits.processes;
    seen.mostMemory = limits.memory;
    return seen;
}

Result<world::ObservedSandbox> CrunContainers::observe(const world::Placement& placement, std::string_view task) {
    auto seen = TRY(wrap(look(place_of(placement, task)), "looking at {} of {}", task, placement.str()));
    // The kernel names a namespace by the inode of its file (namespaces(7)).
    struct stat pinned{};
    const std::string path = fmt::format("{}/{}", world::namespaces_of(placement), task);
    if (stat(path.c_str(), &pinned) == 0) seen.pinnedNetwork = fmt::format("net:[{}]", pinned.st_ino);
    return seen;
}

std::optional<std::chrono::microseconds> CrunContainers::cpu_used(const world::Placement& placement,
                                                                  std::string_view task) {
    return view_.cgroups().cpu_used(place_of(placement, task).cgroup);
}

Result<std::vector<std::string>> CrunContainers::last_lines(const world::Placement& placement, std::string_view task,
                                                            std::size_t count) {
    return texts_of(TRY(last_log_lines(place_of(placement, task).log, {count})));
}

// While a task waits for its next start, its log is that of the run that ended.
Result<std::vector<world::LogLine>> CrunContainers::log_of(const world::Placement& placement, std::string_view task,
                                                           const LogOf& wanted) {
    const std::filesystem::path log = place_of(placement, task).log;
    const bool older = wanted.previous && find(placement, task);
    return last_log_lines(older ? previous_log(log) : log, {wanted.count, wanted.since});
}

std::optional<world::TaskUsage> CrunContainers::usage(const world::Placement& placement, std::string_view task) {
    const ContainerPlace place = place_of(placement, task);
    const auto process = Container(view_.cgroups(), place).find();
    if (!process) return std::nullopt;
    const GroupUsage usage = view_.cgroups().usage(place.cgroup);
    const Cgroups::Limits limits = view_.cgroups().limits(place.cgroup);
    return world::TaskUsage{.placement = placement,
                            .task = std::string(task),
                            .pid = process->pid,
                            .cpuNs = usage.cpuNs,
                            .memory = usage.memory,
                            .mostMemory = limits.memory.value_or(0),
                            .processes = usage.processes,
                            .mostProcesses = limits.processes.value_or(0)};
}

Result<CrunContainers::Written> CrunContainers::written_behind(const world::Placement& placement, std::string_view task,
                                                               std::string_view place) {
    LogPart part = TRY(read_log_behind(place_of(placement, task).log, place));
    return Written{std::move(part.lines), std::move(part.place)};
}

Result<int> CrunContainers::exec(const world::Placement& placement, std::string_view task, const Execution& wanted,
                                 const std::function<Result<void>()>& goesOn) {
    return wrap(Container(view_.cgroups(), place_of(placement, task)).exec(wanted, goesOn), "{} of {}", task,
                placement.str());
}

Result<world::TaskProcess> CrunContainers::run_edge(const EdgeTexts& texts) {
    const auto run = [&]() -> Result<world::TaskProcess> {
        Container edge(view_.cgroups(), edge_place());
        const std::string digest = blake2b(texts.config + '\0' + texts.nginx).hex();
        const auto running = edge.digest();
        if (running && *running != digest) TRY_VOID(edge.stop(edgeDrain));
        const ContainerPlace place = edge_place();
        TRY_VOID(ingress_.prepare());
        // One that runs has these very files mounted: a new file in their place would not be what it sees.
        if (running != digest) {
            TRY_VOID(make_folder(place.folder));
            TRY_VOID(ensure_shared_root(place.shared));
            TRY_VOID(write_whole(place.folder / "config.json", texts.config, 0644));
            TRY_VOID(write_whole(place.folder / "nginx.conf", texts.nginx, 0644));
        }
        const world::TaskProcess process =
            TRY(edge.start({.digest = digest, .release = {}, .descriptors = {}, .relays = true}));
        const auto listening = await_ports(process, texts.ports);
        // Without its ports it would only try again for seconds, and then end.
        if (!listening) TRY_VOID(edge.stop(edgeDrain));
        TRY_VOID(listening);
        return process;
    };
    return wrap(run(), "starting the edge");
}

Result<void> CrunContainers::stop_edge(milliseconds drain) {
    const auto stop = [&]() -> Result<void> {
        const ContainerPlace place = edge_place();
        TRY_VOID(Container(view_.cgroups(), place).stop(drain));
        TRY_VOID(remove_shared_root(place.shared));
        return remove_tree(place.folder);
    };
    return wrap(stop(), "stopping the edge");
}

std::optional<world::TaskProcess> CrunContainers::find_edge() {
    return Container(view_.cgroups(), edge_place()).find();
}

Result<world::ObservedSandbox> CrunContainers::observe_edge() {
    return wrap(look(edge_place()), "looking at the edge");
}

Result<std::vector<world::ObservedSocket>> CrunContainers::observe_sockets(
    const std::optional<world::Placement>& alone) {
    const auto look = [&]() -> Result<std::vector<world::ObservedSocket>> {
        std::vector<std::string> groups{""};
        if (alone) groups = {"daemon", edge_place().cgroup, cgroup_of(*alone)};
        std::vector<Cgroups::Member> members;
        for (const std::string& group : groups)
            std::ranges::move(TRY(view_.cgroups().members(group)), std::back_inserter(members));
        return open_sockets(members);
    };
    return wrap(look(), "looking for sockets of the machine's network");
}

Result<std::vector<std::string>> CrunContainers::last_edge_lines(std::size_t count) {
    return texts_of(TRY(last_log_lines(edge_place().log, {count})));
}

}  // namespace tenantry::host

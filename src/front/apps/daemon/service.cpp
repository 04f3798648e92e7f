#include "service.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/blueprint/state.hpp>
#include <tenantry/host/caller_process.hpp>
#include <tenantry/host/ferretdb.hpp>
#include <tenantry/host/machine_ranges.hpp>
#include <tenantry/host/time_zones.hpp>
#include <tenantry/view/diagnostics.hpp>
#include <tenantry/wire/codec.hpp>
#include <tenantry/world/json.hpp>

namespace tenantry::daemon {
namespace {

using blueprint::Blueprint;
using blueprint::Environment;
using world::EnvironmentSpec;

constexpr std::chrono::milliseconds probesWithin{500};
constexpr std::size_t longestTerminalType = 64;
constexpr std::chrono::seconds logsWithin{1};
constexpr std::chrono::milliseconds logsEvery{50};

Result<const Environment*> find(const Blueprint& blueprint, const std::string& name) {
    const auto found = std::ranges::find(blueprint.environments, name, [](const auto& one) { return one.name(); });
    if (found == blueprint.environments.end()) return fail("there is no environment {}", name);
    return &*found;
}

// It becomes a word of crun's command line.
bool is_terminal_type(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
    return text.size() <= longestTerminalType && text.find_first_not_of(letters) == std::string_view::npos;
}

// Its jobs have times in zones that this machine knows.
Result<void> check_zones(const EnvironmentSpec& spec) {
    for (const world::TaskSpec& task : spec.tasks)
        if (task.job && task.job->schedule)
            TRY_VOID(wrap(host::zone_rules(task.job->schedule->zone, {}, {}), "the job {}", task.service));
    return {};
}

// With FerretDB, which is the machine's own, where a store is run by it.
Result<std::map<std::string, std::string>> images_of(const blueprint::Shape& shape,
                                                     std::map<std::string, std::string> all,
                                                     const host::ImageStore& images) {
    const auto store = std::ranges::find_if(shape.stores, blueprint::is_backed);
    if (store == shape.stores.end()) return all;
    auto digest = host::store_ferretdb(images);
    if (!digest)
        return fail("the store `{}` is of the engine {}, and {}; `make ferretdb` in Tenantry's sources builds it, once",
                    store->name.str(), model::to_string(store->engine), digest.error().text());
    all[local_emit::ferretdbImage] = *std::move(digest);
    return all;
}

Result<void> check_machine(const Platform& platform, const std::vector<std::string>& environments) {
    std::vector<std::string> sorted = environments;
    std::ranges::sort(sorted);
    const MachineRanges ranges = TRY(host::machine_ranges());
    const Diagnostics conflicts = compile::machine_conflicts(*platform.compiled, ranges, sorted);
    if (conflicts.has_errors()) return fail("{}", view::to_text(platform.sources, conflicts, view::Style{}));
    return {};
}

// The release that the images at hand make: its name, for the tasks.
std::string release_name(const std::map<std::string, std::string>& images) {
    std::string all;
    for (const auto& [image, digest] : images) all.append(image).append(" ").append(digest).append("\n");
    return "local-" + blake2b(all).hex().substr(0, 12);
}

std::vector<local_emit::LocalFile> emitted_texts(const std::vector<EnvironmentSpec>& specs) {
    std::vector<local_emit::LocalFile> texts{local_emit::edge_config(), local_emit::edge()};
    for (const EnvironmentSpec& spec : specs)
        for (const world::TextSpec& text : spec.texts)
            texts.push_back({"environments/" + spec.placement.environment + "/" + text.path, text.text});
    return texts;
}

Result<plan::OnViolation> on_violation(const std::string& word) {
    if (word.empty()) return plan::OnViolation::byPlace;
    if (word == "close") return plan::OnViolation::close;
    if (word == "alarm") return plan::OnViolation::alarm;
    return fail("what to do on a violation is `close` or `alarm`");
}

std::string error_text(const Error& error) { return error.text(); }

}  // namespace

/// A platform that was compiled, and the images of the environments that are named: digests by reference.
struct MachineService::Prepared {
    std::shared_ptr<const Platform> platform;
    std::map<std::string, std::string> images;
};

// The digest of an image's files. Where it comes from, the platform's files say alone, whatever was sent.
Result<std::string> MachineService::image_of(const ImageRef& image, const Platform& platform) {
    const blueprint::Commons& commons = platform.compiled->blueprint.commons;
    const bool host = commons.hostImages.contains(image.str()), oci = commons.ociImages.contains(image.str());
    if (!host && !oci) return parts_.ociImages.fetch(image);
    const auto sent = platform.bundle.images.find(image.str());
    if (sent == platform.bundle.images.end()) return fail("the image {} was not sent", image.str());
    if (oci) return wrap(parts_.ociImages.unpack(sent->second), "the image {}", image.str());
    TRY_VOID(wrap(parts_.images.folder_of(sent->second), "the image {}", image.str()));
    return sent->second;
}

// All that may take long, and that nobody else must wait for: a registry, and the unpacking of images.
Result<MachineService::Prepared> MachineService::prepare(const wire::UpRequest& request) {
    if (request.bundle.version != wire::version)
        return fail("tenantry speaks version {} and this daemon {}: install the same of both", request.bundle.version,
                    wire::version);
    if (request.environments.empty()) return fail("no environment is named");
    Prepared prepared{TRY(parts_.platforms.take(request.bundle)), {}};
    const Blueprint& blueprint = prepared.platform->compiled->blueprint;
    const auto& provisional = prepared.platform->compiled->provisional;
    TRY_VOID(check_machine(*prepared.platform, request.environments));
    for (const std::string& name : request.environments) {
        const Environment& environment = *TRY(find(blueprint, name));
        if (std::ranges::find(provisional, name) != provisional.end())
            return fail("{} has no block of addresses in platform.lock yet: `tenantry lock` gives it one", name);
        for (const ImageRef& image : blueprint::images_of(blueprint, environment))
            if (!prepared.images.contains(image.str()))
                prepared.images[image.str()] = TRY(wrap(image_of(image, *prepared.platform), "{}", name));
    }
    return prepared;
}

Result<std::vector<EnvironmentSpec>> MachineService::specs_of(const wire::UpRequest& request,
                                                              const Prepared& prepared) {
    const Platform& platform = *prepared.platform;
    const Blueprint& blueprint = platform.compiled->blueprint;
    const local_emit::LocalTemplates templates(blueprint);
    const std::string release = release_name(prepared.images);
    std::vector<EnvironmentSpec> specs;
    for (const std::string& name : request.environments) {
        const Environment& environment = *TRY(find(blueprint, name));
        const auto images =
            TRY(wrap(images_of(blueprint.shape(environment), prepared.images, parts_.images), "{}", name));
        EnvironmentSpec spec =
            local_emit::wanted(blueprint, environment, templates.emit(blueprint, environment), images);
        TRY_VOID(wrap(check_zones(spec), "{}", name));
        spec.bundle = platform.digest;
        for (world::TaskSpec& task : spec.tasks) task.release = release;
        TRY_VOID(parts_.ociImages.check(spec));
        TRY_VOID(parts_.secrets.prepare(spec));
        specs.push_back(std::move(spec));
    }
    if (const auto violated = TRY(prove(platform, request.environments, emitted_texts(specs))))
        return fail("{}", *violated);
    return specs;
}

// Host names and ids belong to one environment of the machine, whichever platform it is of.
Result<void> MachineService::check_apart(const std::vector<EnvironmentSpec>& specs) const {
    for (const world::EnvironmentStatus& other : parts_.runner.status().environments) {
        const auto running = parts_.runner.spec(other.placement);
        if (!running) continue;
        for (const EnvironmentSpec& spec : specs) {
            if (spec.placement == other.placement) continue;
            if (spec.ids.overlaps(running->ids))
                return fail("{} has the user ids {} to {}, and so has {}: take that down first, or give one of the two "
                            "platforms a new lock",
                            spec.placement.str(), spec.ids.first, spec.ids.first + spec.ids.count - 1,
                            other.placement.str());
            for (const world::SocketSpec& socket : spec.network.sockets)
                for (const world::SocketSpec& taken : running->network.sockets)
                    if (socket.path == taken.path)
                        return fail("{} is a host of {} already", socket.host, other.placement.str());
        }
    }
    return {};
}

wire::Answer MachineService::up(const wire::UpRequest& request, const api::Caller& caller) {
    wire::Answer answer;
    const auto apply = [&]() -> Result<void> {
        const plan::OnViolation onViolation = TRY(on_violation(request.onViolation));
        const Prepared prepared = TRY(prepare(request));
        const std::scoped_lock lock(asking_);
        std::vector<EnvironmentSpec> specs = TRY(specs_of(request, prepared));
        TRY_VOID(check_apart(specs));
        const std::shared_ptr<void> kept = TRY(parts_.edge.start());
        for (EnvironmentSpec& spec : specs) {
            answer.placements.push_back(spec.placement);
            TRY_VOID(parts_.runner.up(std::move(spec), caller.str(), onViolation));
        }
        return {};
    };
    if (const auto done = apply(); !done) answer.error = error_text(done.error());
    return answer;
}

// One that is down and keeps data is known too.
bool MachineService::is_known(const world::Placement& placement) const {
    const world::Status status = parts_.runner.status();
    return std::ranges::find(status.environments, placement, &world::EnvironmentStatus::placement) !=
           status.environments.end();
}

wire::Answer MachineService::down(const wire::DownRequest& request, const api::Caller& caller) {
    const std::scoped_lock lock(asking_);
    wire::Answer answer;
    const auto apply = [&]() -> Result<void> {
        if (request.version != wire::version)
            return fail("tenantry speaks version {} and this daemon {}: install the same of both", request.version,
                        wire::version);
        for (const world::Placement& placement : request.placements)
            if (!is_known(placement)) return fail("{} does not run here", placement.str());
        for (const world::Placement& placement : request.placements) {
            answer.placements.push_back(placement);
            TRY_VOID(parts_.runner.down(placement, caller.str(), request.destroyData));
        }
        return {};
    };
    if (const auto done = apply(); !done) answer.error = error_text(done.error());
    return answer;
}

world::Status MachineService::status(std::uint64_t after, std::chrono::milliseconds wait) {
    return parts_.runner.status_after(after, wait);
}

wire::ImageAnswer MachineService::store_image(const std::vector<wire::ImageFile>& files) {
    std::vector<host::ImageFile> own;
    own.reserve(files.size());
    for (const wire::ImageFile& file : files) own.push_back({file.path, file.executable, file.bytes});
    auto stored = parts_.images.store(own);
    if (!stored) return {.digest = {}, .error = error_text(stored.error())};
    return {.digest = *std::move(stored), .error = {}};
}

bool MachineService::has_image(const std::string& digest) {
    return parts_.images.folder_of(digest).has_value() || parts_.ociImages.has(digest);
}

wire::Applied MachineService::applied(const std::string& platform) {
    const auto read = [&]() -> Result<std::string> {
        std::map<std::string, std::vector<std::string>> environments;  // by bundle
        for (const world::EnvironmentStatus& one : parts_.runner.status().environments) {
            const auto spec = parts_.runner.spec(one.placement);
            if (spec && one.placement.platform == platform && one.phase != "absent")
                environments[spec->bundle].push_back(one.placement.environment);
        }
        std::vector<blueprint::State> parts;
        for (const auto& [bundle, names] : environments) {
            const auto compiled = TRY(parts_.platforms.find(bundle));
            parts.push_back(blueprint::state_of(compile::only(compiled->compiled->blueprint, names)));
        }
        return parts.empty() ? std::string() : blueprint::to_text(blueprint::joined(std::move(parts)));
    };
    auto state = read();
    if (!state) return {.state = {}, .error = error_text(state.error())};
    return {.state = *std::move(state), .error = {}};
}

wire::Observed MachineService::observe(const world::Placement& placement) {
    const auto read = [&]() -> Result<wire::Observed> {
        const auto spec = parts_.runner.spec(placement);
        if (!spec) return fail("{} does not run here", placement.str());
        wire::Observed observed;
        const world::ObservedNetwork network = TRY(parts_.network.observe(placement));
        for (local_emit::LocalFile& file : TRY(observed_texts(*spec, network, parts_.containers, parts_.stores)))
            observed.texts.emplace(std::move(file.path), std::move(file.text));
        return observed;
    };
    auto observed = read();
    if (!observed) return {.texts = {}, .error = error_text(observed.error())};
    return *std::move(observed);
}

wire::Observed MachineService::observe_machine() {
    auto texts = machine_texts(parts_.containers);
    if (!texts) return {.texts = {}, .error = error_text(texts.error())};
    wire::Observed observed;
    for (local_emit::LocalFile& file : *texts) observed.texts.emplace(std::move(file.path), std::move(file.text));
    return observed;
}

wire::Logs MachineService::logs(const world::Placement& placement, const std::string& task,
                                const wire::LogsWanted& wanted) {
    // The place first: a line that comes in between is told twice rather than never.
    auto end = parts_.containers.written_behind(placement, task, "");
    host::CrunContainers::LogOf log{.count = wanted.lines, .previous = wanted.previous};
    if (wanted.since > 0) log.since = wanted.since;
    auto read = parts_.containers.log_of(placement, task, log);
    if (!read || !end) return {.lines = {}, .place = {}, .error = error_text(read ? end.error() : read.error())};
    return {.lines = *std::move(read), .place = end->place, .error = {}};
}

wire::Logs MachineService::logs_behind(const world::Placement& placement, const std::string& task,
                                       const std::string& place) {
    const auto until = std::chrono::steady_clock::now() + logsWithin;
    while (true) {
        auto part = parts_.containers.written_behind(placement, task, place);
        if (!part) return {.lines = {}, .place = {}, .error = error_text(part.error())};
        if (!part->lines.empty() || std::chrono::steady_clock::now() > until)
            return {.lines = std::move(part->lines), .place = std::move(part->place), .error = {}};
        std::this_thread::sleep_for(logsEvery);
    }
}

wire::Usage MachineService::usage() {
    wire::Usage answer;
    answer.usage.atNs = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
    for (const world::EnvironmentStatus& one : parts_.runner.status().environments)
        for (const world::TaskStatus& task : one.tasks)
            if (task.pid != 0)
                if (auto usage = parts_.containers.usage(one.placement, task.name))
                    answer.usage.tasks.push_back(*std::move(usage));
    return answer;
}

wire::Events MachineService::events(std::uint64_t after, std::chrono::milliseconds wait) {
    auto happened = parts_.runner.events_after(after, wait);
    return {.events = std::move(happened.records), .last = happened.last, .error = {}};
}

wire::ExecAnswer MachineService::exec(const wire::ExecRequest& request, const api::Caller& caller) {
    const auto run = [&]() -> Result<int> {
        if (request.command.empty()) return fail("no program is named");
        if (!is_known(request.placement)) return fail("{} does not run here", request.placement.str());
        const host::CallerProcess process = TRY(host::CallerProcess::open(caller.pid));
        if (!is_terminal_type(request.terminalType)) return fail("TERM is no name of a terminal's type");
        host::Execution wanted{
            .argv = request.command, .stdio = {}, .terminal = -1, .terminalType = request.terminalType};
        std::vector<host::Descriptor> taken;
        const auto take = [&](int theirs) -> Result<int> {
            if (theirs < 0) return -1;
            return taken.emplace_back(TRY(process.descriptor(theirs))).number();
        };
        for (std::size_t at = 0; at < wanted.stdio.size(); ++at) wanted.stdio[at] = TRY(take(request.descriptors[at]));
        wanted.terminal = TRY(take(request.terminal));
        // Not its arguments: they may hold what nobody else shall read.
        TRY_VOID(parts_.runner.note(request.placement,
                                    fmt::format("{} runs in {}", request.command.front(), request.task), caller.str()));
        const auto goes_on = [&]() -> Result<void> {
            if (ending_) return fail("the daemon is ending");
            return process.lives() ? Result<void>() : fail("whoever asked for it has ended");
        };
        return parts_.containers.exec(request.placement, request.task, wanted, goes_on);
    };
    auto code = run();
    if (!code) return {.code = 0, .error = error_text(code.error())};
    return {.code = *code, .error = {}};
}

wire::ProbeAnswer MachineService::probe(const wire::ProbeRequest& request) {
    const auto ask = [&]() -> Result<std::vector<bool>> {
        if (!parts_.runner.spec(request.placement)) return fail("{} does not run here", request.placement.str());
        if (grammar::label(request.task)) return fail("the name of a task is missing");
        std::vector<host::NamespaceProbe::Target> targets;
        for (const wire::ProbeTarget& target : request.targets) {
            const auto address = Ipv4::parse(target.address);
            if (!address) return fail("{} is no IPv4 address", target.address);
            const auto source = Ipv4::parse(target.source);
            if (!source && !target.source.empty()) return fail("{} is no IPv4 address", target.source);
            targets.push_back({*address, target.port, source});
        }
        return parts_.probe.arrivals(request.placement, request.task, targets, probesWithin);
    };
    auto arrived = ask();
    if (!arrived) return {.arrived = {}, .error = error_text(arrived.error())};
    return {.arrived = *std::move(arrived), .error = {}};
}

wire::Authority MachineService::authority() { return {.certificate = parts_.authority.ca_certificate(), .error = {}}; }

wire::JobAnswer MachineService::run_job(const wire::JobRequest& request, const api::Caller& caller) {
    const std::scoped_lock lock(asking_);
    const auto run = [&]() -> Result<std::uint64_t> {
        if (request.version != wire::version)
            return fail("tenantry speaks version {} and this daemon {}: install the same of both", request.version,
                        wire::version);
        if (grammar::label(request.job)) return fail("the name of a job is missing");
        return parts_.runner.run_job(request.placement, request.job, request.reset, caller.str());
    };
    const auto number = run();
    if (!number) return {.run = 0, .error = error_text(number.error())};
    return {.run = *number, .error = {}};
}

Result<void> MachineService::tidy() {
    std::set<std::string> bundles, images;
    for (const world::EnvironmentStatus& one : parts_.runner.status().environments)
        if (const auto spec = parts_.runner.spec(one.placement)) {
            bundles.insert(spec->bundle);
            for (const world::ImageSpec& image : spec->images) images.insert(image.digest);
        }
    TRY_VOID(parts_.platforms.keep_only(bundles));
    return parts_.images.keep_only(images);
}

}  // namespace tenantry::daemon

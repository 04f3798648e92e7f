// `up`, `down`, `status`: what shall run, and what does.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include <unistd.h>

#include <tenantry/blueprint/place.hpp>
#include <tenantry/compile/plan.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/view/status.hpp>
#include <tenantry/world/selector.hpp>

#include "applied.hpp"
#include "kept_secrets.hpp"
#include "live_commands.hpp"
#include "live_progress.hpp"
#include "machine.hpp"

namespace tenantry::apps {
namespace {

using world::EnvironmentStatus;

constexpr std::chrono::milliseconds pollFor{1000};

}  // namespace

bool is_settled(const EnvironmentStatus& one) {
    return one.phase == "up" || one.phase == "failed" || one.phase == "closed" || one.phase == "absent";
}

void pace(const world::Status& all) {
    constexpr std::chrono::milliseconds each{2}, longest{250};
    std::this_thread::sleep_for(
        std::min(each * static_cast<int>(std::min<std::size_t>(all.environments.size(), 1000)), longest));
}

// Environments of the platform that any selector means; each must mean one.
Result<std::vector<std::string>> chosen_environments(const blueprint::Blueprint& blueprint, const LiveOptions& own) {
    std::set<std::string> chosen;
    for (const std::string& text : own.selectors) {
        const world::Selector selector = TRY(world::Selector::parse(text));
        if (selector.names_task()) return fail("{}: environments go up and down whole; leave the service out", text);
        const std::size_t before = chosen.size();
        bool any = false;
        for (const blueprint::Environment& environment : blueprint.environments)
            if (selector.matches(environment.name())) any = true, chosen.insert(environment.name());
        if (!any && before == chosen.size())
            return fail("{} means no environment of {}", text, blueprint.commons.platform.str());
    }
    return std::vector<std::string>(chosen.begin(), chosen.end());
}

namespace {

std::string program_of(const std::string& reference) {
    std::string name = reference.substr(reference.rfind('/') + 1);
    return name.substr(0, name.find_first_of(":@"));
}

// Where an image lies beneath the platform's folder, and the name that a single file gets; nothing: in a registry.
struct Local {
    std::string path, name;
};
std::optional<Local> local_image(const blueprint::Commons& commons, const std::string& reference) {
    if (const auto host = commons.hostImages.find(reference); host != commons.hostImages.end())
        return Local{host->second.str(), program_of(reference)};
    if (const auto oci = commons.ociImages.find(reference); oci != commons.ociImages.end())
        return Local{oci->second.str(), "image.tar"};
    return std::nullopt;
}

// Reads the images of this machine that these environments use, and sends those that the daemon has not.
Result<std::map<std::string, std::string>> send_images(Session& session, client::Client& daemon,
                                                       const std::vector<std::string>& environments) {
    const blueprint::Blueprint& blueprint = session.compiled()->blueprint;
    std::set<std::string> used;
    for (const blueprint::Environment& environment : blueprint.environments)
        if (std::ranges::binary_search(environments, environment.name()))
            for (const ImageRef& image : blueprint::images_of(blueprint, environment)) used.insert(image.str());
    std::map<std::string, std::string> digests;
    for (const std::string& reference : used) {
        const auto local = local_image(blueprint.commons, reference);
        if (!local) continue;  // the daemon fetches it
        const auto own = TRY(wrap(host::read_image(session.workspace(), local->path, local->name),
                                  "the image {} (targets.local.images)", reference));
        std::string digest = host::image_digest(own);
        if (!TRY(daemon.has_image(digest))) {
            std::vector<wire::ImageFile> files;
            for (const host::ImageFile& file : own) files.push_back({file.path, file.executable, file.bytes});
            digest = TRY(daemon.store_image(files));
        }
        digests.emplace(reference, std::move(digest));
    }
    return digests;
}

// `up` deletes nothing; what the file has no more it names, with what takes it away.
Result<void> name_those_no_more(const blueprint::Blueprint& blueprint, client::Client& daemon) {
    const std::string& platform = blueprint.commons.platform.str();
    for (const EnvironmentStatus& one : TRY(daemon.status()).environments) {
        const std::string& name = one.placement.environment;
        if (one.placement.platform != platform || one.phase == "absent") continue;
        const auto is_it = [&](const blueprint::Environment& has) { return has.name() == name; };
        if (std::ranges::any_of(blueprint.environments, is_it)) continue;
        std::fputs(fmt::format("note: {0} runs here, and the platform's files have it no more: `tenantry down {0}` "
                               "takes it away\n",
                               name)
                       .c_str(),
                   stderr);
    }
    return {};
}

Result<wire::Bundle> bundle_of(Session& session) {
    wire::Bundle bundle;
    const Sources& sources = session.sources();
    bundle.files.emplace("platform.yaml", sources.text(session.inputs().files.platform));
    for (const SourceId id : session.inputs().files.tenants) bundle.files.emplace(sources.name(id), sources.text(id));
    if (!session.inputs().lock) return fail("there is no platform.lock: `tenantry lock` writes it");
    bundle.lock = std::string(sources.text(*session.inputs().lock));
    return bundle;
}

// A tree of so many environments with their tasks fits a screen.
constexpr std::size_t mostWithTasks = 4;

/// Shows how placements go on: a tree that is written anew on a terminal, else a line for each change.
class Progress {
  public:
    Progress(const Options& options, view::Style style) : quiet_(options.json), style_(style) {
        live_ = !quiet_ && isatty(STDOUT_FILENO) == 1;
    }

    void show(const world::Status& status) {
        if (quiet_) return;
        if (live_) {
            std::string text;
            for (std::size_t i = 0; i < lines_; ++i) text += "\x1b[1A\x1b[2K";
            lines_ = 0;
            text += view::status_text(status, status.environments.size() <= mostWithTasks, style_);
            lines_ = static_cast<std::size_t>(std::ranges::count(text, '\n'));
            write(text);
            return;
        }
        for (const EnvironmentStatus& one : status.environments) {
            std::string& last = last_[one.placement.str()];
            if (last == one.phase + one.why) continue;
            last = one.phase + one.why;
            write(view::progress_line(one, style_));
        }
    }

  private:
    static void write(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
    bool quiet_, live_ = false;
    view::Style style_;
    std::size_t lines_ = 0;
    std::map<std::string, std::string> last_;
};

// Until every placement is where it was asked to go, or has given up. Those that the daemon no longer knows are absent.
Result<world::Status> follow(client::Client& daemon, const std::vector<world::Placement>& placements, bool up,
                             Progress& progress) {
    std::uint64_t version = 0;
    while (true) {
        const world::Status all = TRY(daemon.status(version, version == 0 ? std::chrono::milliseconds(0) : pollFor));
        version = all.version;
        world::Status own{version, {}};
        for (const world::Placement& placement : placements) {
            const auto found = std::ranges::find(all.environments, placement, &EnvironmentStatus::placement);
            own.environments.push_back(found != all.environments.end()
                                           ? *found
                                           : EnvironmentStatus{.placement = placement, .phase = "absent"});
        }
        progress.show(own);
        const auto there = [&](const EnvironmentStatus& one) { return up ? is_settled(one) : one.phase == "absent"; };
        if (std::ranges::all_of(own.environments, there)) return own;
        pace(all);
    }
}

// What a saved plan changes, if it is the plan that would be made now; nothing, and diagnostics, where it is not.
Result<std::optional<std::vector<std::string>>> planned_environments(Session& session, client::Client& daemon,
                                                                     const std::string& file) {
    const std::filesystem::path whole(file);
    const auto folder = TRY(host::Workspace::open(whole.has_parent_path() ? whole.parent_path().string() : "."));
    const auto source = folder.read(whole.filename().string(), session.sources(), session.diagnostics());
    const auto saved = source ? compile::read_plan(session.sources(), *source, session.diagnostics()) : std::nullopt;
    if (!saved) return std::nullopt;
    const auto running = TRY(find_running(session, daemon));
    if (!running) return std::nullopt;
    const compile::Plan plan = compile::make_plan(*session.compiled(), running->state);
    const auto from = compile::fingerprint(session.sources(), session.inputs(), "", running->text);
    const compile::SavedPlan now = compile::saved_plan(plan, "local", from);
    if (!compile::check_fresh(*saved, now, *source, session.diagnostics())) return std::nullopt;
    std::vector<std::string> environments;
    for (const compile::SavedPlan::Row& row : now.rows) {
        if (row.change == blueprint::Change::remove)
            return fail("the plan removes {}, which `up` never does: `tenantry down {}` first, and plan again",
                        row.environment, row.environment);
        environments.push_back(row.environment);
    }
    return environments;
}

// `NET-5: ...` where a claim is why it did not come up.
bool is_claim(std::string_view why) {
    const std::size_t colon = why.find(':');
    return colon != std::string_view::npos && verify::claim_from_string(why.substr(0, colon)).has_value();
}

Exit end_of(const world::Status& status, bool up) {
    Exit exit = Exit::done;
    for (const EnvironmentStatus& one : status.environments) {
        if (one.phase == (up ? "up" : "absent") && (up || one.why.empty())) continue;
        if (!up && one.phase == "absent") continue;
        if (exit != Exit::claim) exit = is_claim(one.why) ? Exit::claim : Exit::failed;
    }
    return exit;
}

void print_json(const Options& options, std::string_view command, const world::Status& status) {
    if (!options.json) return;
    JsonText json;
    json.object().member("version", jsonVersion).member("command", command);
    view::status_json(status, json);
    json.end();
    const std::string text = std::move(json).take();
    std::fwrite(text.data(), 1, text.size(), stdout);
}

Exit finish(const Options& options, const LiveOptions& own, client::Client& daemon, const wire::Answer& answer, bool up,
            view::Style style) {
    if (own.detach) return Exit::done;
    Progress progress(options, style);
    const auto status = follow(daemon, answer.placements, up, progress);
    if (!status) return report(status.error());
    print_json(options, up ? "up" : "down", *status);
    return end_of(*status, up);
}

Exit refused(const Error& error) {
    const std::string& text = error.text();
    return report(error, is_claim(text) ? Exit::claim : Exit::failed);
}

// `up release.plan`: no selector holds a dot.
LiveOptions with_plan(LiveOptions own) {
    if (own.selectors.size() != 1 || own.selectors[0].find('.') == std::string::npos) return own;
    own.plan = own.selectors[0];
    own.selectors = {"*"};
    return own;
}

}  // namespace

Result<world::Status> follow_up(const Options& options, client::Client& daemon,
                                const std::vector<world::Placement>& placements, view::Style style) {
    Progress progress(options, style);
    return follow(daemon, placements, true, progress);
}

Exit up(const Options& options, const LiveOptions& words) {
    const LiveOptions own = with_plan(words);
    return with_platform(options, "up", [&](Session& session) {
        auto environments = chosen_environments(session.compiled()->blueprint, own);
        if (!environments) return report(environments.error(), Exit::usage);
        session.count_beyond_local();
        auto bundle = bundle_of(session);
        if (!bundle) return report(bundle.error(), Exit::badInput);
        auto daemon = client::Client::connect(own.socket);
        if (!daemon) return report(daemon.error());
        auto missing = missing_secrets(session, *daemon, *environments);
        if (!missing) return report(missing.error());
        session.diagnostics().append(*std::move(missing));
        if (session.diagnostics().has_errors()) return refuse(session, "up");
        if (!own.plan.empty()) {
            auto planned = planned_environments(session, *daemon, own.plan);
            if (!planned) return report(planned.error());
            if (!*planned) return refuse(session, "up");
            environments = **std::move(planned);
            if (environments->empty()) return finish(options, own, *daemon, {}, true, session.style());
        }
        auto images = send_images(session, *daemon, *environments);
        if (!images) return report(images.error());
        bundle->images = *std::move(images);
        session.print("");
        if (own.plan.empty() && own.selectors == std::vector<std::string>{"*"})
            if (const auto named = name_those_no_more(session.compiled()->blueprint, *daemon); !named)
                return report(named.error());
        const auto answer = daemon->up({*std::move(bundle), *environments, own.onViolation});
        if (!answer) return refused(answer.error());
        return finish(options, own, *daemon, *answer, true, session.style());
    });
}

namespace {

// Data cannot be brought back: who destroys it writes the name of what it is of.
Result<void> confirm(const std::vector<Chosen>& chosen) {
    for (const Chosen& one : chosen) {
        const std::string& name = one.environment.placement.environment;
        std::fprintf(stderr, "What the stores of %s hold will be destroyed. Write its name to go on: ", name.c_str());
        std::string line;
        if (!std::getline(std::cin, line) || line != name)
            return fail("{} was not written: nothing is destroyed, nothing taken down", name);
    }
    return {};
}

}  // namespace

Exit down(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto status = daemon->status();
    if (!status) return report(status.error());
    const auto chosen = choose(options, own, *status);
    if (!chosen) return report(chosen.error());
    if (own.destroyData)
        if (const auto sure = confirm(*chosen); !sure) return report(sure.error());
    wire::DownRequest request;
    request.destroyData = own.destroyData;
    for (const Chosen& one : *chosen) request.placements.push_back(one.environment.placement);
    const auto answer = daemon->down(request);
    if (!answer) return report(answer.error());
    return finish(options, own, *daemon, *answer, false, Session(options).style());
}

Exit status(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const view::Style style = Session(options).style();
    const auto choice = Choice::of(own);
    if (!choice) return report(choice.error(), Exit::usage);
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    std::uint64_t version = 0;
    do {
        auto status = daemon->status(version, version == 0 ? std::chrono::milliseconds(0) : pollFor);
        if (!status) return report(status.error());
        const bool isNew = status->version != version;
        version = status->version;
        std::erase_if(status->environments, [&](const auto& one) { return !choice->has(one.placement); });
        print_json(options, "status", *status);
        if (options.json || (own.watch && !isNew && !terminal)) continue;
        std::string text = view::status_text(*status, own.tasks || own.watch, style);
        if (own.watch && terminal) text = "\x1b[H\x1b[2J" + text;
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
        if (own.watch) pace(*status);
    } while (own.watch);
    return Exit::done;
}

}  // namespace tenantry::apps

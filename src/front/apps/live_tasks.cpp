// `exec`, `open`, `trust`: one task or environment that runs.

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include <unistd.h>

#include <tenantry/view/status.hpp>
#include <tenantry/world/selector.hpp>

#include "live_commands.hpp"
#include "output.hpp"
#include "streams.hpp"
#include "terminal.hpp"

namespace tenantry::apps {
namespace {

void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

// The platform of the folder, where there is one.
std::optional<std::string> platform_here(const Options& options) {
    Session session(options);
    if (!session.compile() || !session.compiled()) return std::nullopt;
    return session.compiled()->model.platform.name.str();
}

}  // namespace

Result<std::string> platform_of(const Options& options, const LiveOptions& own, const world::Status& status) {
    if (!own.platform.empty()) return own.platform;
    if (auto here = platform_here(options)) return *std::move(here);
    std::set<std::string> running;
    for (const world::EnvironmentStatus& one : status.environments) running.insert(one.placement.platform);
    if (running.empty()) return fail("nothing runs on this machine");
    if (running.size() > 1) return fail("several platforms run on this machine: name one with `--platform`");
    return *running.begin();
}

namespace {

Result<Chosen> choose_one(const Options& options, const LiveOptions& own, client::Client& daemon) {
    const world::Status status = TRY(daemon.status());
    LiveOptions one = own;
    one.selectors = {own.one};
    std::vector<Chosen> chosen = TRY(choose(options, one, status));
    if (chosen.size() > 1)
        return fail("{} means {} and {}: choose one", own.one, chosen[0].environment.placement.environment,
                    chosen[1].environment.placement.environment);
    return std::move(chosen.front());
}

}  // namespace

Result<std::vector<Chosen>> choose(const Options& options, const LiveOptions& own, const world::Status& status) {
    const std::string platform = TRY(platform_of(options, own, status));
    std::vector<Chosen> chosen;
    for (const std::string& text : own.selectors) {
        const world::Selector selector = TRY(world::Selector::parse(text));
        bool any = false;
        for (const world::EnvironmentStatus& one : status.environments) {
            if (one.placement.platform != platform || !selector.matches(one.placement.environment)) continue;
            Chosen row{one, {}};
            for (const world::TaskStatus& task : one.tasks)
                if (selector.matches_task(task.service, task.name)) row.tasks.push_back(task);
            if (selector.names_task() && row.tasks.empty()) continue;
            any = true;
            const bool known = std::ranges::any_of(
                chosen, [&](const Chosen& other) { return other.environment.placement == one.placement; });
            if (!known) chosen.push_back(std::move(row));
        }
        if (!any) return fail("{} means nothing of {} that runs; `tenantry status` lists it", text, platform);
    }
    return chosen;
}

std::string json_head(std::string_view command) {
    JsonText json;
    json.object(Layout::line).member("version", jsonVersion).member("command", command).end();
    return std::move(json).take();
}

namespace {

Exit exec_in_terminal(client::Client& daemon, wire::ExecRequest request) {
    auto terminal = Terminal::open();
    if (!terminal) return report(terminal.error());
    if (const char* type = std::getenv("TERM"); type != nullptr) request.terminalType = type;
    request.terminal = terminal->begin();
    const auto done = daemon.exec(request);
    terminal->end();
    return done ? static_cast<Exit>(done->code) : report(done.error());
}

}  // namespace

Exit exec(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto chosen = choose_one(options, own, *daemon);
    if (!chosen) return report(chosen.error());
    if (chosen->tasks.empty()) return report(Error("no task is named: TENANT/STAGE/SERVICE or TENANT/STAGE/TASK"));
    wire::ExecRequest request{
        .placement = chosen->environment.placement, .task = chosen->tasks.front().name, .command = own.command};
    if (own.terminal) return exec_in_terminal(*daemon, std::move(request));
    auto streams = Streams::open({.input = own.interactive, .kept = options.json});
    if (!streams) return report(streams.error());
    request.descriptors = streams->begin();
    const auto done = daemon->exec(request);
    const std::string output = streams->end();
    if (!done) return report(done.error());
    if (options.json) {
        JsonText json;
        json.object().member("version", jsonVersion).member("command", "exec");
        json.member("task", chosen->tasks.front().name).member("code", done->code).member("output", output).end();
        write(std::move(json).take());
    }
    return static_cast<Exit>(done->code);
}

Exit open(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto chosen = choose_one(options, own, *daemon);
    if (!chosen) return report(chosen.error());
    if (chosen->environment.hosts.empty())
        return report(
            Error(chosen->environment.placement.environment + " has no host: no service of it is a frontend"));
    const std::string url = view::url_of(chosen->environment.hosts.front());
    if (options.json) {
        JsonText json;
        json.object().member("version", jsonVersion).member("command", "open").member("url", url).end();
        write(std::move(json).take());
        return Exit::done;
    }
    write(url + "\n");
    const bool desktop = std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
    if (desktop) execl("/usr/bin/xdg-open", "xdg-open", url.c_str(), nullptr);  // only comes back where there is none
    return Exit::done;
}

Exit trust(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto authority = daemon->authority();
    if (!authority) return report(authority.error());
    if (!own.out.empty()) {
        if (const auto written = write_file(own.out, authority->certificate); !written) return report(written.error());
        if (!options.quiet)
            write(fmt::format("{} holds the certificate of this machine's authority.\n"
                              "For curl: `curl --cacert {}`. For this machine's programs, as root: copy it to\n"
                              "/usr/local/share/ca-certificates/tenantry.crt and run update-ca-certificates.\n"
                              "For a browser: import it under \"Authorities\". It signs for this machine alone.\n",
                              own.out, own.out));
        return Exit::done;
    }
    if (options.json) {
        JsonText json;
        json.object().member("version", jsonVersion).member("command", "trust");
        json.member("certificate", authority->certificate).end();
        write(std::move(json).take());
    } else {
        write(authority->certificate);
    }
    return Exit::done;
}

namespace {

Result<world::Status> settled_status(client::Client& daemon, const std::string& platform) {
    constexpr std::chrono::seconds longest{30};
    const auto until = std::chrono::steady_clock::now() + longest;
    for (world::Status status = TRY(daemon.status());;) {
        std::erase_if(status.environments, [&](const auto& one) { return one.placement.platform != platform; });
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0 || std::ranges::all_of(status.environments, is_settled)) return status;
        pace(status);
        status = TRY(daemon.status(status.version, std::min(left, std::chrono::milliseconds(1000))));
    }
}

}  // namespace

Result<std::vector<local_emit::LocalFile>> live_texts(const std::string& socket, const std::string& platform) {
    client::Client daemon = TRY(client::Client::connect(socket));
    std::map<std::string, std::string> all;
    for (const world::EnvironmentStatus& one : TRY(settled_status(daemon, platform)).environments) {
        if (one.phase == "absent") continue;
        const wire::Observed observed = TRY(daemon.observe(one.placement));
        all.insert(observed.texts.begin(), observed.texts.end());
    }
    if (all.empty()) return fail("nothing of {} runs on this machine", platform);
    all.merge(TRY(daemon.observe_machine()).texts);
    std::vector<local_emit::LocalFile> texts;
    for (auto& [path, text] : all) texts.push_back({path, std::move(text)});
    return texts;
}

}  // namespace tenantry::apps

// `logs`, `exec`, `open`, `trust`: one task or environment that runs.

#include <algorithm>
#include <set>
#include <thread>

#include <unistd.h>

#include <tenantry/view/status.hpp>
#include <tenantry/world/selector.hpp>

#include "live_commands.hpp"
#include "output.hpp"

namespace tenantry::apps {
namespace {

// The daemon takes 64 connections at one time.
constexpr std::size_t mostFollowed = 32;

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

namespace {

struct LogOf {
    world::Placement placement;
    std::string task;
    std::string prefix;  ///< whose line it is, where there are several
    std::string place;
};

void write_lines(const LogOf& log, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += log.prefix + view::printable(line) + "\n";
    write(text);
}

// Until the daemon ends, or this program. Each log has a thread and a connection of its own.
void follow_log(const std::string& socket, LogOf log) {
    auto daemon = client::Client::connect(socket);
    while (daemon) {
        const auto part = daemon->logs_behind(log.placement, log.task, log.place);
        if (!part) return;
        log.place = part->place;
        write_lines(log, part->lines);
    }
}

std::vector<LogOf> logs_of(const std::vector<Chosen>& chosen) {
    std::vector<LogOf> logs;
    for (const Chosen& one : chosen)
        for (const world::TaskStatus& task : one.tasks) logs.push_back({one.environment.placement, task.name, {}, {}});
    if (logs.size() > 1)
        for (LogOf& log : logs) log.prefix = fmt::format("{}/{}: ", log.placement.environment, log.task);
    return logs;
}

}  // namespace

Exit logs(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto status = daemon->status();
    if (!status) return report(status.error());
    const auto chosen = choose(options, own, *status);
    if (!chosen) return report(chosen.error());
    std::vector<LogOf> logs = logs_of(*chosen);
    if (own.follow && logs.size() > mostFollowed)
        return report(
            Error(fmt::format("{} logs are too many to follow: choose {} at most", logs.size(), mostFollowed)));
    JsonText json;
    json.object().member("version", jsonVersion).member("command", "logs").key("tasks").array();
    for (LogOf& log : logs) {
        const auto lines = daemon->logs(log.placement, log.task, own.lines);
        if (!lines) return report(lines.error());
        log.place = lines->place;
        if (!options.json) {
            write_lines(log, lines->lines);
            continue;
        }
        json.object().member("environment", log.placement.environment).member("task", log.task).key("lines").array();
        for (const std::string& line : lines->lines) json.value(line);
        json.end().end();
    }
    if (options.json) write(std::move(json.end().end()).take());
    if (!own.follow || options.json) return Exit::done;
    std::vector<std::jthread> following;
    for (LogOf& log : logs) following.emplace_back(follow_log, own.socket, std::move(log));
    return Exit::done;
}

Exit exec(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto chosen = choose_one(options, own, *daemon);
    if (!chosen) return report(chosen.error());
    if (chosen->tasks.empty()) return report(Error("no task is named: TENANT/STAGE/SERVICE or TENANT/STAGE/TASK"));
    const auto done = daemon->exec(
        {.placement = chosen->environment.placement, .task = chosen->tasks.front().name, .command = own.command});
    if (!done) return report(done.error());
    if (options.json) {
        JsonText json;
        json.object().member("version", jsonVersion).member("command", "exec");
        json.member("task", chosen->tasks.front().name).member("code", done->code).member("output", done->output).end();
        write(std::move(json).take());
    } else {
        write(done->output);
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

Result<std::vector<local_emit::LocalFile>> live_texts(const std::string& socket, const std::string& platform) {
    client::Client daemon = TRY(client::Client::connect(socket));
    std::map<std::string, std::string> all;
    for (const world::EnvironmentStatus& one : TRY(daemon.status()).environments) {
        if (one.placement.platform != platform || one.phase == "absent") continue;
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

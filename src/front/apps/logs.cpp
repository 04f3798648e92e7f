// `logs`: what tasks wrote.

#include <algorithm>
#include <thread>

#include <tenantry/base/instant_text.hpp>

#include "live_commands.hpp"
#include "since.hpp"

namespace tenantry::apps {
namespace {

// The daemon takes 64 connections at one time.
constexpr std::size_t mostFollowed = 32;

constexpr std::size_t defaultLines = 100;

struct LogOf {
    world::Placement placement;
    std::string task;
    std::string place;
};

std::vector<LogOf> logs_of(const std::vector<Chosen>& chosen) {
    std::vector<LogOf> logs;
    for (const Chosen& one : chosen)
        for (const world::TaskStatus& task : one.tasks) logs.push_back({one.environment.placement, task.name, {}});
    return logs;
}

/// How a line is shown: as it was written, with whose it is where there are several tasks, or as an object.
struct LineForm {
    bool json = false, times = false, names = false;

    [[nodiscard]] std::string operator()(const LogOf& of, const world::LogLine& line) const {
        if (json) return object(of, line);
        std::string text = times ? view::printable(line.time) + "  " : "";
        if (names) text += fmt::format("{}/{}: ", of.placement.environment, of.task);
        return text + view::printable(line.text) + "\n";
    }

  private:
    static std::string object(const LogOf& of, const world::LogLine& line) {
        JsonText json;
        json.object(Layout::line).member("time", line.time).member("environment", of.placement.environment);
        json.member("task", of.task).member("stream", line.stream).member("text", line.text).end();
        return std::move(json).take();
    }
};

void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

// Until the daemon ends, or this program. Each log has a thread and a connection of its own.
void follow_log(const std::string& socket, LogOf log, LineForm form) {
    auto daemon = client::Client::connect(socket);
    while (daemon) {
        const auto part = daemon->logs_behind(log.placement, log.task, log.place);
        if (!part) return;
        log.place = part->place;
        std::string text;
        for (const world::LogLine& line : part->lines) text += form(log, line);
        if (!text.empty()) write(text);
    }
}

// What is there of all logs, by time; each log's own order is kept.
Result<std::string> read_logs(client::Client& daemon, std::vector<LogOf>& logs, const wire::LogsWanted& wanted,
                              const LineForm& form) {
    std::vector<std::pair<std::int64_t, std::string>> lines;
    for (LogOf& log : logs) {
        const wire::Logs read = TRY(daemon.logs(log.placement, log.task, wanted));
        log.place = read.place;
        std::int64_t at = 0;
        for (const world::LogLine& line : read.lines)
            lines.emplace_back(at = std::max(at, epoch_ms(line.time).value_or(at)), form(log, line));
    }
    std::ranges::stable_sort(lines, {}, &std::pair<std::int64_t, std::string>::first);
    std::string text;
    for (const auto& [at, line] : lines) text += line;
    return text;
}

Result<wire::LogsWanted> wanted_of(const LiveOptions& own) {
    const std::int64_t since = TRY(since_of(own.since));
    const std::size_t lines = own.lines.value_or(since == 0 ? defaultLines : wire::mostLines);
    return wire::LogsWanted{.lines = lines, .since = since, .previous = own.previous};
}

}  // namespace

Exit logs(const Options& options, const LiveOptions& own) {
    const auto wanted = wanted_of(own);
    if (!wanted) return report(wanted.error(), Exit::usage);
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
    const LineForm form{.json = options.json, .times = own.times, .names = logs.size() > 1};
    const auto read = read_logs(*daemon, logs, *wanted, form);
    if (!read) return report(read.error());
    write((options.json ? json_head("logs") : "") + *read);
    if (!own.follow) return Exit::done;
    std::vector<std::jthread> following;
    for (LogOf& log : logs) following.emplace_back(follow_log, own.socket, std::move(log), form);
    return Exit::done;
}

}  // namespace tenantry::apps

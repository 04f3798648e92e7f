#include <algorithm>
#include <utility>

#include <tenantry/view/status.hpp>

#include "paint.hpp"
#include "words.hpp"

namespace tenantry::view {
namespace {

using world::EnvironmentStatus;
using world::TaskStatus;

// The edge's port on this machine (docs/local-files.md).
constexpr int edgePort = 8443;

Color color_of(const std::string& phase) {
    if (phase == "up" || phase == "ready" || phase == "finished") return Color::green;
    if (phase == "failed" || phase == "closed" || phase == "waiting") return Color::red;
    return Color::yellow;
}

bool is_at_rest(const TaskStatus& task) { return task.phase == "finished" || task.phase == "scheduled"; }

// `5 of 6 tasks ready`; jobs count while they run.
std::string ready_text(const EnvironmentStatus& environment) {
    const auto ready = std::ranges::count(environment.tasks, "ready", &TaskStatus::phase);
    const auto all = std::ranges::count_if(environment.tasks, [](const TaskStatus& task) { return !is_at_rest(task); });
    return fmt::format("{} of {} ready", ready, counted(static_cast<std::size_t>(all), "task"));
}

// `api 3 (2..6)`
std::string range_text(const world::RangeStatus& range) {
    return fmt::format("{} {} ({}..{})", range.service, range.tasks, range.least, range.most);
}

// Padded before it is painted: the bytes of a colour take no room.
std::string phase_text(const std::string& phase, const Paint& paint) {
    return paint(color_of(phase), fmt::format("{:<12}", phase));
}

// When it runs, and how its last run ended.
void append_times(std::string& out, const world::TimesStatus& times, const Paint& paint) {
    out += fmt::format("    {}{}", times.resets ? "reset " : "", times.schedule);
    if (!times.next.empty()) out += ", next " + times.next;
    out += "\n";
    if (!times.passedOver.empty()) out += fmt::format("    {}\n", paint(Color::red, "no run at " + times.passedOver));
    if (times.runs.empty()) return;
    const world::RunStatus& last = times.runs.back();
    const std::string text = run_text(last);
    out += fmt::format("    {}\n", last.ended && !last.well ? paint(Color::red, text) : text);
}

void append_task(std::string& out, const TaskStatus& task, const Paint& paint) {
    out += fmt::format("  {:<22} {} {:>7}", task.name, phase_text(task.phase, paint),
                       is_at_rest(task) ? "" : time_text(task.forMs));
    if (task.pid != 0) out += fmt::format("  pid {}", task.pid);
    if (task.starts > 1) out += fmt::format("  start {}", task.starts);
    out += "\n";
    if (!task.why.empty()) out += fmt::format("    {}\n", paint(Color::red, printable(task.why)));
    if (task.times) append_times(out, *task.times, paint);
}

}  // namespace

std::string run_text(const world::RunStatus& run) {
    std::string text = fmt::format("run {} of {}", run.number, run.dueAt.empty() ? run.began : run.dueAt);
    if (!run.ended) return text + " goes on";
    text += run.well ? " ended well" : " failed";
    if (run.tookMs > 0) text += " after " + time_text(run.tookMs);
    return text + ": " + printable(run.how);
}

void run_json(const world::RunStatus& run, JsonText& json) {
    json.object(Layout::line)
        .member("number", run.number)
        .member("began", run.began)
        .member("dueAt", run.dueAt)
        .member("ended", run.ended)
        .member("tookMs", run.tookMs)
        .member("well", run.well)
        .member("how", run.how)
        .end();
}

namespace {

void times_json(const world::TimesStatus& times, JsonText& json) {
    json.key("times")
        .object(Layout::line)
        .member("schedule", times.schedule)
        .member("resets", times.resets)
        .member("next", times.next)
        .member("passedOver", times.passedOver)
        .key("runs")
        .array(Layout::line);
    for (const world::RunStatus& run : times.runs) run_json(run, json);
    json.end().end();
}

}  // namespace

std::string url_of(const std::string& host) { return fmt::format("https://{}:{}", host, edgePort); }

std::string time_text(std::int64_t milliseconds) {
    if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
    const std::int64_t seconds = milliseconds / 1000;
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{} min", seconds / 60);
    if (seconds < 86'400) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} d", seconds / 86'400);
}

std::string status_text(const world::Status& status, bool tasks, const Style& style) {
    const Paint paint(style.color);
    if (status.environments.empty()) return "Nothing runs on this machine.\n";
    std::string out, platform;
    for (const EnvironmentStatus& environment : status.environments) {
        if (environment.placement.platform != platform) {
            platform = environment.placement.platform;
            out += fmt::format("{}\n", paint(Color::bold, platform));
        }
        out += fmt::format("{:<24} {} {:>7}  {}", environment.placement.environment,
                           phase_text(environment.phase, paint), time_text(environment.forMs), ready_text(environment));
        for (const world::RangeStatus& range : environment.ranges) out += "  " + range_text(range);
        if (!environment.hosts.empty()) out += "  " + url_of(environment.hosts.front());
        out += "\n";
        if (!environment.why.empty()) out += fmt::format("  {}\n", paint(Color::red, printable(environment.why)));
        if (tasks)
            for (const TaskStatus& task : environment.tasks) append_task(out, task, paint);
    }
    return out;
}

std::string progress_line(const EnvironmentStatus& environment, const Style& style) {
    const Paint paint(style.color);
    std::string line =
        fmt::format("{:<24} {}", environment.placement.environment, phase_text(environment.phase, paint));
    if (environment.phase == "up")
        line += fmt::format(" after {}  {}", time_text(environment.tookMs),
                            environment.hosts.empty() ? "" : url_of(environment.hosts.front()));
    else if (!environment.tasks.empty())
        line += " " + ready_text(environment);
    if (!environment.why.empty()) line += "\n  " + paint(Color::red, printable(environment.why));
    return line + "\n";
}

void status_json(const world::Status& status, JsonText& json) {
    json.key("environments").array();
    for (const EnvironmentStatus& environment : status.environments) {
        json.object();
        json.member("platform", environment.placement.platform)
            .member("environment", environment.placement.environment)
            .member("phase", environment.phase)
            .member("forMs", environment.forMs)
            .member("tookMs", environment.tookMs)
            .member("block", environment.block)
            .member("why", environment.why);
        json.key("urls").array();
        for (const std::string& host : environment.hosts) json.value(url_of(host));
        json.end().key("tasks").array();
        for (const TaskStatus& task : environment.tasks) {
            json.object(Layout::line)
                .member("name", task.name)
                .member("service", task.service)
                .member("phase", task.phase)
                .member("forMs", task.forMs)
                .member("pid", task.pid)
                .member("starts", task.starts)
                .member("why", task.why);
            if (task.times) times_json(*task.times, json);
            json.end();
        }
        json.end().key("ranges").array();
        for (const world::RangeStatus& range : environment.ranges)
            json.object(Layout::line)
                .member("service", range.service)
                .member("tasks", range.tasks)
                .member("min", range.least)
                .member("max", range.most)
                .end();
        json.end().end();
    }
    json.end();
}

}  // namespace tenantry::view

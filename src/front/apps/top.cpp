// `top`: what tasks take of the machine.

#include <thread>

#include <sys/ioctl.h>
#include <unistd.h>

#include <tenantry/base/instant_text.hpp>
#include <tenantry/view/top.hpp>

#include "live_commands.hpp"

namespace tenantry::apps {
namespace {

constexpr std::chrono::milliseconds mostInterval = std::chrono::minutes(1);

view::LoadOrder order_of(const std::string& word) {
    if (word == "memory") return view::LoadOrder::memory;
    if (word == "pids") return view::LoadOrder::processes;
    return word == "name" ? view::LoadOrder::name : view::LoadOrder::cpu;
}

Result<std::chrono::milliseconds> interval_of(const std::string& text) {
    const auto ms = duration_ms(text);
    if (!ms || *ms == 0 || *ms > mostInterval.count()) return fail("--interval takes `1s` to `60s`");
    return std::chrono::milliseconds(*ms);
}

Result<world::Usage> usage_of(client::Client& daemon, const Choice& choice) {
    world::Usage usage = TRY(daemon.usage());
    std::erase_if(usage.tasks, [&](const auto& task) { return !choice.has_task(task.placement, task.task); });
    return usage;
}

// Lines that the terminal shows above the one where the cursor comes to stand; 0 where it does not say.
std::size_t rows_of_terminal() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row - 1U : 0;
}

void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

std::string json_of(const std::vector<view::EnvironmentLoad>& loads, std::int64_t overNs) {
    JsonText json;
    json.object().member("version", jsonVersion).member("command", "top").member("overMs", overNs / 1'000'000);
    view::top_json(loads, json);
    json.end();
    return std::move(json).take();
}

}  // namespace

Exit top(const Options& options, const LiveOptions& own) {
    const auto interval = interval_of(own.interval);
    const auto choice = Choice::of(own);
    if (!interval || !choice) return report(interval ? choice.error() : interval.error(), Exit::usage);
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const view::Style style = Session(options).style();
    const bool goesOn = isatty(STDOUT_FILENO) == 1 && !options.json && !own.once;
    auto before = usage_of(*daemon, *choice);
    do {
        if (!before) return report(before.error());
        std::this_thread::sleep_for(*interval);
        auto now = usage_of(*daemon, *choice);
        if (!now) return report(now.error());
        const auto loads = view::loads_of(*before, *now, order_of(own.order));
        if (options.json)
            write(json_of(loads, now->atNs - before->atNs));
        else
            write((goesOn ? "\x1b[H\x1b[2J" : "") + view::top_text(loads, style, goesOn ? rows_of_terminal() : 0));
        before = std::move(now);
    } while (goesOn);
    return Exit::done;
}

}  // namespace tenantry::apps

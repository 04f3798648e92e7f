// `events`: what happened on this machine.

#include <utility>

#include <tenantry/base/instant_text.hpp>
#include <tenantry/view/events.hpp>

#include "live_commands.hpp"
#include "since.hpp"

namespace tenantry::apps {
namespace {

constexpr std::chrono::milliseconds pollFor{1000};

bool is_meant(const Choice& choice, const world::EventRecord& event, std::int64_t since) {
    if (epoch_ms(event.at).value_or(0) < since) return false;
    return choice.has_task(event.placement, event.task);
}

}  // namespace

Exit events(const Options& options, const LiveOptions& own) {
    const auto since = since_of(own.since);
    const auto choice = Choice::of(own);
    if (!since || !choice) return report(since ? choice.error() : since.error(), Exit::usage);
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const view::Style style = Session(options).style();
    std::string text = options.json ? json_head("events") : "";
    std::uint64_t last = 0;
    std::chrono::milliseconds wait{0};
    do {
        const auto answer = daemon->events(last, std::exchange(wait, pollFor));
        if (!answer) return report(answer.error());
        last = answer->last;
        for (const world::EventRecord& event : answer->events)
            if (is_meant(*choice, event, *since))
                text += options.json ? view::event_json(event) : view::event_text(event, style);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
        text.clear();
    } while (own.follow);
    return Exit::done;
}

}  // namespace tenantry::apps

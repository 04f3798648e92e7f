#include <algorithm>
#include <array>

#include <tenantry/base/json_text.hpp>
#include <tenantry/view/events.hpp>

#include "paint.hpp"

namespace tenantry::view {
namespace {

constexpr std::array<std::string_view, 2> good{"up", "job finished"};
constexpr std::array<std::string_view, 8> bad{"failed",
                                              "closing",
                                              "closed",
                                              "job failed",
                                              "task ended",
                                              "task did not start",
                                              "task did not stop",
                                              "task failed its health checks"};

std::string what_text(const std::string& what, const Paint& paint) {
    if (std::ranges::find(good, what) != good.end()) return paint(Color::green, printable(what));
    if (std::ranges::find(bad, what) != bad.end()) return paint(Color::red, printable(what));
    return printable(what);
}

}  // namespace

std::string event_text(const world::EventRecord& event, const Style& style) {
    const Paint paint(style.color);
    std::string where = event.placement.environment;
    if (!event.task.empty()) where += "/" + event.task;
    std::string line = fmt::format("{}  {:<32} {}", printable(event.at), where, what_text(event.what, paint));
    if (!event.by.empty()) line += " by " + printable(event.by);
    if (!event.why.empty()) line += ": " + printable(event.why);
    return line + "\n";
}

std::string event_json(const world::EventRecord& event) {
    JsonText json;
    json.object(Layout::line).member("time", event.at).member("platform", event.placement.platform);
    json.member("environment", event.placement.environment).member("task", event.task).member("what", event.what);
    json.member("why", event.why).member("by", event.by).member("inLedger", event.inLedger).end();
    return std::move(json).take();
}

}  // namespace tenantry::view

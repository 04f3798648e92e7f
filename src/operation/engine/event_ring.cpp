#include "event_ring.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include <tenantry/base/utf8_text.hpp>

namespace tenantry::engine {
namespace {

namespace json = boost::json;
namespace is = plan::task_event;

// A reason may hold what a program wrote.
constexpr std::size_t mostReason = 1'000;

std::string text_of(const json::object& entry, std::string_view name) {
    const json::value* value = entry.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(*text);
}

// `local/lend/acme/production`
std::optional<world::Placement> placement_of(const std::string& text) {
    const std::size_t first = text.find('/');
    const std::size_t second = first == std::string::npos ? first : text.find('/', first + 1);
    if (second == std::string::npos) return std::nullopt;
    return world::Placement{text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

const TaskRow* row_of(const Change& change, const std::string& id) {
    const auto found = change.tasks.find(id);
    return found == change.tasks.end() || !found->second ? nullptr : &*found->second;
}

// Three failed checks in a row stop a task.
bool is_replaced(const TaskRow& row) { return row.state.phase == plan::TaskPhase::stopping; }

}  // namespace

void EventRing::add(world::EventRecord record) {
    record.number = ++last_;
    record.why = as_short_utf8(record.why, mostReason);
    records_.push_back(std::move(record));
    if (records_.size() > most) records_.pop_front();
}

void EventRing::add_entry(const std::string& body) {
    json::error_code error;
    const json::value parsed = json::parse(body, error);
    const json::object* entry = error ? nullptr : parsed.if_object();
    if (entry == nullptr) return;
    auto placement = placement_of(text_of(*entry, "placement"));
    if (!placement) return;
    add({.at = text_of(*entry, "at"),
         .placement = *std::move(placement),
         .task = text_of(*entry, "task"),
         .what = text_of(*entry, "what"),
         .why = text_of(*entry, "why"),
         .by = text_of(*entry, "by"),
         .inLedger = true});
}

void EventRing::add(const Event& event, const Change& change, const std::string& wall) {
    if (auto record = of_task(event, change)) {
        record->at = wall;
        record->placement = event.placement;
        record->task = event.task;
        add(*std::move(record));
    }
    for (const std::string& body : change.transition.ledger) add_entry(body);
}

std::optional<world::EventRecord> EventRing::of_task(const Event& event, const Change& change) {
    const auto* of = std::get_if<plan::TaskEvent>(&event.body);
    const std::string id = id_of(event.placement, event.task);
    const TaskRow* row = of == nullptr ? nullptr : row_of(change, id);
    if (row == nullptr) return std::nullopt;
    const auto told = [](const char* what, const std::string& why) {
        return world::EventRecord{.at = {}, .placement = {}, .task = {}, .what = what, .why = why, .by = {}};
    };
    if (std::holds_alternative<is::Started>(*of))
        return fallen_.erase(id) != 0 ? std::optional(told("task started again", "")) : std::nullopt;
    if (const auto* failed = std::get_if<is::StopFailed>(of)) return told("task did not stop", failed->why);
    if (row->spec.job) return std::nullopt;  // how it ended is in the ledger
    if (const auto* ended = std::get_if<is::Ended>(of)) {
        fallen_.insert(id);
        return told("task ended", ended->how);
    }
    if (const auto* failed = std::get_if<is::StartFailed>(of)) {
        fallen_.insert(id);
        return told("task did not start", failed->why);
    }
    if (const auto* unhealthy = std::get_if<is::Unhealthy>(of); unhealthy != nullptr && is_replaced(*row)) {
        fallen_.insert(id);
        return told("task failed its health checks", unhealthy->why);
    }
    return std::nullopt;
}

std::vector<world::EventRecord> EventRing::behind(std::uint64_t number) const {
    const auto first = std::ranges::upper_bound(records_, number, {}, &world::EventRecord::number);
    return {first, records_.end()};
}

}  // namespace tenantry::engine

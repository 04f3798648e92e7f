#pragma once

#include <string>

#include <tenantry/view/diagnostics.hpp>
#include <tenantry/world/event_record.hpp>

namespace tenantry::view {

/// A line: when, where, what, and why. What a program wrote of it is escaped.
std::string event_text(const world::EventRecord& event, const Style& style);

/// The same as a JSON object in a line.
std::string event_json(const world::EventRecord& event);

}  // namespace tenantry::view

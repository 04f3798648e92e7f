#pragma once

#include <string>

#include <tenantry/base/json_text.hpp>
#include <tenantry/view/diagnostics.hpp>
#include <tenantry/world/status.hpp>

namespace tenantry::view {

/// A block of lines for each environment: its phase and how long it is in it, its addresses in a browser, its trouble;
/// with `tasks` a line for each of its tasks.
std::string status_text(const world::Status& status, bool tasks, const Style& style);

/// One environment in one line: what `up` and `down` say of it as they go on.
std::string progress_line(const world::EnvironmentStatus& environment, const Style& style);

/// Member `environments`.
void status_json(const world::Status& status, JsonText& json);

/// `run 3 of 2026-11-29T01:00:00Z ended well after 3 s: exit code 0`
std::string run_text(const world::RunStatus& run);
/// One object.
void run_json(const world::RunStatus& run, JsonText& json);

/// `https://acme.lend.localhost:8443`
std::string url_of(const std::string& host);

/// `40 ms`, `12 s`, `3 min`, `2 h`, `5 d`: rounded down to one unit.
std::string time_text(std::int64_t milliseconds);

}  // namespace tenantry::view

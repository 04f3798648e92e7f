#pragma once

#include <optional>
#include <span>
#include <string>

#include "command.hpp"

namespace tenantry::apps {

/// What `--machine` means: `this` machine's ranges, `none` (nobody looks), or ranges written with commas.
Result<std::optional<MachineRanges>> machine_of(const std::string& word);
Exit report_machine(const Error& error, const std::string& word);

/// Tells which blocks the machine uses itself; the exit where one does, so that the command must stop.
std::optional<Exit> refuse_machine(Session& session, std::string_view command, const std::string& word,
                                   std::optional<std::span<const std::string>> only = {});

}  // namespace tenantry::apps

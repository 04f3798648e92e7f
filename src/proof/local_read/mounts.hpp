#pragma once

#include <optional>
#include <string_view>

#include "json_fields.hpp"

namespace tenantry::local_read {

/// The text of the output folder that a task sees at `path`: what the last mount over it brings. A file that is not
/// ours is not understood; one that should be ours and is not there is a diagnostic. Nothing in both cases.
std::optional<SourceId> mounted_text(const Scope& scope, const Object& root, std::string_view path);

}  // namespace tenantry::local_read

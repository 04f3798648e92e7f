#pragma once

#include <compare>
#include <string>

namespace tenantry {

/// Where something stands in the platform's model, seen from one environment: `services.api.tasks`. A path, not a span,
/// so that many environments share what carries it; `model::locate` gives file and line.
struct ModelPath {
    std::string text;
    auto operator<=>(const ModelPath&) const = default;
};

}  // namespace tenantry

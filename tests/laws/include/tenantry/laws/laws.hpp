#pragma once

// What holds of the whole pure thread, whatever the texts are. A law that is broken is returned as text for people;
// empty: all hold.

#include <optional>
#include <string>
#include <string_view>

#include <tenantry/laws/output.hpp>
#include <tenantry/laws/slots.hpp>

namespace tenantry::laws {

struct Outcome {
    std::string broken;
    std::optional<std::vector<local_emit::LocalFile>> files;  ///< where it compiled and is small enough to emit
};

/// Compiles a packed platform. Nothing is compiled exactly when there are errors; what is said points into the texts
/// and shows no control character. What compiled and is small is emitted twice alike, read back wholly, and its claims
/// hold.
Outcome run(std::string_view packed);

/// Any bytes in any scalar give a diagnostic or change that token alone.
std::string broken_by_scalar(const Slot& slot, std::string_view bytes);

/// Any YAML in the place of any scalar.
std::string broken_by_yaml(const Slot& slot, std::string_view yaml);

}  // namespace tenantry::laws

#pragma once

#include <optional>

#include "json_fields.hpp"

namespace tenantry::local_read {

struct Translation {
    verify::Translate action;
    bool exact = true;  ///< false: for some numbers there is no target, and the rule then does nothing
};

/// The object of a `dnat` statement: an address, or one by a random or counting number. Nothing where it is anything
/// else.
std::optional<Translation> read_dnat(const Node& statement);

}  // namespace tenantry::local_read

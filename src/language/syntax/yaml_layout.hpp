#pragma once

#include <string>
#include <string_view>

#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// What `format_yaml` gives, not read back yet. `tree` was read from `text`.
std::string laid_out(std::string_view text, const Tree& tree);

}  // namespace tenantry::syntax

#pragma once

#include <cstddef>
#include <string_view>

#include <tenantry/base/diagnostic.hpp>

namespace tenantry::syntax {

/// What libyaml says when it gives up, with its marks as byte offsets into the source.
struct YamlProblem {
    std::string_view problem;
    std::string_view context;
    std::size_t at = 0;
    std::size_t contextAt = 0;
};

/// libyaml's words as a diagnostic: which mistake it is, the place to change, and what to write.
Diagnostic explain(const YamlProblem& problem, const Sources& sources, SourceId id);

}  // namespace tenantry::syntax

#include "words.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/syntax/codes.hpp>

namespace tenantry::syntax {

Span WordCursor::character() const {
    if (at_end()) return span(at, at);
    return span(at, at + std::max<std::size_t>(utf8_length(text.substr(at)), 1));
}

bool WordCursor::count_word() {
    if (++words_ <= limits_.nodes) return true;
    return refuse(code::tooManyNodes, character(),
                  fmt::format("The text holds more than {} words; reading ended here.", limits_.nodes), {});
}

bool WordCursor::check_depth(std::size_t depth) const {
    if (depth <= limits_.depth) return true;
    return refuse(code::tooDeep, character(),
                  fmt::format("Here begins level {}; at most {} are read.", depth, limits_.depth), {});
}

}  // namespace tenantry::syntax

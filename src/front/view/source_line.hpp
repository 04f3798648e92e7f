#pragma once

#include <cstddef>
#include <string>

#include <tenantry/base/source.hpp>

#include "paint.hpp"

namespace tenantry::view {

/// Width of the line's number: what stands before the bar.
std::size_t source_gutter(const Sources& sources, Span at);

/// The line that holds a span, with its number, and carets under the span; a long one is cut around it. Nothing where
/// the source is empty.
void append_source_line(std::string& out, const Sources& sources, Span at, Color carets, const Paint& paint);

}  // namespace tenantry::view

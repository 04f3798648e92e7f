#pragma once

#include <string>
#include <string_view>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// False and a diagnostic where the text is longer than the limit.
bool check_size(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics);

/// False and a diagnostic at the first place where the bytes are no UTF-8 or hold what a person cannot see: control
/// characters but tab and line ends, U+2028 and U+2029 (line ends to libyaml, to few editors), a carriage return alone.
bool check_visible(const Sources& sources, SourceId id, Diagnostics& diagnostics);

/// The diagnostic for bytes at `offset` that begin no UTF-8 sequence.
void refuse_bytes(const Sources& sources, SourceId id, std::size_t offset, Diagnostics& diagnostics);

/// A text of the input as a message may show it: at most 60 code points, control characters as `\\xHH`.
std::string shown(std::string_view text);

/// UTF-8's byte order mark, which may begin a YAML or JSON text (YAML 1.2 5.2; RFC 8259 8.1 lets a reader ignore it).
inline constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";

}  // namespace tenantry::syntax

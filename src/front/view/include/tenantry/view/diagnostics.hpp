#pragma once

#include <string>
#include <string_view>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/json_text.hpp>
#include <tenantry/base/source.hpp>

namespace tenantry::view {

/// How text for a person is written.
struct Style {
    bool color = false;
    std::size_t most = 20;  ///< diagnostics that are shown; the rest is counted
};

/// Text from a file as a terminal may show it: control characters, bytes that are no UTF-8, and characters that change
/// the direction of writing (Unicode TR 9) become U+FFFD, tabs a space. One code point stays one.
std::string printable(std::string_view text);

/// Each diagnostic with its code, place, line, caret and help, errors first; then how many there are. Empty when there
/// are none.
std::string to_text(const Sources& sources, const Diagnostics& diagnostics, const Style& style);

/// An array of objects: code, severity, summary, file, line, column, endLine, endColumn, detail, help, notes.
void write_json(const Sources& sources, const Diagnostics& diagnostics, JsonText& json);

/// Everything that is fixed about a code.
std::string explain(const CodeInfo& code);
void explain(const CodeInfo& code, JsonText& json);

/// `FILE:LINE:COLUMN` of the first byte of a span.
std::string place(const Sources& sources, Span at);

}  // namespace tenantry::view

#pragma once

// Lexers of the two configuration languages that the local target writes. They know words, quotes and comments, not
// what any directive means: that is the readers' business.

#include <optional>
#include <string>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// One word of a configuration, quotes and escapes resolved.
struct Word {
    std::string text;
    Span at;
    bool quoted = false;
};

/// A directive of nginx: `name arguments;` or `name arguments { block }`.
struct NginxDirective {
    std::vector<Word> words;            ///< the name first; never empty
    std::vector<NginxDirective> block;  ///< empty for a simple directive
    bool hasBlock = false;
};

/// The lexical rules of nginx 1.22's ngx_conf_read_token: quotes, backslash, `${name}` kept as text, `#` comments.
/// Block directives with foreign contents (lua) are not known. Nothing is returned after a diagnostic.
std::optional<std::vector<NginxDirective>> parse_nginx(const Sources& sources, SourceId id, const Limits& limits,
                                                       Diagnostics& diagnostics);

/// A line of HAProxy's configuration: its words (configuration manual 2.2 "Quoting and escaping"). Variables in double
/// quotes are kept as text.
struct HaproxyLine {
    std::vector<Word> words;  ///< never empty
};

/// The lines that hold words, in order. Nothing is returned after a diagnostic.
std::optional<std::vector<HaproxyLine>> parse_haproxy(const Sources& sources, SourceId id, const Limits& limits,
                                                      Diagnostics& diagnostics);

}  // namespace tenantry::syntax

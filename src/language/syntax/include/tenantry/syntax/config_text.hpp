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
    bool quoted = false;    ///< nginx: in quotes; HAProxy: a part of it is
    bool variable = false;  ///< HAProxy: holds `$name` in double quotes, whose value is not known here
};

/// A directive of nginx: `name arguments;` or `name arguments { block }`.
struct NginxDirective {
    std::vector<Word> words;            ///< the name first; never empty
    std::vector<NginxDirective> block;  ///< empty for a simple directive
    bool hasBlock = false;
};

/// The lexical rules of nginx 1.22's ngx_conf_read_token: quotes, backslash, `${name}` kept as text, `#` comments.
/// Block directives with foreign contents (lua) are not known; nginx's limit of 4096 bytes a word is not applied. The
/// bytes must be UTF-8 without control characters. Nothing is returned after a diagnostic.
std::optional<std::vector<NginxDirective>> parse_nginx(const Sources& sources, SourceId id, const Limits& limits,
                                                       Diagnostics& diagnostics);

/// A line of HAProxy's configuration: its words (configuration manual 2.2 "Quoting and escaping"; 64 at most).
/// Variables in double quotes are kept as they stand. An empty quoted word at the end of a line is kept: HAProxy drops
/// it, which means the same to it.
struct HaproxyLine {
    std::vector<Word> words;  ///< never empty
};

/// The lines that hold words, in order; the last one must end with a line feed (HAProxy refuses others as truncated).
/// The bytes must be UTF-8 without control characters. Nothing is returned after a diagnostic.
std::optional<std::vector<HaproxyLine>> parse_haproxy(const Sources& sources, SourceId id, const Limits& limits,
                                                      Diagnostics& diagnostics);

}  // namespace tenantry::syntax

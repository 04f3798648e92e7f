#pragma once

// What reading the two kinds of nginx.conf has in common.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tenantry/syntax/config_text.hpp>

#include "reading.hpp"

namespace tenantry::local_read {

using syntax::NginxDirective;

/// The name of a directive.
inline std::string_view name_of(const NginxDirective& directive) { return directive.words[0].text; }
/// Its n-th word; empty where it has fewer.
inline std::string_view word_of(const NginxDirective& directive, std::size_t n) {
    return n < directive.words.size() ? std::string_view(directive.words[n].text) : std::string_view();
}
Span span_of(const NginxDirective& directive);
/// True for `NAME WORD;` with exactly these words.
bool is_simple(const NginxDirective& directive, std::initializer_list<std::string_view> words);

/// Directives of the main context, of `events` and of `http` that are not about where requests go: processes, logs to
/// descriptors and files, temporary files, limits.
bool is_irrelevant_in_main(const NginxDirective& directive);
bool is_irrelevant_in_http(const NginxDirective& directive);
/// The same for `server` and `location` of a reverse proxy: headers for the upstream, time limits, buffers.
bool is_irrelevant_in_server(const NginxDirective& directive);

void not_known(const Scope& scope, const NginxDirective& directive, std::string_view where);

/// What a `listen` names: an address (any, where only a port is written) and a port.
struct Listen {
    Ipv4 address;
    Port port;
};
/// Nothing, and not understood, where it is anything else or has settings.
std::optional<Listen> read_listen(const Scope& scope, const NginxDirective& directive);

}  // namespace tenantry::local_read

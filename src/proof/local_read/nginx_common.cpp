#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "nginx.hpp"

namespace tenantry::local_read {
namespace {

// `access_log /dev/stdout`, `error_log stderr warn`; `syslog:` would send to another machine.
bool is_local_log(const NginxDirective& directive) {
    return (name_of(directive) == "access_log" || name_of(directive) == "error_log") && directive.words.size() > 1 &&
           !directive.words[1].text.starts_with("syslog:") && !directive.hasBlock;
}

template <class Names>
bool is_one_of(const NginxDirective& directive, const Names& names) {
    return !directive.hasBlock && std::ranges::find(names, name_of(directive)) != std::end(names);
}

// Where a request comes from and in which name; who answers it is decided by the location alone.
constexpr std::array upstreamHeaders{"Host", "Connection", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"};

}  // namespace

Span span_of(const NginxDirective& directive) {
    const Span first = directive.words.front().at;
    return {first.source, first.begin, directive.words.back().at.end};
}

bool is_simple(const NginxDirective& directive, std::initializer_list<std::string_view> words) {
    return !directive.hasBlock && std::ranges::equal(directive.words, words, {}, &syntax::Word::text);
}

bool is_irrelevant_in_main(const NginxDirective& directive) {
    static constexpr std::array names{"worker_processes", "daemon", "pid", "worker_rlimit_nofile"};
    if (is_local_log(directive) || is_one_of(directive, names)) return true;
    if (name_of(directive) != "events" || directive.words.size() != 1) return false;
    static constexpr std::array events{"worker_connections", "multi_accept", "use"};
    return std::ranges::all_of(directive.block, [](const NginxDirective& inner) { return is_one_of(inner, events); });
}

bool is_irrelevant_in_http(const NginxDirective& directive) {
    static constexpr std::array names{
        "default_type",        "client_body_temp_path", "proxy_temp_path",   "fastcgi_temp_path",
        "uwsgi_temp_path",     "scgi_temp_path",        "server_tokens",     "sendfile",
        "tcp_nopush",          "tcp_nodelay",           "keepalive_timeout", "client_max_body_size",
        "client_body_timeout", "client_header_timeout", "send_timeout",      "client_body_buffer_size"};
    // The one file that is included holds content types. A format is only how a log says it.
    return is_local_log(directive) || (name_of(directive) == "log_format" && !directive.hasBlock) ||
           is_simple(directive, {"include", "/etc/nginx/mime.types"}) ||
           (is_simple(directive, {"access_log", "off"})) || is_one_of(directive, names);
}

bool is_irrelevant_in_server(const NginxDirective& directive) {
    static constexpr std::array names{"proxy_http_version", "proxy_connect_timeout", "proxy_read_timeout",
                                      "proxy_send_timeout", "proxy_buffering",       "proxy_request_buffering",
                                      "proxy_buffer_size",  "proxy_buffers"};
    if (is_irrelevant_in_http(directive) && name_of(directive) != "include") return true;
    if (is_one_of(directive, names)) return true;
    return name_of(directive) == "proxy_set_header" && directive.words.size() == 3 && !directive.hasBlock &&
           std::ranges::find(upstreamHeaders, directive.words[1].text) != upstreamHeaders.end();
}

void not_known(const Scope& scope, const NginxDirective& directive, std::string_view where) {
    scope.unclear(directive.words[0].at, fmt::format("What `{}` does in {} is not known.", name_of(directive), where));
}

std::optional<Listen> read_listen(const Scope& scope, const NginxDirective& directive) {
    const std::string_view place = directive.words.size() == 2 ? word_of(directive, 1) : "";
    const std::size_t colon = place.rfind(':');
    const std::string_view host = colon == std::string_view::npos ? "0.0.0.0" : place.substr(0, colon);
    const std::string_view digits = colon == std::string_view::npos ? place : place.substr(colon + 1);
    const auto address = host == "*" ? Ipv4{} : Ipv4::parse(host);
    std::uint16_t number = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool isPort = error == std::errc() && stop == digits.data() + digits.size() && number != 0;
    if (address && isPort && !directive.hasBlock) return Listen{*address, Port{number}};
    scope.unclear(span_of(directive), "What this server listens on is not known.");
    return std::nullopt;
}

}  // namespace tenantry::local_read

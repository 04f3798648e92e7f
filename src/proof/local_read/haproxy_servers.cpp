#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "haproxy.hpp"

namespace tenantry::local_read {
namespace {

std::optional<Port> read_port(std::string_view text) {
    std::uint16_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size() || number == 0) return std::nullopt;
    return Port{number};
}

struct Setting {
    std::string_view name;
    bool hasValue = false;
};

// How often and how many, never where to: health checks go where requests go.
constexpr std::array serverSettings{Setting{"check", false},    Setting{"inter", true},    Setting{"fastinter", true},
                                    Setting{"downinter", true}, Setting{"fall", true},     Setting{"rise", true},
                                    Setting{"maxconn", true},   Setting{"maxqueue", true}, Setting{"weight", true},
                                    Setting{"slowstart", true}, Setting{"disabled", false}};

// TLS and queues of a listening socket: who may connect and to what does not depend on their values.
constexpr std::array bindSettings{
    Setting{"accept-proxy", false}, Setting{"ssl", false},        Setting{"crt", true},
    Setting{"alpn", true},          Setting{"name", true},        Setting{"maxconn", true},
    Setting{"backlog", true},       Setting{"curves", true},      Setting{"ciphers", true},
    Setting{"ciphersuites", true},  Setting{"ssl-min-ver", true}, Setting{"no-tls-tickets", false},
    Setting{"strict-sni", false}};

template <class Settings>
void check_settings(const Scope& scope, Words words, const Settings& known, std::string_view of) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto found = std::ranges::find(known, std::string_view(words[i].text), &Setting::name);
        if (found == known.end())
            scope.unclear(words[i].at, fmt::format("What `{}` changes for {} is not known.", words[i].text, of));
        else if (found->hasValue)
            ++i;
    }
}

// `8080` or `8080-8090`.
bool add_ports(std::string_view text, std::vector<Port>& ports) {
    const std::size_t dash = text.find('-');
    const auto first = read_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read_port(text.substr(dash + 1));
    if (!first || !last || *first > *last) return false;
    for (std::uint32_t number = first->number; number <= last->number; ++number)
        ports.push_back({static_cast<std::uint16_t>(number)});
    return true;
}

// Any address of the namespace: `:8080`, `*:8080`, `10.0.0.1:8080`; or an inherited descriptor: `fd@3`.
bool read_endpoint(std::string_view text, verify::Proxy& proxy) {
    if (text.starts_with("fd@")) {
        std::uint32_t number = 0;
        const auto [stop, error] = std::from_chars(text.data() + 3, text.data() + text.size(), number);
        if (error != std::errc() || stop != text.data() + text.size()) return false;
        proxy.descriptors.push_back(number);
        return true;
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view address = text.substr(0, colon);
    if (!address.empty() && address != "*" && !Ipv4::parse(address)) return false;
    return add_ports(text.substr(colon + 1), proxy.ports);
}

// An inherited socket is an ingress socket. The edge passes TLS on as it came, behind a PROXY header: a socket that
// expects anything else takes no request.
void check_ingress(const Scope& scope, Words line) {
    for (const std::string_view needed : {"accept-proxy", "ssl", "crt"})
        if (std::ranges::find(line, needed, &Word::text) == line.end())
            scope.unclear(span_of(line),
                          fmt::format("What comes of the edge's connections without `{}` is not known.", needed));
}

}  // namespace

std::optional<verify::Upstream> read_server(const Scope& scope, Words line) {
    if (!begins_with(line, {"server", "*", "*"})) {
        scope.unclear(span_of(line), "Where this server is is not said.");
        return std::nullopt;
    }
    check_server_settings(scope, line.subspan(3));
    const std::string_view place = line[2].text;
    const std::size_t colon = place.rfind(':');
    const auto port = colon == std::string_view::npos ? std::nullopt : read_port(place.substr(colon + 1));
    const std::string_view host = place.substr(0, colon);
    // `unix@`, `fd@`, `ipv6@` and the like, IPv6, and addresses that `%` or `$` would fill in.
    const bool plain = !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                               "0123456789.-_") == std::string_view::npos;
    if (port && plain) return verify::Upstream{std::string(host), *port, line[2].at};
    scope.unclear(line[2].at, fmt::format("Where the server `{}` is is not known.", place));
    return std::nullopt;
}

void check_server_settings(const Scope& scope, Words settings) {
    check_settings(scope, settings, serverSettings, "a server");
}

void read_bind(const Scope& scope, Words line, verify::Proxy& proxy) {
    if (line.size() < 2) return scope.unclear(span_of(line), "What this frontend listens on is not said.");
    check_settings(scope, line.subspan(2), bindSettings, "a listening socket");
    std::string_view places = line[1].text;
    if (places.contains("fd@")) check_ingress(scope, line);
    while (!places.empty()) {
        const std::size_t comma = std::min(places.find(','), places.size());
        if (!read_endpoint(places.substr(0, comma), proxy))
            scope.unclear(line[1].at, fmt::format("What `{}` listens on is not known.", places.substr(0, comma)));
        places.remove_prefix(std::min(comma + 1, places.size()));
    }
}

}  // namespace tenantry::local_read

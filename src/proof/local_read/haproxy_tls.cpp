// How a listening socket ends TLS: what `global` says of all, and what its `bind` line says otherwise.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "haproxy.hpp"

namespace tenantry::local_read {
namespace {

using verify::TlsFact;

// Weakest first; a version that is not among them is not understood.
constexpr std::array<std::string_view, 5> versions{"SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"};

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(':'), text.size());
        if (end > 0) names.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return names;
}

// A setting that may stand in `ssl-default-bind-options` and in a `bind` line; how many words it took.
std::size_t read_option(const Scope& scope, Words words, TlsFact& tls) {
    // Older versions switched off do not say what is the least.
    static constexpr std::array harmless{"no-tls-tickets", "no-sslv3",   "no-tlsv10",
                                         "no-tlsv11",      "strict-sni", "prefer-client-ciphers"};
    if (words[0].text == "ssl-min-ver" && words.size() > 1) {
        if (std::ranges::find(versions, std::string_view(words[1].text)) == versions.end())
            scope.unclear(words[1].at, fmt::format("Which version of TLS `{}` is is not known.", words[1].text));
        tls.minimum = words[1].text;
        tls.at = words[0].at;
        return 2;
    }
    return std::ranges::find(harmless, std::string_view(words[0].text)) != harmless.end() ? 1 : 0;
}

void merge(std::vector<std::string>& into, const std::vector<std::string>& more) {
    for (const std::string& name : more)
        if (std::ranges::find(into, name) == into.end()) into.push_back(name);
}

// Of two sockets the weaker: what is not said may be anything.
void weaken(TlsFact& tls, const TlsFact& other) {
    const auto strength = [](std::string_view version) {
        return std::ranges::find(versions, version) - versions.begin();
    };
    if (other.minimum.empty() || (!tls.minimum.empty() && strength(other.minimum) < strength(tls.minimum))) {
        tls.minimum = other.minimum;
        tls.at = other.at;
    }
    const auto all = [](std::vector<std::string>& into, const std::vector<std::string>& more) {
        if (into.empty() || more.empty()) return into.clear();
        merge(into, more);
    };
    all(tls.ciphers, other.ciphers);
    all(tls.suites, other.suites);
}

}  // namespace

bool read_tls_default(const Scope& scope, Words line, TlsFact& tls) {
    constexpr std::string_view start = "ssl-default-bind-";
    std::string_view what = line[0].text;
    if (!what.starts_with(start)) return false;
    what.remove_prefix(start.size());
    if (what == "options") {
        for (std::size_t i = 1; i < line.size();) {
            const std::size_t taken = read_option(scope, line.subspan(i), tls);
            if (taken == 0)
                scope.unclear(line[i].at, fmt::format("What the TLS option `{}` changes is not known.", line[i].text));
            i += std::max<std::size_t>(taken, 1);
        }
        return true;
    }
    if (line.size() != 2) return false;
    if (tls.at == Span{}) tls.at = span_of(line);
    if (what == "ciphers") return tls.ciphers = list_of(line[1].text), true;
    if (what == "ciphersuites") return tls.suites = list_of(line[1].text), true;
    return what == "curves";
}

void read_tls_bind(const Scope& scope, Words line, const TlsFact& defaults, verify::Proxy& proxy) {
    if (std::ranges::find(line, "ssl", &Word::text) == line.end()) return;
    TlsFact tls = defaults;
    if (tls.at == Span{}) tls.at = span_of(line);
    for (std::size_t i = 2; i < line.size(); ++i) {
        const bool hasValue = i + 1 < line.size();
        if (line[i].text == "crt" && hasValue) {
            if (!tls.certificates.empty())
                scope.unclear(line[i].at, "A listening socket has several sources of certificates.");
            tls.certificates = line[i + 1].text;
        } else if (line[i].text == "ciphers" && hasValue) {
            tls.ciphers = list_of(line[i + 1].text);
        } else if (line[i].text == "ciphersuites" && hasValue) {
            tls.suites = list_of(line[i + 1].text);
        } else {
            read_option(scope, line.subspan(i), tls);
        }
    }
    if (!proxy.tls) return void(proxy.tls = std::move(tls));
    if (proxy.tls->certificates != tls.certificates)
        scope.unclear(span_of(line), "Two listening sockets have their certificates from two places.");
    weaken(*proxy.tls, tls);
}

}  // namespace tenantry::local_read

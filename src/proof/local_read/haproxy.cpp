#include "haproxy.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "proxies.hpp"

namespace tenantry::local_read {
namespace {

struct Irrelevant {
    std::string_view first;
    std::string_view second;  ///< `*`: whatever follows
};

bool is_in(Words line, std::span<const Irrelevant> list) {
    return std::ranges::any_of(list, [&](const Irrelevant& row) {
        return row.first == line[0].text && (row.second == "*" || (line.size() > 1 && row.second == line[1].text));
    });
}

// Logs, limits and processes.
constexpr std::array globalLines{Irrelevant{"log", "stdout"}, Irrelevant{"maxconn", "*"}, Irrelevant{"nbthread", "*"},
                                 Irrelevant{"tune.ssl.cachesize", "*"}, Irrelevant{"hard-stop-after", "*"}};

// Waiting, logging, trying again (on another server of the same backend).
constexpr std::array sharedLines{Irrelevant{"log", "global"},
                                 Irrelevant{"timeout", "*"},
                                 Irrelevant{"retries", "*"},
                                 Irrelevant{"option", "httplog"},
                                 Irrelevant{"option", "dontlognull"},
                                 Irrelevant{"option", "redispatch"},
                                 Irrelevant{"option", "idle-close-on-response"},
                                 Irrelevant{"maxconn", "*"}};

// Which server of the backend, and what its health is asked with. `http-check connect` could ask another one.
constexpr std::array backendLines{Irrelevant{"balance", "*"}, Irrelevant{"option", "httpchk"},
                                  Irrelevant{"http-check", "send"}, Irrelevant{"http-check", "expect"},
                                  Irrelevant{"http-reuse", "*"}};

bool says_mode_http(Words line) { return line.size() == 2 && line[0].text == "mode" && line[1].text == "http"; }

std::vector<HaproxySection> sections(const Scope& scope, const std::vector<syntax::HaproxyLine>& lines) {
    static constexpr std::array heads{"global",      "defaults",  "frontend",    "backend",   "listen",  "userlist",
                                      "peers",       "resolvers", "cache",       "ring",      "mailers", "program",
                                      "http-errors", "fcgi-app",  "log-forward", "crt-store", "traces"};
    std::vector<HaproxySection> result;
    for (const syntax::HaproxyLine& line : lines) {
        if (std::ranges::find(heads, std::string_view(line.words[0].text)) != heads.end())
            result.push_back({line.words, {}});
        else if (!result.empty())
            result.back().lines.push_back(line.words);
        else
            scope.unclear(line.words[0].at, "This line stands before the first section.");
    }
    return result;
}

}  // namespace

bool is_shared_line(Words line) { return is_in(line, sharedLines); }

void check_global_line(const Scope& scope, Words line) {
    if (is_in(line, globalLines)) return;
    // The runtime socket is a file in the task; on TCP it would be a port.
    if (begins_with(line, {"stats", "socket", "*"}) && line[2].text.starts_with('/')) return;
    scope.unclear(line[0].at, fmt::format("What the global setting `{}` changes is not known.", line[0].text));
}

bool check_defaults_line(const Scope& scope, Words line) {
    if (says_mode_http(line)) return true;
    if (!is_shared_line(line))
        scope.unclear(line[0].at, fmt::format("What the default setting `{}` changes is not known.", line[0].text));
    return false;
}

void check_backend_line(const Scope& scope, Words line) {
    if (line[0].text == "default-server") return check_server_settings(scope, line.subspan(1));
    if (!is_in(line, backendLines) && !is_shared_line(line) && !says_mode_http(line))
        scope.unclear(line[0].at, fmt::format("What `{}` changes for a backend is not known.", line[0].text));
}

void read_haproxy(const ProxyTask& task) {
    const Scope& scope = task.scope;
    const auto lines = syntax::parse_haproxy(scope.reading.sources, task.configuration, {}, scope.reading.diagnostics);
    if (!lines) return;
    const std::vector<HaproxySection> all = sections(scope, *lines);
    std::map<std::string, std::vector<verify::Upstream>, std::less<>> backends;
    verify::TlsFact tls;
    bool http = false;
    for (const HaproxySection& section : all) {
        const std::string_view kind = section.head[0].text;
        if (kind == "global" && section.head.size() == 1) {
            for (const Words line : section.lines)
                if (!read_tls_default(scope, line, tls)) check_global_line(scope, line);
        } else if (kind == "defaults" && section.head.size() == 1) {
            for (const Words line : section.lines) http = check_defaults_line(scope, line) || http;
        } else if (kind == "backend" && section.head.size() == 2) {
            auto& servers = backends[section.head[1].text];
            for (const Words line : section.lines) {
                if (line[0].text != "server")
                    check_backend_line(scope, line);
                else if (const auto server = read_server(scope, line))
                    servers.push_back(*server);
            }
        } else if (kind != "frontend" || section.head.size() != 2) {
            scope.unclear(span_of(section.head), fmt::format("What this section `{}` does is not known.", kind));
        }
    }
    for (const HaproxySection& section : all) {
        if (section.head[0].text != "frontend" || section.head.size() != 2) continue;
        if (!http)
            scope.unclear(span_of(section.head), "Without `mode http` in `defaults` requests are not looked at.");
        read_frontend(scope, section, backends, tls, {task.process, {}, {}, {}, {}, span_of(section.head)});
    }
}

}  // namespace tenantry::local_read

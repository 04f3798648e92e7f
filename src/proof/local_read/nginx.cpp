#include "nginx.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "nginx_upstreams.hpp"
#include "proxies.hpp"

namespace tenantry::local_read {
namespace {

/// What one location answers with.
struct Answer {
    bool notFound = false;  ///< a status alone: nobody takes the request
    std::vector<verify::Upstream> to;
    Span at;

    [[nodiscard]] bool same_as(const Answer& other) const {
        return notFound == other.notFound &&
               std::ranges::equal(to, other.to, [](const verify::Upstream& a, const verify::Upstream& b) {
                   return a.host == b.host && a.port == b.port;
               });
    }
};

class ServerReader {
  public:
    ServerReader(const Scope& scope, const NginxUpstreams& upstreams, Index<verify::Process> process, Span at)
        : scope_(scope), upstreams_(upstreams), proxy_{process, {}, {}, {}, {}, at} {}

    void read(const NginxDirective& server) {
        for (const NginxDirective& directive : server.block) {
            if (name_of(directive) == "location") {
                read_location(directive);
            } else if (name_of(directive) == "listen") {
                if (const auto listen = read_listen(scope_, directive)) proxy_.ports.push_back(listen->port);
            } else if (!is_irrelevant_in_server(directive)) {
                not_known(scope_, directive, "a server");
            }
        }
        // Without `listen` nginx listens on 80 (or 8000 where it may not), which no text of ours leaves to it.
        if (proxy_.ports.empty()) scope_.unclear(proxy_.at, "What this server listens on is not said.");
        join();
        scope_.reading.facts.proxies.push_back(std::move(proxy_));
    }

  private:
    using Locations = std::map<std::string, Answer, std::less<>>;

    void read_location(const NginxDirective& location) {
        const std::size_t count = location.words.size();
        const std::string_view modifier = count == 3 ? word_of(location, 1) : "";
        // Without a regular expression `^~` changes nothing; the others are regular expressions and named locations.
        const bool known = (modifier.empty() || modifier == "=" || modifier == "^~") && (count == 2 || count == 3);
        if (!known || !location.words.back().text.starts_with('/'))
            return scope_.unclear(span_of(location), "Which requests this location takes is not known.");
        const Answer answer = read_answer(location);
        Locations& locations = modifier == "=" ? exact_ : below_;
        if (!locations.try_emplace(location.words.back().text, answer).second)
            scope_.unclear(span_of(location), "There is already such a location.");
    }

    Answer read_answer(const NginxDirective& location) {
        Answer answer{false, {}, span_of(location)};
        bool files = false;
        for (const NginxDirective& directive : location.block) {
            const auto upstream = name_of(directive) == "proxy_pass" && directive.words.size() == 2
                                      ? upstreams_.find(directive.words[1])
                                      : std::nullopt;
            if (upstream && answer.to.empty())
                answer.to.push_back(*upstream);
            else if (is_simple(directive, {"return", "404"}))
                answer.notFound = true;
            else if (name_of(directive) == "root" && directive.words.size() == 2 &&
                     directive.words[1].text.find('$') == std::string::npos)
                files = true;
            else if (!is_irrelevant_in_server(directive))
                not_known(scope_, directive, "a location");
        }
        if (!files && !answer.notFound && answer.to.empty())
            scope_.unclear(answer.at, "This location answers with files of nginx's own folder.");
        if (int{files} + int{answer.notFound} + int{!answer.to.empty()} > 1)
            scope_.unclear(answer.at, "Which of its answers this location gives is not known.");
        return answer;
    }

    // `= /api` and `/api/` with the same answer are one prefix by whole segments. Without its partner the first is
    // less, and the second makes nginx answer `/api` with a redirect.
    void join() {
        for (const auto& [path, answer] : below_) {
            if (path == "/" || path.ends_with('/')) {
                const std::string prefix = path == "/" ? path : path.substr(0, path.size() - 1);
                const auto partner = exact_.find(prefix);
                const bool whole = path == "/" || (partner != exact_.end() && partner->second.same_as(answer));
                if (!whole) scope_.unclear(answer.at, fmt::format("`{}` has no location `= {}`.", path, prefix));
                if (path != "/" && partner != exact_.end()) exact_.erase(partner);
                add_route(prefix, answer);
            } else {
                scope_.unclear(answer.at, fmt::format("The location `{}` takes paths that only begin like it.", path));
                add_route(path, answer);
            }
        }
        for (const auto& [path, answer] : exact_)
            scope_.unclear(answer.at, fmt::format("The location `= {}` is not a whole prefix.", path));
        if (below_.contains("/")) return;
        scope_.unclear(proxy_.at, "What no location takes is looked for in nginx's own folder.");
        add_route("/", {false, {}, proxy_.at});
    }

    void add_route(const std::string& prefix, const Answer& answer) {
        if (!PathPrefix::parse(prefix))
            scope_.unclear(answer.at, fmt::format("`{}` is no path prefix.", prefix));
        else if (!answer.notFound)
            proxy_.routes.push_back({prefix, answer.to, answer.at});
    }

    Scope scope_;
    const NginxUpstreams& upstreams_;
    verify::Proxy proxy_;
    Locations exact_;
    Locations below_;
};

// How many servers there are. With several, the Host header decides; the page has one.
std::size_t read_http(const ProxyTask& task, const NginxDirective& http) {
    const Scope& scope = task.scope;
    NginxUpstreams upstreams(scope);
    std::vector<const NginxDirective*> servers;
    for (const NginxDirective& inner : http.block) {
        const std::string_view name = name_of(inner);
        if (name == "server" && inner.words.size() == 1)
            servers.push_back(&inner);
        else if (name == "upstream" && inner.hasBlock)
            upstreams.read_upstream(inner);
        else if (name == "map" && inner.hasBlock)
            upstreams.read_map(inner);
        else if (!is_irrelevant_in_http(inner))
            not_known(scope, inner, "the http context");
    }
    for (const NginxDirective* server : servers) {
        if (server != servers.front())
            scope.unclear(span_of(*server), "Which of several servers takes a request is not known.");
        ServerReader(scope, upstreams, task.process, span_of(*server)).read(*server);
    }
    return servers.size();
}

}  // namespace

void read_nginx(const ProxyTask& task) {
    const Scope& scope = task.scope;
    const auto directives =
        syntax::parse_nginx(scope.reading.sources, task.configuration, {}, scope.reading.diagnostics);
    if (!directives) return;
    std::size_t servers = 0;
    for (const NginxDirective& directive : *directives) {
        if (is_irrelevant_in_main(directive)) continue;
        if (name_of(directive) == "http" && directive.words.size() == 1 && servers == 0)
            servers = read_http(task, directive);
        else
            not_known(scope, directive, "the main context");
    }
    if (servers == 0) scope.unclear(start_of(task.configuration), "This configuration of nginx has no server.");
}

}  // namespace tenantry::local_read

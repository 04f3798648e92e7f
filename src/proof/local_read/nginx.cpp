#include "nginx.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

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

// `http://api:9000`, without a path, which would change the request's own, and without variables.
std::optional<verify::Upstream> read_upstream(const syntax::Word& word) {
    std::string_view text = word.text;
    if (!text.starts_with("http://")) return std::nullopt;
    text.remove_prefix(7);
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, colon);
    const std::string_view digits = colon == text.size() ? "80" : text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    const bool plain = !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                               "0123456789.-_") == std::string_view::npos;
    if (!plain || error != std::errc() || stop != digits.data() + digits.size() || port == 0) return std::nullopt;
    return verify::Upstream{std::string(host), Port{port}, word.at};
}

class ServerReader {
  public:
    ServerReader(const Scope& scope, Index<verify::Process> process, Span at)
        : scope_(scope), proxy_{process, {}, {}, {}, {}, at} {}

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
                                      ? read_upstream(directive.words[1])
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
    verify::Proxy proxy_;
    Locations exact_;
    Locations below_;
};

}  // namespace

void read_nginx(const ProxyTask& task) {
    const Scope& scope = task.scope;
    const auto directives =
        syntax::parse_nginx(scope.reading.sources, task.configuration, {}, scope.reading.diagnostics);
    if (!directives) return;
    std::size_t servers = 0;
    for (const NginxDirective& directive : *directives) {
        if (is_irrelevant_in_main(directive)) continue;
        if (name_of(directive) != "http" || directive.words.size() != 1) {
            not_known(scope, directive, "the main context");
            continue;
        }
        for (const NginxDirective& inner : directive.block) {
            if (name_of(inner) == "server" && inner.words.size() == 1) {
                // With several, the Host header decides; the page has one.
                if (++servers > 1)
                    scope.unclear(span_of(inner), "Which of several servers takes a request is not known.");
                ServerReader(scope, task.process, span_of(inner)).read(inner);
            } else if (!is_irrelevant_in_http(inner)) {
                not_known(scope, inner, "the http context");
            }
        }
    }
    if (servers == 0) scope.unclear(start_of(task.configuration), "This configuration of nginx has no server.");
}

}  // namespace tenantry::local_read

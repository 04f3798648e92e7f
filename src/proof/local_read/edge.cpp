#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "nginx.hpp"
#include "proxies.hpp"

namespace tenantry::local_read {
namespace {

// Host names of at most 90 bytes, two labels at least, as a named group: so a name can be nothing but a file in one
// folder (no slash, no dots in a row). Any other expression would have to be proved.
constexpr std::string_view nameExpression =
    "~^(?=.{1,90}$)(?<name>[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+)$";

struct Ingress {
    std::string variable;
    std::string directory;
};

class EdgeReader {
  public:
    explicit EdgeReader(const Scope& scope) : scope_(scope) {}

    void read(const std::vector<NginxDirective>& directives, SourceId source) {
        for (const NginxDirective& directive : directives) {
            if (is_simple(directive, {"load_module", "modules/ngx_stream_module.so"}) ||
                is_irrelevant_in_main(directive))
                continue;
            if (name_of(directive) == "stream" && directive.words.size() == 1 && directive.hasBlock)
                read_stream(directive);
            else if (name_of(directive) == "http" && directive.words.size() == 1 && directive.hasBlock)
                read_http(directive);
            else
                not_known(scope_, directive, "the main context of the edge");
        }
        if (!ingress_ || !tls_ || !redirect_ || tls_->address != redirect_->address ||
            target_ != "$" + ingress_->variable)
            return scope_.unclear(start_of(source), "What the edge does with connections is not known.");
        scope_.reading.facts.edges.push_back({tls_->address, tls_->port, redirect_->port, ingress_->directory, tlsAt_});
    }

  private:
    void read_stream(const NginxDirective& stream) {
        for (const NginxDirective& directive : stream.block) {
            if (name_of(directive) == "map" && !ingress_)
                read_map(directive);
            else if (name_of(directive) == "server" && directive.words.size() == 1 && !tls_)
                read_tls_server(directive);
            else
                not_known(scope_, directive, "the stream context of the edge");
        }
    }

    // map $ssl_preread_server_name $ingress { "~..." unix:FOLDER/$name; default unix:CLOSED; }
    void read_map(const NginxDirective& map) {
        if (map.words.size() != 3 || map.words[1].text != "$ssl_preread_server_name" ||
            !map.words[2].text.starts_with('$'))
            return scope_.unclear(span_of(map), "What this map looks at is not known.");
        std::string directory, closed;
        for (const NginxDirective& row : map.block) {
            const std::string_view value = row.words.size() == 2 ? word_of(row, 1) : "";
            if (name_of(row) == nameExpression && value.starts_with("unix:/") && value.ends_with("/$name"))
                directory = value.substr(5, value.size() - 5 - 5);
            else if (name_of(row) == "default" && value.starts_with("unix:/"))
                closed = value.substr(5);
            else
                scope_.unclear(span_of(row), "Which server names this row of the edge's map sends where is not known.");
        }
        const bool plain = (directory + closed).find('$') == std::string::npos;
        if (directory.empty() || closed.empty() || !plain || closed.starts_with(directory))
            return scope_.unclear(span_of(map), "Where the edge sends connections is not known.");
        ingress_ = {map.words[2].text.substr(1), directory};
    }

    void read_tls_server(const NginxDirective& server) {
        bool names = false, proxyProtocol = false;
        for (const NginxDirective& directive : server.block) {
            const std::string_view name = name_of(directive);
            if (name == "listen" && !tls_) {
                tls_ = read_listen(scope_, directive);
                tlsAt_ = span_of(directive);
            } else if (is_simple(directive, {"ssl_preread", "on"})) {
                names = true;
            } else if (is_simple(directive, {"proxy_protocol", "on"})) {
                proxyProtocol = true;
            } else if (name == "proxy_pass" && directive.words.size() == 2 && target_.empty()) {
                target_ = directive.words[1].text;
            } else if (name != "preread_timeout" && name != "proxy_connect_timeout" && name != "proxy_timeout") {
                not_known(scope_, directive, "the edge's TLS server");
            }
        }
        if (!names) scope_.unclear(span_of(server), "The edge does not read server names.");
        if (!proxyProtocol) scope_.unclear(span_of(server), "The edge does not say to load balancers who connects.");
    }

    void read_http(const NginxDirective& http) {
        for (const NginxDirective& directive : http.block) {
            if (name_of(directive) == "server" && directive.words.size() == 1 && !redirect_)
                read_redirect(directive);
            else if (!is_irrelevant_in_http(directive) || name_of(directive) == "include")
                not_known(scope_, directive, "the http context of the edge");
        }
    }

    void read_redirect(const NginxDirective& server) {
        bool redirects = false;
        for (const NginxDirective& directive : server.block) {
            if (name_of(directive) == "listen" && !redirect_)
                redirect_ = read_listen(scope_, directive);
            else if (directive.words.size() == 3 && name_of(directive) == "return" &&
                     directive.words[1].text == "308" && directive.words[2].text.starts_with("https://$host"))
                redirects = true;
            else
                not_known(scope_, directive, "the edge's redirecting server");
        }
        if (!redirects) scope_.unclear(span_of(server), "The edge's plain port does not redirect everything.");
    }

    Scope scope_;
    std::optional<Ingress> ingress_;
    std::optional<Listen> tls_;
    std::optional<Listen> redirect_;
    std::string target_;
    Span tlsAt_;
};

}  // namespace

void read_edge(const Scope& scope, SourceId source) {
    const auto directives = syntax::parse_nginx(scope.reading.sources, source, {}, scope.reading.diagnostics);
    if (directives) EdgeReader(scope).read(*directives, source);
}

}  // namespace tenantry::local_read

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "haproxy.hpp"
#include "prefixes.hpp"

namespace tenantry::local_read {
namespace {

using Backends = std::map<std::string, std::vector<verify::Upstream>, std::less<>>;

// Request headers that say where a client came from; no rule of the page routes by them.
constexpr std::array forwardingHeaders{"Forwarded",        "X-Forwarded-For",  "X-Forwarded-Proto",
                                       "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP"};
// HAProxy has all names in lower case, and its expressions look at case.
constexpr std::string_view forwardingPattern = "^(forwarded|x-forwarded-.*|x-real-ip)$";

// A Domain of a cookie, the last one; and a cookie that has one still.
constexpr std::string_view oneDomain = "(.*);[[:space:]]*[Dd][Oo][Mm][Aa][Ii][Nn][[:space:]]*=[^;]*(.*)";
constexpr std::string_view anyDomain = ".*;[[:space:]]*[Dd][Oo][Mm][Aa][Ii][Nn][[:space:]]*=.*";

bool is_forwarding_header(std::string_view name) {
    return std::ranges::find(forwardingHeaders, name) != forwardingHeaders.end();
}

class FrontendReader {
  public:
    FrontendReader(const Scope& scope, const Backends& backends, const verify::TlsFact& tls, verify::Proxy proxy)
        : scope_(scope), backends_(backends), tls_(tls), proxy_(std::move(proxy)) {}

    void read(const HaproxySection& section) {
        for (const Words line : section.lines)
            if (begins_with(line, {"acl", "*", "*"})) acls_[line[1].text].add(line.subspan(2));
        for (const Words line : section.lines) read_line(line);
        if (defaultRoute_) add_route("/", defaultRoute_->text, defaultRoute_->at);
        const bool all = std::ranges::count(proxy_.routes, "/", &verify::ProxyRoute::prefix) > 0;
        if (notFoundUnless_ && (all || *notFoundUnless_ != routeAcls_))
            unclear(notFoundAt_, "The requests that are answered with 404 are not those without a backend.");
        scope_.reading.facts.proxies.push_back(std::move(proxy_));
    }

  private:
    void read_line(Words line) {
        const std::string_view keyword = line[0].text;
        if (keyword == "bind") {
            read_tls_bind(scope_, line, tls_, proxy_);
            return read_bind(scope_, line, proxy_);
        }
        if (keyword == "acl" && line.size() > 2) return;
        if (keyword == "use_backend") return read_use(line);
        if (keyword == "default_backend" && line.size() == 2) {
            defaultRoute_ = line[1];
            return;
        }
        if (keyword == "http-request") return read_request_rule(line);
        if (keyword == "http-response" && line.size() > 2 && is_named(line[2].text, "strict-transport-security"))
            return read_transport_security(line);
        if (keyword == "http-response" && line.size() > 2 && is_named(line[2].text, "set-cookie"))
            return read_cookie_rule(line);
        // What else a response says does not change where requests go.
        if (begins_with(line, {"http-response", "set-header"}) || begins_with(line, {"http-response", "add-header"}) ||
            begins_with(line, {"http-response", "del-header"}) || begins_with(line, {"http-response", "set-log-level"}))
            return;
        if ((begins_with(line, {"mode", "http"}) && line.size() == 2) || is_shared_line(line)) return;
        unclear(line[0].at, fmt::format("What `{}` changes for a frontend is not known.", keyword));
    }

    void read_request_rule(Words line) {
        if (begins_with(line, {"http-request", "set-var(txn.host)", "req.hdr(host),field(1,:),lower"}) &&
            line.size() == 3) {
            hostIsKnown_ = true;
            return;
        }
        if (begins_with(line, {"http-request", "return", "status", "421", "unless"})) return read_misdirected(line);
        const bool notFound = begins_with(line, {"http-request", "return", "status", "404"});
        if (notFound && (line.size() == 4 || line[4].text == "unless")) return read_not_found(line);
        const bool deletes = begins_with(line, {"http-request", "del-header", "*"});
        if (begins_with(line, {"http-request", "set-header", "*", "*"}) && line.size() == 4 && says_who_connects(line))
            return;
        if (deletes && line.size() == 3 && is_forwarding_header(line[2].text)) return;
        // Which names another expression matches would have to be proved.
        if (deletes && line.size() == 5 && line[2].text == forwardingPattern && line[3].text == "-m" &&
            line[4].text == "reg") {
            proxy_.headers.dropsForwarding = true;
            return;
        }
        unclear(span_of(line), "What this rule does with requests is not known.");
    }

    // What the connection says, not the request: a client's word behind one of these names would come through.
    static bool says_who_connects(Words line) {
        return is_forwarding_header(line[2].text) &&
               (line[3].text == "%[src]" || line[3].text.find('%') == std::string::npos);
    }

    static bool is_named(std::string_view name, std::string_view wanted) {
        return std::ranges::equal(name, wanted, {}, [](unsigned char c) { return std::tolower(c); });
    }

    // The first takes one Domain away, the second the cookie that has more; which others another expression lets
    // through would have to be proved.
    void read_cookie_rule(Words line) {
        const bool replaces = line[1].text == "replace-header" && line.size() == 5;
        if (replaces && line[3].text == oneDomain && line[4].text == "\\1\\2") return;
        if (replaces && line[3].text == anyDomain && line[4].text == "removed=;max-age=0") {
            proxy_.headers.narrowsCookies = true;
            return;
        }
        unclear(span_of(line), "What this rule does with cookies is not known.");
    }

    void read_transport_security(Words line) {
        auto& known = proxy_.headers.transportSecurity;
        if (line[1].text == "del-header" && line.size() == 3) return known.reset();
        constexpr std::string_view key = "max-age=";
        const bool sets = line[1].text == "set-header" && line.size() == 4;
        const std::size_t at = sets ? line[3].text.find(key) : std::string::npos;
        std::uint64_t seconds = 0;
        const char* begin = at == std::string::npos ? nullptr : line[3].text.data() + at + key.size();
        if (begin == nullptr ||
            std::from_chars(begin, line[3].text.data() + line[3].text.size(), seconds).ec != std::errc())
            return unclear(span_of(line), "What this rule does with Strict-Transport-Security is not known.");
        known = {seconds, span_of(line)};
    }

    // Server name and Host have to be the environment's own and the same; where they are the same, one of them need not
    // be looked at again. With less, or before the Host is known, the frontend takes any name.
    void read_misdirected(Words line) {
        std::optional<std::vector<Word>> names, hosts;
        bool same = false;
        for (const Word& word : line.subspan(5)) {
            const auto acl = acls_.find(word.text);
            if (acl == acls_.end()) return unclear(word.at, fmt::format("The condition `{}` is not known.", word.text));
            if (auto found = acl->second.server_names()) {
                names = names ? common(*names, *found) : *found;
            } else if (found = acl->second.host_names(); found) {
                hosts = hosts ? common(*hosts, *found) : *found;
            } else if (acl->second.compares_both()) {
                same = true;
            } else {
                return unclear(word.at, fmt::format("What the condition `{}` looks at is not known.", word.text));
            }
        }
        if (!hostIsKnown_)
            return unclear(span_of(line), "The Host header is compared before the variable `txn.host` holds it.");
        proxy_.headers.comparesNames = proxy_.headers.comparesNames || same;
        if (!same || (!names && !hosts)) return;
        if (!names) names = hosts;
        if (!hosts) hosts = names;
        const std::vector<Word> both = common(*names, *hosts);
        if (both.empty()) return unclear(span_of(line), "No host name passes this rule.");
        for (const Word& word : both) add_host(word);
    }

    static std::vector<Word> common(const std::vector<Word>& a, const std::vector<Word>& b) {
        std::set<std::string_view> known;
        for (const Word& word : b) known.insert(word.text);
        std::vector<Word> result;
        for (const Word& word : a)
            if (known.erase(word.text) > 0) result.push_back(word);
        return result;
    }

    void add_host(const Word& word) {
        auto host = HostName::parse(word.text);
        if (host)
            proxy_.hosts.push_back(std::move(*host));
        else
            unclear(word.at, fmt::format("`{}` is no host name.", word.text));
    }

    // Without condition nothing gets through. `unless route-1 or route-2`: side by side without `or` they would all
    // have to hold.
    void read_not_found(Words line) {
        if (notFoundUnless_) return unclear(span_of(line), "There are two rules that answer with 404.");
        notFoundAt_ = span_of(line);
        notFoundUnless_.emplace();
        for (std::size_t i = 5; i < line.size(); ++i) {
            const bool separator = (i - 5) % 2 == 1;
            if (!separator)
                notFoundUnless_->insert(line[i].text);
            else if (line[i].text != "or" && line[i].text != "||")
                return unclear(line[i].at,
                               "What this condition of several joined conditions lets through is not known.");
        }
    }

    void read_use(Words line) {
        if (line.size() < 2) return unclear(span_of(line), "Which backend is used is not said.");
        if (line.size() == 2) return add_route("/", line[1].text, line[1].at);
        if (line.size() != 4 || line[2].text != "if")
            return unclear(span_of(line), "When this backend is used is not known.");
        const auto acl = acls_.find(line[3].text);
        const auto paths = acl == acls_.end() ? std::nullopt : acl->second.paths();
        if (!paths)
            return unclear(line[3].at, fmt::format("What the condition `{}` looks at is not known.", line[3].text));
        routeAcls_.insert(line[3].text);
        if (!paths->exact)
            unclear(line[3].at, fmt::format("The paths of `{}` are not all that lie under a prefix by whole segments.",
                                            line[3].text));
        for (const std::string& prefix : paths->prefixes) add_route(prefix, line[1].text, span_of(line));
    }

    void add_route(const std::string& prefix, const std::string& backend, Span at) {
        const auto found = backends_.find(backend);
        if (found == backends_.end()) return unclear(at, fmt::format("The backend `{}` is not known.", backend));
        if (!PathPrefix::parse(prefix)) return unclear(at, fmt::format("`{}` is no path prefix.", prefix));
        // The first line that matches decides: behind a line for the same or a shorter prefix it is never reached.
        if (!taken_.take(prefix)) return;
        proxy_.routes.push_back({prefix, found->second, at});
    }

    void unclear(Span at, std::string what) const { scope_.unclear(at, std::move(what)); }

    Scope scope_;
    const Backends& backends_;
    const verify::TlsFact& tls_;
    verify::Proxy proxy_;
    HaproxyAcls acls_;
    TakenPrefixes taken_;
    std::set<std::string> routeAcls_;
    std::optional<Word> defaultRoute_;
    std::optional<std::set<std::string>> notFoundUnless_;
    Span notFoundAt_;
    bool hostIsKnown_ = false;
};

}  // namespace

void read_frontend(const Scope& scope, const HaproxySection& frontend, const Backends& backends,
                   const verify::TlsFact& tls, verify::Proxy proxy) {
    FrontendReader(scope, backends, tls, std::move(proxy)).read(frontend);
}

}  // namespace tenantry::local_read

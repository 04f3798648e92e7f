#include <algorithm>

#include <gtest/gtest.h>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using Lines = std::vector<std::string>;
constexpr std::string_view web = "environments/acme/production/services/web/nginx.conf";

// What local_emit writes: the method chooses how a service is connected to.
constexpr std::string_view blocks =
    "map $request_method $connections { GET kept; HEAD kept; default new; }\n"
    "upstream kept.api { server api:9000 max_fails=0; keepalive 32; keepalive_time 5s; keepalive_timeout 1s; }\n"
    "upstream new.api { server api:9000 max_fails=0; }\n";

// The same configuration with `blocks`, after one change in it.
Lines unclear_with(std::string_view before, std::string_view after) {
    Files files;
    std::string text = files.text(web);
    text.insert(text.find("    server {"), blocks);
    for (std::size_t at = text.find("http://api:9000"); at != std::string::npos; at = text.find("http://api:9000"))
        text.replace(at, 15, "http://$connections.api");
    files.set(std::string(web), text);
    if (!before.empty()) files.replace(web, before, after);
    Lines unclear = files.unclear();
    const verify::Facts facts = files.read();
    const auto& routes = facts.proxies[1].routes;
    const auto api = std::ranges::find(routes, "/api", &verify::ProxyRoute::prefix);
    if (unclear.empty()) {
        EXPECT_NE(api, routes.end());
        if (api == routes.end() || api->to.size() != 1) return {"no route"};
        EXPECT_EQ(api->to[0].host, "api");
        EXPECT_EQ(api->to[0].port, Port{9000});
        EXPECT_EQ(files.bytes(api->to[0].at), "api:9000");
    }
    return unclear;
}

TEST(NginxUpstreams, AMethodChoosesHowButNotWhere) {
    EXPECT_EQ(unclear_with("", ""), Lines{});
    EXPECT_EQ(unclear_with("keepalive 32; ", ""), Lines{});
    EXPECT_EQ(unclear_with("new.api { server api:9000 max_fails=0;", "new.api { server api:9000;"), Lines{});
}

TEST(NginxUpstreams, SayWhatIsNotUnderstood) {
    const struct {
        std::string_view before, after, said;
    } rows[] = {
        // Both must lead to one place.
        {"new.api { server api:9000", "new.api { server scoring:9000", "What `proxy_pass` does in a location"},
        {"new.api { server api:9000", "new.api { server api:9001", "What `proxy_pass` does in a location"},
        {"upstream new.api { server api:9000 max_fails=0; }", "", "What `proxy_pass` does in a location"},
        {"default new;", "default newer;", "What `proxy_pass` does in a location"},
        {"$connections {", "$others {", "What `proxy_pass` does in a location"},
        // What is not repeated would be lost on a connection that the service closes.
        {"new.api { server api:9000 max_fails=0;", "new.api { server api:9000 max_fails=0; keepalive 2;",
         "What `proxy_pass` does in a location"},
        {"HEAD kept;", "HEAD kept; POST kept;", "Which requests this row of a map means"},
        {"HEAD kept;", "HEAD kept; ~^P kept;", "Which requests this row of a map means"},
        {"HEAD kept;", "HEAD kept; GET kept;", "Which requests this row of a map means"},
        {"HEAD kept;", "HEAD $http_x;", "Which requests this row of a map means"},
        {"HEAD kept;", "HEAD kept; volatile;", "Which requests this row of a map means"},
        {"HEAD kept;", "HEAD new;", "What this map says of every method"},
        {"HEAD kept;", "", "What this map says of every method"},
        {"default new;", "", "What this map says of every method"},
        {"$request_method", "$http_x", "What `map` does in the http context"},
        {"map $request_method $connections", "map $request_method $x { default a; } map $request_method $connections",
         "What `map` does in the http context"},
        {"keepalive 32;", "keepalive 32; zone z 1m;", "What `zone` does in an upstream"},
        {"keepalive 32;", "keepalive 32; server other:1;", "What `server` does in an upstream"},
        {"keepalive 32;", "server unix:/x; keepalive 32;", "What `server` does in an upstream"},
        {"api:9000 max_fails=0; keepalive", "api:9000 backup; keepalive", "What `server` does in an upstream"},
        {"api:9000 max_fails=0; keepalive", "unix:/x; keepalive", "What `server` does in an upstream"},
        {"server api:9000 max_fails=0; keepalive", "keepalive", "Where this upstream leads"},
        {"upstream new.api", "upstream kept.api { server x; } upstream new.api", "Where this upstream leads"},
        {"upstream new.api", "upstream scoring { server api; } upstream new.api", "What `upstream` does in the http"},
        {"upstream new.api", "upstream NEW.x { server api; } upstream new.api", "What `upstream` does in the http"},
        {"root /srv/www;", "proxy_pass http://New.api;", "What `proxy_pass` does in a location"},
        {"root /srv/www;", "proxy_pass http://new.api:80;", "What `proxy_pass` does in a location"},
        {"root /srv/www;", "proxy_pass http://$connections.api/x;", "What `proxy_pass` does in a location"},
        {"root /srv/www;", "proxy_pass http://$connections;", "What `proxy_pass` does in a location"},
        {"root /srv/www;", "proxy_pass http://$host.api;", "What `proxy_pass` does in a location"},
        {"root /srv/www;", "proxy_next_upstream error non_idempotent;",
         "What `proxy_next_upstream` does in a location"},
    };
    for (const auto& row : rows) {
        const Lines unclear = unclear_with(row.before, row.after);
        const std::string said = "acme/production: " + std::string(row.said);
        EXPECT_TRUE(std::ranges::any_of(unclear, [&](const std::string& line) { return line.starts_with(said); }))
            << row.before << " -> " << row.after;
    }
}

}  // namespace
}  // namespace tenantry::local_read

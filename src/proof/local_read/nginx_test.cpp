#include <algorithm>

#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using Lines = std::vector<std::string>;
constexpr std::string_view web = "environments/acme/production/services/web/nginx.conf";
constexpr std::string_view edge = "edge/nginx.conf";

struct Change {
    std::string_view before;
    std::string_view after;
    std::string_view said;
};

TEST(Nginx, says_what_it_does_not_understand) {
    const Change rows[] = {
        {"daemon off;", "daemon off; load_module x.so;", "What `load_module` does in the main context is not known."},
        {"error_log stderr warn;", "error_log syslog:server=10.0.0.1;",
         "What `error_log` does in the main context is not known."},
        {"worker_connections 1024;", "worker_connections 1024; debug_connection 10.0.0.1;",
         "What `events` does in the main context is not known."},
        {"http {", "stream {} http {", "What `stream` does in the main context is not known."},
        {"include /etc/nginx/mime.types;", "include /etc/nginx/conf.d/*;",
         "What `include` does in the http context is not known."},
        {"server_tokens off;", "server_tokens off; upstream api { server 10.0.0.1; }",
         "What `upstream` does in the http context is not known."},
        {"server_tokens off;", "server_tokens off; map $uri $x { default 1; }",
         "What `map` does in the http context is not known."},
        {"    server {", "    server { listen 80; location / { return 404; } }\n    server {",
         "Which of several servers takes a request is not known."},
        {"listen 8080;", "listen 8080 proxy_protocol;", "What this server listens on is not known."},
        {"listen 8080;", "listen 8080; listen unix:/x;", "What this server listens on is not known."},
        {"listen 8080;", "", "What this server listens on is not said."},
        {"listen 8080;", "listen 8080; rewrite ^ /x;", "What `rewrite` does in a server is not known."},
        {"listen 8080;", "listen 8080; server_name x;", "What `server_name` does in a server is not known."},
        {"listen 8080;", "listen 8080; include x;", "What `include` does in a server is not known."},
        {"proxy_set_header Host $host;", "proxy_set_header Upgrade $host;",
         "What `proxy_set_header` does in a server is not known."},
        {"location / {", "location ~ [.]php$ { return 404; } location / {",
         "Which requests this location takes is not known."},
        {"location / {", "location @x { return 404; } location / {",
         "Which requests this location takes is not known."},
        {"root /srv/www;", "root /srv/www; try_files $uri /api;", "What `try_files` does in a location is not known."},
        {"root /srv/www;", "alias /srv/www;", "What `alias` does in a location is not known."},
        {"root /srv/www;", "return 301 http://x;", "What `return` does in a location is not known."},
        {"root /srv/www;", "proxy_pass http://$host;", "What `proxy_pass` does in a location is not known."},
        {"root /srv/www;", "proxy_pass http://api:9000/x;", "What `proxy_pass` does in a location is not known."},
        {"root /srv/www;", "proxy_pass https://api;", "What `proxy_pass` does in a location is not known."},
        {"root /srv/www;", "root /srv/www; location /x { return 404; }",
         "What `location` does in a location is not known."},
        {"root /srv/www;", "root /srv/www; return 404;", "Which of its answers this location gives is not known."},
        {"location = /api {", "location = /other {", "`/api/` has no location `= /api`."},
        {"location = /api {", "location = /other {", "The location `= /other` is not a whole prefix."},
        {"location ^~ /api/ {", "location ^~ /api {", "The location `/api` takes paths that only begin like it."},
        {"root /srv/www;", "", "This location answers with files of nginx's own folder."},
        {"location / {", "location /api/ { return 404; } location / {", "There is already such a location."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(web, row.before, row.after);
        const Lines unclear = files.unclear();
        EXPECT_NE(std::ranges::find(unclear, "acme/production: " + std::string(row.said)), unclear.end()) << row.after;
    }
    Files empty;
    empty.set(std::string(web), "http { }");
    EXPECT_EQ(empty.unclear(), Lines{"acme/production: This configuration of nginx has no server."});
}

std::string routes(Files& files) {
    std::string result;
    const verify::Facts facts = files.read();
    for (const verify::ProxyRoute& route : facts.proxies[1].routes) {
        result += route.prefix + " ->";
        for (const verify::Upstream& upstream : route.to)
            result += " " + upstream.host + ":" + std::to_string(upstream.port.number);
        result += '\n';
    }
    return result;
}

TEST(Nginx, reads_locations_into_whole_prefixes) {
    Files files, notFound, nothing, plain;
    EXPECT_EQ(routes(files), "/ ->\n/api -> api:9000\n");
    notFound.replace(web, "root /srv/www;", "return 404;");
    EXPECT_EQ(notFound.unclear(), Lines{});
    EXPECT_EQ(routes(notFound), "/api -> api:9000\n");
    // Then nginx looks into the folder that it was built with.
    nothing.replace(web, "        location / {\n            root /srv/www;\n        }\n", "");
    EXPECT_EQ(nothing.unclear(), Lines{"acme/production: What no location takes is looked for in nginx's own folder."});
    EXPECT_EQ(routes(nothing), "/api -> api:9000\n/ ->\n");
    plain.replace(web, "root /srv/www;", "proxy_pass http://10.0.31.1;")
        .replace(web, "location ^~ /api/", "location /api/");
    EXPECT_EQ(plain.unclear(), Lines{});
    EXPECT_EQ(routes(plain), "/ -> 10.0.31.1:80\n/api -> api:9000\n");
}

TEST(Nginx, needs_the_same_answer_of_both_locations_of_a_prefix) {
    Files files;
    files.replace(web, "location = /api {\n            proxy_pass http://api:9000;", "location = /api {\n return 404;");
    EXPECT_EQ(files.unclear(), Lines{"acme/production: `/api/` has no location `= /api`."});
}

TEST(Edge, says_what_it_does_not_understand) {
    const Change rows[] = {
        {"daemon off;", "daemon off; user root;", "What `user` does in the main context of the edge is not known."},
        {"modules/ngx_stream_module.so", "modules/x.so",
         "What `load_module` does in the main context of the edge is not known."},
        // A dot more in the expression and a name could leave the folder.
        {"(?<name>[a-z0-9]", "(?<name>[a-z0-9./]",
         "Which server names this row of the edge's map sends where is not known."},
        {"{1,90}", "{1,91}", "Which server names this row of the edge's map sends where is not known."},
        {"default unix:/run/tenantry/closed;", "default unix:/run/tenantry/closed; hostnames;",
         "Which server names this row of the edge's map sends where is not known."},
        {"default unix:/run/tenantry/closed;", "default 10.0.0.1:443;",
         "Which server names this row of the edge's map sends where is not known."},
        {"default unix:/run/tenantry/closed;", "default unix:/run/tenantry/in/acme.lend.localhost;",
         "Where the edge sends connections is not known."},
        {"unix:/run/tenantry/in/$name;", "unix:/run/tenantry/$host/$name;",
         "Where the edge sends connections is not known."},
        {"map $ssl_preread_server_name", "map $remote_addr", "What this map looks at is not known."},
        {"ssl_preread on;", "", "The edge does not read server names."},
        {"proxy_protocol on;", "", "The edge does not say to load balancers who connects."},
        {"proxy_pass $ingress;", "proxy_pass $other;", "What the edge does with connections is not known."},
        {"proxy_pass $ingress;", "proxy_pass $ingress; proxy_bind 10.0.0.1;",
         "What `proxy_bind` does in the edge's TLS server is not known."},
        {"listen 127.0.0.1:8443;", "listen 0.0.0.0:8443;", "What the edge does with connections is not known."},
        {"listen 127.0.0.1:8443;", "listen 127.0.0.1:8443 udp;", "What this server listens on is not known."},
        {"stream {", "stream { resolver 10.0.0.1;",
         "What `resolver` does in the stream context of the edge is not known."},
        {"access_log off;", "access_log off; include x;",
         "What `include` does in the http context of the edge is not known."},
        {"return 308 https://$host:8443$request_uri;", "return 200 ok;",
         "What `return` does in the edge's redirecting server is not known."},
        {"return 308 https://$host:8443$request_uri;", "", "The edge's plain port does not redirect everything."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(edge, row.before, row.after);
        const Lines unclear = files.unclear();
        EXPECT_NE(std::ranges::find(unclear, "everybody: " + std::string(row.said)), unclear.end()) << row.after;
    }
}

TEST(Edge, is_no_fact_where_it_is_not_understood) {
    Files files;
    files.replace(edge, "map $ssl_preread_server_name", "map $remote_addr");
    EXPECT_TRUE(files.read().edges.empty());
}

}  // namespace
}  // namespace tenantry::local_read

#include "frontend.hpp"

#include <algorithm>
#include <set>

#include <tenantry/base/check.hpp>

#include "config_text.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::Route;
using blueprint::Shape;
using blueprint::Workload;

// nginx repeats a GET or HEAD whose kept connection the service was closing just then, and must not repeat anything
// that may change something: that gets a new connection, which is refused before anything is sent, or serves. A
// connection is kept so briefly that new tasks soon have their share, and that one that leaves is soon without.
void method_map(NginxText& text) {
    text.open("map $request_method $connections");
    text.directive("GET kept").directive("HEAD kept").directive("default new").close();
}

// No service's name has a dot. One failure must not keep the only address away from others.
void server(NginxText& text, const Workload& to) {
    text.directive("server", TemplateText().add(to.name, ":", *to.port), "max_fails=0");
}

void upstreams(NginxText& text, const Workload& to) {
    TENANTRY_CHECK(to.port, "a service that is called has a port");
    text.open("upstream", TemplateText().add("kept.", to.name));
    server(text, to);
    text.directive("keepalive 32").directive("keepalive_time 5s").directive("keepalive_timeout 1s").close();
    text.open("upstream", TemplateText().add("new.", to.name));
    server(text, to);
    text.close();
}

void connections(NginxText& text, const Shape& shape, const Workload& frontend) {
    std::set<Index<Workload>> behind;
    for (const Route& route : frontend.routes) behind.insert(route.to);
    if (behind.empty()) return;
    method_map(text);
    for (const Index<Workload> to : behind) upstreams(text, shape.workloads[to.at]);
}

void pass(NginxText& text, const Workload& to) {
    text.directive("proxy_pass", TemplateText().add("http://$connections.", to.name));
    text.close();
}

// Two locations, so that `/api` takes `/api` and `/api/x` and never `/apix`.
void prefix(NginxText& text, const Shape& shape, const Route& route) {
    const Workload& to = shape.workloads[route.to.at];
    text.open("location =", route.prefix);
    pass(text, to);
    text.open("location ^~", TemplateText().add(route.prefix, "/"));
    pass(text, to);
}

void rest(NginxText& text, const Shape& shape, const Workload& frontend) {
    const auto whole = std::ranges::find(frontend.routes, "/", [](const Route& route) { return route.prefix.str(); });
    text.open("location /");
    if (whole != frontend.routes.end()) return pass(text, shape.workloads[whole->to.at]);
    if (frontend.staticFolder) {
        text.directive("root", *frontend.staticFolder);
    } else {
        text.directive("return 404");
    }
    text.close();
}

void process(NginxText& text) {
    text.directive("worker_processes 1");
    text.directive("daemon off");
}

// Everything that nginx writes goes to the task's own /tmp; its root is read-only.
void files(NginxText& text) {
    text.directive("include /etc/nginx/mime.types");
    text.directive("default_type application/octet-stream");
    // The client as the load balancer saw it. Each write wakes conmon, so that lines wait for others, a second at most.
    text.directive("log_format requests '$http_x_forwarded_for [$time_local] \"$request\" $status $body_bytes_sent"
                   " $request_time \"$http_referer\" \"$http_user_agent\"'");
    text.directive("access_log /dev/stdout requests buffer=32k flush=1s");
    text.directive("client_body_temp_path /tmp/client-body");
    text.directive("proxy_temp_path /tmp/proxy");
    text.directive("fastcgi_temp_path /tmp/fastcgi");
    text.directive("uwsgi_temp_path /tmp/uwsgi");
    text.directive("scgi_temp_path /tmp/scgi");
    text.directive("server_tokens off");
}

}  // namespace

TemplateText frontend_text(const Shape& shape, const Workload& frontend) {
    TENANTRY_CHECK(frontend.port, "a frontend has a port");
    NginxText text;
    process(text);
    text.directive("pid /tmp/nginx.pid");
    text.directive("error_log stderr warn");
    text.open("events").directive("worker_connections 1024").close();
    text.open("http");
    files(text);
    connections(text, shape, frontend);
    text.open("server");
    text.directive("listen", *frontend.port);
    text.directive("proxy_http_version 1.1");
    text.directive("proxy_set_header Host $host");
    text.directive("proxy_set_header X-Forwarded-For $http_x_forwarded_for");
    text.directive("proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto");
    text.directive("proxy_set_header Connection \"\"");
    for (const Route& route : frontend.routes)
        if (route.prefix.str() != "/") prefix(text, shape, route);
    rest(text, shape, frontend);
    text.close().close();
    return std::move(text).take();
}

TemplateText edge_text() {
    NginxText text;
    text.directive("load_module modules/ngx_stream_module.so");
    process(text);
    text.directive("pid /run/tenantry/edge/nginx.pid");
    text.directive("error_log stderr warn");
    text.open("events").directive("worker_connections 4096").close();
    text.open("stream");
    text.open("map $ssl_preread_server_name $ingress");
    text.directive("\"~^(?=.{1,90}$)(?<name>[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+)$\""
                   " unix:/run/tenantry/in/$name");
    text.directive("default unix:/run/tenantry/closed").close();
    text.open("server");
    text.directive("listen 127.0.0.1:8443");
    text.directive("ssl_preread on");
    text.directive("preread_timeout 5s");
    text.directive("proxy_protocol on");
    text.directive("proxy_connect_timeout 2s");
    text.directive("proxy_pass $ingress").close().close();
    text.open("http").directive("access_log off");
    text.open("server").directive("listen 127.0.0.1:8080");
    text.directive("return 308 https://$host:8443$request_uri").close().close();
    return std::move(text).take();
}

TemplateText hosts_text(const Shape& shape, const std::vector<Index<Workload>>& calls,
                        const std::vector<blueprint::Grant>& stores) {
    TemplateText text;
    text.add("127.0.0.1 localhost\n");
    for (const Index<Workload> index : calls) {
        const Workload& called = shape.workloads[index.at];
        TENANTRY_CHECK(called.virtualAddress, "a service that is called has a virtual address");
        text.add(BlockAddress{*called.virtualAddress}, " ", called.name, "\n");
    }
    for (const blueprint::Grant& grant : stores)
        text.add(BlockAddress{address_of(shape, grant.store)}, " ", shape.stores[grant.store.at].name, "\n");
    return text;
}

}  // namespace tenantry::local_emit

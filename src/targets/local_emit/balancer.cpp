#include "balancer.hpp"

#include <chrono>
#include <set>

#include <tenantry/base/check.hpp>

#include "config_text.hpp"

namespace tenantry::local_emit {
namespace {

using blueprint::Entry;
using blueprint::Shape;
using blueprint::Workload;

void globals(HaproxyText& text) {
    text.section("global");
    text.line("log stdout format raw local0 info");
    text.line("maxconn 2000");
    // Its group has one CPU (task_config.cpp); threads would only wait for each other.
    text.line("nbthread 1");
    text.line("tune.ssl.cachesize 2000");  // 200 bytes each, all of them touched at the start; the default is 20,000
    text.line("stats socket /run/haproxy.sock mode 600 level admin");
    text.line("ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets");
    text.line("ssl-default-bind-ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
                                          ":ECDHE-ECDSA-CHACHA20-POLY1305");
    text.line("ssl-default-bind-ciphersuites",
              "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
}

void defaults(HaproxyText& text) {
    text.section("defaults");
    text.line("mode http");
    text.line("log global");
    text.line("option httplog");
    text.line("option dontlognull");
    text.line("option redispatch");
    // One that is replaced ends connections with an answer, not under a request.
    text.line("option idle-close-on-response");
    text.line("retries 3");
    text.line("timeout http-request 5s");
    text.line("timeout connect 2s");
    text.line("timeout client 60s");
    text.line("timeout server 60s");
    text.line("timeout queue 5s");
    text.line("timeout http-keep-alive 60s");
}

TemplateText route_name(std::uint32_t number) { return std::move(TemplateText().add("route-", number)); }

// A request that reaches no frontend is answered before the backends are chosen.
void refuse_others(HaproxyText& text, std::uint32_t routes) {
    TemplateText known;
    for (std::uint32_t number = 1; number <= routes; ++number)
        known.add(number == 1 ? Literal(" unless ") : Literal(" or "), route_name(number));
    text.line(TemplateText().add("http-request return status 404", known));
}

void routes(HaproxyText& text, const Shape& shape) {
    std::vector<const Entry*> prefixed;
    const Entry* whole = nullptr;
    for (const Entry& entry : shape.entries)
        if (entry.prefix.str() == "/") {
            whole = &entry;
        } else {
            prefixed.push_back(&entry);
        }
    std::uint32_t number = 0;
    for (const Entry* entry : prefixed) {
        const TemplateText name = route_name(++number);
        text.line("acl", name, "path", entry->prefix);
        text.line("acl", name, "path_beg", TemplateText().add(entry->prefix, "/"));
    }
    if (whole == nullptr) refuse_others(text, number);
    number = 0;
    for (const Entry* entry : prefixed)
        text.line("use_backend", shape.workloads[entry->to.at].name, "if", route_name(++number));
    if (whole != nullptr) text.line("default_backend", shape.workloads[whole->to.at].name);
}

void entrance(HaproxyText& text, const Shape& shape) {
    const TemplateText hosts = std::move(TemplateText().add(FromEnvironment{EnvironmentPart::hosts}));
    text.section("frontend public");
    text.block(TemplateText().add(
        EachHost{HaproxyText::whole_line(TemplateText().add("bind fd@", FromHost{HostPart::descriptor}),
                                         "accept-proxy ssl crt /run/tls alpn h2,http/1.1")}));
    text.line("http-request set-var(txn.host) req.hdr(host),field(1,:),lower");
    text.line("acl own-name ssl_fc_sni -m str", hosts);
    text.line("acl own-host var(txn.host) -m str", hosts);
    text.line("acl same-host ssl_fc_sni,strcmp(txn.host) eq 0");
    text.line("http-request return status 421 unless own-name own-host same-host");
    text.line("http-request del-header ^(forwarded|x-forwarded-.*|x-real-ip)$ -m reg");
    text.line("http-request set-header X-Forwarded-For %[src]");
    text.line("http-request set-header X-Forwarded-Proto https");
    // Frontends log what they answered; here stays what reached none, and what went wrong.
    text.line("http-response set-log-level silent");
    text.line("http-response set-header Strict-Transport-Security max-age=63072000");
    // A cookie without Domain is for the host that set it alone (RFC 6265 section 4.1.2.3). One that has several is
    // gone.
    text.line("http-response replace-header set-cookie "
              "(.*);[[:space:]]*[Dd][Oo][Mm][Aa][Ii][Nn][[:space:]]*=[^;]*(.*) \\1\\2");
    text.line("http-response replace-header set-cookie "
              ".*;[[:space:]]*[Dd][Oo][Mm][Aa][Ii][Nn][[:space:]]*=.* removed=;max-age=0");
    routes(text, shape);
}

// HAProxy's time format (its manual, 2.5).
TemplateText time_text(model::Duration time) {
    const auto milliseconds = static_cast<std::uint32_t>(time.count());
    if (milliseconds % 1000 == 0) return std::move(TemplateText().add(milliseconds / 1000, "s"));
    return std::move(TemplateText().add(milliseconds, "ms"));
}

void http_check(HaproxyText& text, const Workload& workload) {
    const std::string& path = workload.health.path;
    const auto checked = PathPrefix::parse(path.empty() ? "/" : path);
    TENANTRY_CHECK(checked, "the model checks health paths");
    text.line("option httpchk");
    text.line("http-check send meth GET uri", *checked, "ver HTTP/1.1 hdr Host", firstHost);
}

void backend(HaproxyText& text, const Workload& workload, Index<Workload> index) {
    TENANTRY_CHECK(workload.port, "a frontend has a port");
    text.section("backend", workload.name);
    text.line("balance leastconn");
    if (workload.health.kind == model::Health::Kind::http) http_check(text, workload);
    text.line("default-server check inter", time_text(workload.health.every), "fall", workload.health.failures,
              "rise 1");
    const TemplateText address = TemplateText().add(FromTask{TaskPart::address}, ":", *workload.port);
    text.block(TemplateText().add(
        EachTask{index, HaproxyText::whole_line("server", taskName, address), "", Which::first},
        // Not asked for before something runs there; the runtime socket says when.
        EachTask{index, HaproxyText::whole_line("server", taskName, address, "disabled"), "", Which::resting}));
}

}  // namespace

TemplateText balancer_text(const Shape& shape) {
    HaproxyText text;
    globals(text);
    defaults(text);
    entrance(text, shape);
    std::set<Index<Workload>> behind;
    for (const Entry& entry : shape.entries) behind.insert(entry.to);
    for (const Index<Workload> index : behind) backend(text, shape.workloads[index.at], index);
    return std::move(text).take();
}

}  // namespace tenantry::local_emit

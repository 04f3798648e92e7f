#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using Lines = std::vector<std::string>;
constexpr std::string_view acme = "environments/acme/production/services/load-balancer/haproxy.cfg";
constexpr std::string_view globex = "environments/globex/demo/services/load-balancer/haproxy.cfg";

// The proxy of a load balancer as `to_text` has it.
std::string proxy_text(Files& files, std::string_view environment) {
    const std::string text = verify::to_text(files.read());
    const std::size_t begin = text.find(fmt::format("proxy {}/load-balancer-1", environment));
    std::size_t end = text.find('\n', begin) + 1;
    std::string proxy = text.substr(begin, end - begin);
    for (; text.compare(end, 2, "  ") == 0; end = text.find('\n', end) + 1)
        if (text.compare(end, 8, "  route ") == 0) proxy += text.substr(end, text.find('\n', end) + 1 - end);
    return proxy;
}

const verify::Proxy& proxy_of(const verify::Facts& facts, std::string_view process) {
    const auto found = std::ranges::find(
        facts.proxies, process, [&](const verify::Proxy& proxy) { return facts.processes[proxy.process.at].name; });
    return *found;
}

struct Change {
    std::string_view before;
    std::string_view after;
    std::string_view said;
};

TEST(Haproxy, says_what_it_does_not_understand) {
    const Change rows[] = {
        {"global\n", "global\n    lua-load /x.lua\n", "What the global setting `lua-load` changes is not known."},
        {"global\n", "global\n    stats socket ipv4@:9999 level admin\n",
         "What the global setting `stats` changes is not known."},
        {"defaults\n", "defaults\n    source 0.0.0.0\n", "What the default setting `source` changes is not known."},
        {"    mode http\n", "", "Without `mode http` in `defaults` requests are not looked at."},
        {"frontend public\n", "resolvers r\nfrontend public\n", "What this section `resolvers` does is not known."},
        {"frontend public\n", "listen l\nfrontend public\n", "What this section `listen` does is not known."},
        {"global\n", "x\nglobal\n", "This line stands before the first section."},
        {"    bind fd@3", "    bind unix@/x\n    bind fd@3", "What `unix@/x` listens on is not known."},
        {"    bind fd@3", "    bind :8080 interface eth0\n    bind fd@3", ""},
        {" accept-proxy ssl", " ssl", "What comes of the edge's connections without `accept-proxy` is not known."},
        {" accept-proxy ssl", " accept-proxy", "What comes of the edge's connections without `ssl` is not known."},
        {"    bind fd@3", "    filter lua.x\n    bind fd@3", "What `filter` changes for a frontend is not known."},
        {"    use_backend app if route-2", "    redirect scheme https\n    use_backend app if route-2",
         "What `redirect` changes for a frontend is not known."},
        {"    use_backend app if route-2", "    http-request set-path /x\n    use_backend app if route-2",
         "What this rule does with requests is not known."},
        {"    use_backend app if route-2", "    http-request set-header Host x\n    use_backend app if route-2",
         "What this rule does with requests is not known."},
        {"    use_backend app if route-2", "    http-request del-header . -m reg\n    use_backend app if route-2",
         "What this rule does with requests is not known."},
        {"    use_backend app if route-2", "    use_backend nothing\n    use_backend app if route-2",
         "The backend `nothing` is not known."},
        {"server app-1 10.0.32.4:8000", "server app-1 10.0.32.4", "Where the server `10.0.32.4` is is not known."},
        {"server app-1 10.0.32.4:8000", "server app-1 unix@/x:1", "Where the server `unix@/x:1` is is not known."},
        {"server app-1 10.0.32.4:8000", "server app-1 10.0.32.4:8000 addr 10.0.0.1", ""},
        {"server app-1 10.0.32.4:8000", "server-template x 3 10.0.32.4:8000",
         "What `server-template` changes for a backend is not known."},
        {"server app-1 10.0.32.4:8000", "server app-1 10.0.32.4:8000\n    http-check connect port 1",
         "What `http-check` changes for a backend is not known."},
        {"server app-1 10.0.32.4:8000", "server app-1 10.0.32.4:8000\n    use-server app-1 if x",
         "What `use-server` changes for a backend is not known."},
        {"if route-2", "if route-2 own-name", "When this backend is used is not known."},
        {"if route-2", "unless route-2", "When this backend is used is not known."},
        {" unless route-1 or route-2", "", "The requests that are answered with 404 are not those without a backend."},
        {"unless route-1 or route-2", "unless route-1 route-2",
         "What this condition of several joined conditions lets through is not known."},
        {"unless route-1 or route-2", "unless route-1",
         "The requests that are answered with 404 are not those without a backend."},
        {"    use_backend app if route-2", "    default_backend app\n    use_backend app if route-2",
         "The requests that are answered with 404 are not those without a backend."},
        {"acl own-name ssl_fc_sni -m str", "acl own-name ssl_fc_sni -i -m str",
         "What the condition `own-name` looks at is not known."},
        {"unless own-name own-host same-host", "unless own-name own-host METH_GET",
         "The condition `METH_GET` is not known."},
        {"    http-request set-var(txn.host) req.hdr(host),field(1,:),lower\n", "",
         "The Host header is compared before the variable `txn.host` holds it."},
        {"    http-request set-var(txn.host) req.hdr(host),field(1,:),lower\n",
         "    http-request set-var(txn.host) req.hdr(x-host)\n", ""},
        {"var(txn.host) -m str globex.lend.localhost", "var(txn.host) -m str other.lend.localhost",
         "No host name passes this rule."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(globex, row.before, row.after);
        const Lines unclear = files.unclear();
        if (row.said.empty())
            EXPECT_FALSE(unclear.empty()) << row.after;
        else
            EXPECT_NE(std::ranges::find(unclear, "globex/demo: " + std::string(row.said)), unclear.end()) << row.after;
    }
}

TEST(Haproxy, takes_its_own_hosts_where_one_of_two_equal_names_is_looked_at) {
    for (const std::string_view enough : {"own-name same-host", "own-host same-host"}) {
        Files files;
        files.replace(globex, "own-name own-host same-host", enough);
        EXPECT_EQ(files.unclear(), Lines{}) << enough;
        EXPECT_EQ(files.read().proxies[2].hosts, Files().read().proxies[2].hosts) << enough;
    }
}

TEST(Haproxy, takes_any_host_where_the_421_rule_leaves_names_open_or_different) {
    for (const std::string_view without : {"own-name own-host", "own-name", "own-host", "same-host"}) {
        Files files;
        files.replace(globex, "own-name own-host same-host", without);
        EXPECT_EQ(files.unclear(), Lines{}) << without;
        EXPECT_TRUE(files.read().proxies[2].hosts.empty()) << without;
    }
    Files none, other;
    none.replace(globex, "    http-request return status 421 unless own-name own-host same-host\n", "");
    EXPECT_EQ(none.unclear(), Lines{});
    EXPECT_TRUE(none.read().proxies[2].hosts.empty());
    other.replace(globex, "strcmp(txn.host) eq 0", "strcmp(txn.host) ne 0");
    EXPECT_FALSE(other.unclear().empty());
    EXPECT_TRUE(other.read().proxies[2].hosts.empty());
}

TEST(Haproxy, takes_only_hosts_that_both_conditions_name) {
    Files files;
    files.replace(acme, "var(txn.host) -m str acme.lend.localhost prestamos.acme.example",
                  "var(txn.host) -m str prestamos.acme.example evil.example");
    EXPECT_EQ(files.unclear(), Lines{});
    const verify::Facts facts = files.read();
    ASSERT_EQ(facts.proxies[0].hosts.size(), 1U);
    EXPECT_EQ(facts.proxies[0].hosts[0].str(), "prestamos.acme.example");
}

TEST(Haproxy, says_where_paths_are_no_whole_segments) {
    for (const std::string_view line : {"    acl route-1 path /app\n", "    acl route-1 path_beg /app/\n"}) {
        Files files;
        files.replace(globex, line, "");
        EXPECT_EQ(files.unclear(),
                  Lines{"globex/demo: The paths of `route-1` are not all that lie under a prefix by whole "
                        "segments."});
        EXPECT_NE(proxy_text(files, "globex/demo").find("  route /app 10.0.32.4:8000\n"), std::string::npos);
    }
    Files noSlash;
    noSlash.replace(globex, "path_beg /app/", "path_beg /app");
    EXPECT_EQ(noSlash.unclear().size(), 1U);
    Files flag;
    flag.replace(globex, "path_beg /app/", "path_beg -i /app/");
    EXPECT_EQ(flag.unclear()[0], "globex/demo: What the condition `route-1` looks at is not known.");
}

TEST(Haproxy, drops_routes_that_an_earlier_line_takes) {
    Files files;
    files.replace(acme, "    acl route-1 path /admin\n",
                  "    acl wide path /admin /other\n    acl wide path_beg /admin/ /other/\n"
                  "    acl route-2 path /admin/users\n    acl route-2 path_beg /admin/users/\n"
                  "    use_backend web if wide\n    use_backend admin if route-2\n    acl route-1 path /admin\n");
    EXPECT_EQ(files.unclear(), Lines{});
    EXPECT_EQ(proxy_text(files, "acme/production"),
              "proxy acme/production/load-balancer-1 descriptor 3 descriptor 4 host acme.lend.localhost host "
              "prestamos.acme.example\n  route /admin 10.0.16.6:8080\n  route /other 10.0.16.6:8080\n  route / "
              "10.0.16.6:8080\n");
}

TEST(Haproxy, takes_a_backend_without_condition_for_all_that_is_left) {
    Files files;
    files.replace(acme, "    default_backend web\n", "    use_backend web\n    use_backend admin\n");
    EXPECT_EQ(files.unclear(), Lines{});
    EXPECT_NE(proxy_text(files, "acme/production").find("  route / 10.0.16.6:8080\n"), std::string::npos);
}

TEST(Haproxy, takes_no_request_where_all_are_answered_with_404) {
    Files files;
    files.replace(globex,
                  " unless route-1 or route-2\n    use_backend app if route-2\n    use_backend app if route-1\n", "\n");
    EXPECT_EQ(files.unclear(), Lines{});
    EXPECT_EQ(proxy_text(files, "globex/demo"),
              "proxy globex/demo/load-balancer-1 descriptor 3 host globex.lend.localhost\n");
}

TEST(Haproxy, reads_ports_and_servers_by_name) {
    Files files;
    files.replace(globex, "    bind fd@3", "    bind :8080,10.0.0.1:9000-9002\n    bind fd@3")
        .replace(globex, "server app-1 10.0.32.4:8000", "server app-1 app:8000 check inter 5s weight 10");
    EXPECT_EQ(files.unclear(), Lines{});
    EXPECT_EQ(proxy_text(files, "globex/demo"),
              "proxy globex/demo/load-balancer-1 port 8080 port 9000 port 9001 port 9002 descriptor 3 host "
              "globex.lend.localhost\n  route /docs app:8000\n  route /app app:8000\n");
}

constexpr std::string_view balancer = "acme/production/load-balancer-1";

TEST(Haproxy, reads_the_weakest_that_a_socket_takes) {
    Files files;
    files.replace(acme, "bind fd@4 accept-proxy ssl crt /run/tls",
                  "bind fd@4 accept-proxy ssl crt /run/tls ssl-min-ver TLSv1.0 ciphers AES128-SHA");
    const verify::Facts facts = files.read();
    const verify::TlsFact& tls = *proxy_of(facts, balancer).tls;
    EXPECT_EQ(tls.minimum, "TLSv1.0");
    EXPECT_EQ(files.bytes(tls.at), "ssl-min-ver");
    EXPECT_EQ(tls.ciphers, (std::vector<std::string>{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                                     "ECDHE-ECDSA-CHACHA20-POLY1305", "AES128-SHA"}));
    EXPECT_EQ(tls.certificates, "/run/tls");
    EXPECT_TRUE(facts.notUnderstood.empty());

    Files silent;  // what one socket does not say may be anything
    silent.replace(acme, "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets\n", "");
    silent.replace(acme, "bind fd@4 accept-proxy ssl crt /run/tls",
                   "bind fd@4 accept-proxy ssl crt /run/tls ssl-min-ver TLSv1.3");
    EXPECT_EQ(proxy_of(silent.read(), balancer).tls->minimum, "");
}

TEST(Haproxy, says_what_it_does_not_understand_of_tls) {
    const Change rows[] = {
        {"ssl-min-ver TLSv1.2", "ssl-min-ver TLSv2", "acme/production: Which version of TLS `TLSv2` is is not known."},
        {"no-tls-tickets", "ssl-max-ver TLSv1.2",
         "acme/production: What the TLS option `ssl-max-ver` changes is not known."},
        {"bind fd@4 accept-proxy ssl crt /run/tls", "bind fd@4 accept-proxy ssl crt /run/other",
         "acme/production: Two listening sockets have their certificates from two places."},
        {"bind fd@4 accept-proxy ssl crt /run/tls", "bind fd@4 accept-proxy ssl crt /run/tls crt /run/other",
         "acme/production: A listening socket has several sources of certificates."},
        {"max-age=63072000", "max-age=x",
         "acme/production: What this rule does with Strict-Transport-Security is not known."},
        {"max-age=63072000", "max-age=63072000 if own-host",
         "acme/production: What this rule does with Strict-Transport-Security is not known."},
        {"X-Forwarded-For %[src]", "X-Forwarded-For %[req.hdr(x-from)]",
         "acme/production: What this rule does with requests is not known."},
        {"X-Forwarded-For %[src]", "X-Forwarded-For %[src] if own-host",
         "acme/production: What this rule does with requests is not known."},
        // In capitals it would match no name of HAProxy's.
        {"^(forwarded|x-forwarded-.*|x-real-ip)$", "^(Forwarded|X-Forwarded-.*|X-Real-IP)$",
         "acme/production: What this rule does with requests is not known."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(acme, row.before, row.after);
        EXPECT_EQ(files.unclear().at(0), row.said) << row.after;
    }
}

TEST(Haproxy, reads_what_becomes_of_headers) {
    Files files;
    const verify::HeaderFact whole = proxy_of(files.read(), balancer).headers;
    EXPECT_TRUE(whole.dropsForwarding && whole.comparesNames && whole.narrowsCookies);
    EXPECT_EQ(whole.transportSecurity->value, 63'072'000U);
    Files less;
    less.replace(acme, "    http-request del-header ^(forwarded|x-forwarded-.*|x-real-ip)$ -m reg\n", "");
    less.replace(acme, "max-age=63072000\n",
                 "max-age=63072000\n    http-response del-header strict-transport-security\n");
    less.replace(acme, "unless own-name own-host same-host", "unless own-name own-host");
    const verify::Facts facts = less.read();
    EXPECT_FALSE(proxy_of(facts, balancer).headers.dropsForwarding);
    EXPECT_FALSE(proxy_of(facts, balancer).headers.comparesNames);
    EXPECT_FALSE(proxy_of(facts, balancer).headers.transportSecurity);
    EXPECT_TRUE(facts.notUnderstood.empty());
    Files other;
    other.replace(acme, "=.* removed=;max-age=0\n", "=x.* removed=;max-age=0\n");
    EXPECT_FALSE(proxy_of(other.read(), balancer).headers.narrowsCookies);
    EXPECT_EQ(other.unclear().at(0), "acme/production: What this rule does with cookies is not known.");
}

}  // namespace
}  // namespace tenantry::local_read

#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using Lines = std::vector<std::string>;
constexpr std::string_view globex = "environments/globex/demo/network.json";
constexpr std::string_view acme = "environments/acme/production/network.json";

// One change of globex/demo's network.json, and what is said of it.
struct Change {
    std::string_view before;
    std::string_view after;
    std::string said;
};

TEST(Network, says_what_it_does_not_understand) {
    const Change rows[] = {
        {R"("version": 1)", R"("version": 2)", "globex/demo: Version 2 of network.json is not known."},
        {R"("block":)", R"("colour": 1, "block":)", "globex/demo: The key `colour` of the network file is not known."},
        {R"("environment": "globex/demo")", R"("environment": "acme/production")",
         "everybody: The folder of `globex/demo` says that it is `acme/production`."},
        {R"("forwards": true)", R"("forwards": true, "bridge": "br0")",
         "globex/demo: The key `bridge` of the namespace is not known."},
        {R"("forwards": true)", R"("forwards": true, "other": ["the rule 100 for table 5"])",
         "globex/demo: The namespace `router` has what is not modelled: the rule 100 for table 5."},
        {R"({"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.disable_ipv6": "1"})", R"({"net.ipv4.ip_forward": "1"})",
         "globex/demo: The namespace `router` does not set net.ipv6.conf.all.disable_ipv6 to 1, and IPv6 is not "
         "modelled."},
        {R"({"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.disable_ipv6": "1"})",
         R"({"net.ipv4.ip_forward": "1", "net.ipv6.conf.all.disable_ipv6": "0"})",
         "globex/demo: The namespace `router` does not set net.ipv6.conf.all.disable_ipv6 to 1, and IPv6 is not "
         "modelled."},
        {R"("net.ipv4.ip_forward": "1")", R"("net.ipv4.ip_forward": "0")",
         "globex/demo: `forwards` of the namespace `router` is true, but its net.ipv4.ip_forward is `0`."},
        {R"("net.ipv4.ip_forward": "1", )", "",
         "globex/demo: The namespace `router` forwards, but does not set net.ipv4.ip_forward."},
        {R"({"net.ipv4.ip_forward": "1",)", R"({"net.ipv4.conf.all.accept_local": "1", "net.ipv4.ip_forward": "1",)",
         "globex/demo: What the sysctl `net.ipv4.conf.all.accept_local` changes is not known."},
        {R"("addresses": ["10.0.32.4/32"])", R"("addresses": ["10.0.32.4/32", "10.0.32.4/32"])",
         "globex/demo: The interface `eth0` already has the address 10.0.32.4/32."},
        {R"("addresses": ["10.0.32.4/32"])", R"("addresses": ["10.0.32.4/24"])",
         "globex/demo: The address 10.0.32.4/24 of the interface `eth0` brings a route of its own."},
        {R"({"to": "10.0.32.4/32", "interface": "app-1"})", R"({"to": "10.0.32.4/32", "interface": "eth9"})",
         "globex/demo: The route to 10.0.32.4/32 leaves by `eth9`, which the namespace does not have."},
        {R"({"to": "10.0.32.4/32", "interface": "app-1"})",
         R"({"to": "10.0.32.4/32", "interface": "app-1"}, {"to": "10.0.32.4/32", "unreachable": true})",
         "globex/demo: There is already a route to 10.0.32.4/32."},
        {R"({"to": "10.0.32.4/32", "interface": "app-1"})", R"({"to": "10.0.32.4/32"})",
         "globex/demo: Where the route to 10.0.32.4/32 leads is not said clearly."},
        {R"({"to": "10.0.32.4/32", "interface": "app-1"})",
         R"({"to": "10.0.32.4/32", "interface": "app-1", "unreachable": true})",
         "globex/demo: Where the route to 10.0.32.4/32 leads is not said clearly."},
        {R"({"to": "10.0.32.4/32", "interface": "app-1"})",
         R"({"to": "10.0.32.4/32", "interface": "app-1", "table": 5})",
         "globex/demo: The key `table` of the route is not known."},
        {R"({"address": "10.0.32.4", "mac": "02:54:0a:00:20:04")",
         R"({"address": "10.0.32.4", "mac": "02:54:0a:00:20:05")",
         "globex/demo: The neighbour entry says 02:54:0a:00:20:05, but the other end of `app-1` has "
         "02:54:0a:00:20:04."},
        {R"("mac": "02:54:0a:00:20:04", "interface": "app-1")", R"("mac": "02:54:0a:00:20:04", "interface": "x")",
         "globex/demo: The neighbour 10.0.32.4 is on `x`, which the namespace does not have."},
        {R"("path": "/run/tenantry/in/globex.lend.localhost")", R"("path": "/run/tenantry/in/other.lend.localhost")",
         "globex/demo: The socket for the host `globex.lend.localhost` is `/run/tenantry/in/other.lend.localhost`."},
        {R"("task": "load-balancer-1")", R"("task": "app-9")",
         "globex/demo: The ingress socket is for the task `app-9`, which `globex/demo` does not have."},
        {R"("path": "/run/tenantry/in/globex.lend.localhost", "host": "globex.lend.localhost")",
         R"("path": "/run/tenantry/in/acme.lend.localhost", "host": "acme.lend.localhost")",
         "everybody: Two ingress sockets have the path `/run/tenantry/in/acme.lend.localhost`; one of them is open."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(globex, row.before, row.after);
        EXPECT_EQ(files.unclear(), Lines{row.said}) << row.after;
    }
}

TEST(Network, refuses_what_cannot_be_read) {
    const Change rows[] = {
        {R"("block": "10.0.32.0/20")", R"("block": "10.0.32.1/20")",
         "TN0753 \"10.0.32.1/20\": `block` of the network file: a /20 range begins at 10.0.32.0, not at 10.0.32.1."},
        {R"("block": "10.0.32.0/20",)", "", "TN0751 {: In the network file `block` is missing."},
        {R"("forwards": true)", R"("forwards": "true")",
         "TN0752 \"true\": `forwards` of the namespace is no truth value."},
        {R"("forwards": true)", R"("forwards": true, "other": [5])",
         "TN0753 5: `other` of the namespace `router` holds texts alone."},
        {R"("addresses": ["10.0.32.4/32"])", R"("addresses": ["10.0.32.4"])",
         "TN0753 \"10.0.32.4\": An address of the interface `eth0` is not written like `10.0.0.4/32`."},
        {R"("descriptor": 3)", R"("descriptor": -3)",
         "TN0752 -3: `descriptor` of the socket is no whole number of 32 bits."},
        {R"({"name": "app-1", "mac")", R"({"name": "lo", "mac")",
         "TN0753 \"lo\": `lo` cannot be the name of a listed interface."},
        {R"({"name": "app-1", "mac")", R"({"name": "a-name-of-16-byt", "mac")",
         "TN0753 \"a-name-of-16-byt\": `a-name-of-16-byt` cannot be the name of a listed interface."},
        {R"("/run/tenantry/platforms/lend/net/globex/demo/app-1")",
         R"("/run/tenantry/platforms/lend/net/globex/demo/../x")",
         "TN0753 \"/run/tenantry/platforms/lend/net/globex/demo/../x\": The path of the namespace `app-1`"},
        {R"("/run/tenantry/platforms/lend/net/globex/demo/app-1")",
         R"("/run/tenantry/platforms/lend/net/acme/production/api-1")",
         "TN0754 \"/run/tenantry/platforms/lend/net/acme/production/api-1\": There is already a namespace with the "
         "path "
         "`/run/tenantry/platforms/lend/net/acme/production/api-1`."},
        {R"({"name": "app-1",
   "path")",
         R"({"name": "router",
   "path")",
         "TN0754 \"router\": There is already a namespace with the name `router`."},
    };
    for (const Change& row : rows) {
        Files files;
        files.replace(globex, row.before, row.after);
        const Lines diagnostics = files.diagnostics();
        ASSERT_EQ(diagnostics.size(), 1U) << row.after;
        EXPECT_EQ(diagnostics[0].substr(0, row.said.size()), row.said);
    }
}

TEST(Network, joins_links_that_cross_environments_by_path) {
    Files files;
    files
        .replace(acme, R"({"name": "eth0", "mac": "02:54:0a:00:10:04")",
                 R"({"name": "x", "mac": "02:aa:aa:aa:aa:aa", "addresses": [], "peer":
                    {"namespace": "/run/tenantry/platforms/lend/net/globex/demo/app-1", "interface": "y"}},
                    {"name": "eth0", "mac": "02:54:0a:00:10:04")")
        .replace(globex, R"({"name": "eth0", "mac": "02:54:0a:00:20:04")",
                 R"({"name": "y", "mac": "02:bb:bb:bb:bb:bb", "addresses": [], "peer":
                    {"namespace": "/run/tenantry/platforms/lend/net/acme/production/api-1", "interface": "x"}},
                    {"name": "eth0", "mac": "02:54:0a:00:20:04")");
    EXPECT_EQ(files.unclear(), Lines{});
    const std::string text = verify::to_text(files.read());
    EXPECT_NE(text.find("  interface x peer globex/demo/app-1:y\n"), std::string::npos);
    EXPECT_NE(text.find("  interface y peer acme/production/api-1:x\n"), std::string::npos);
}

TEST(Network, leaves_open_links_of_which_only_one_end_knows) {
    Files within, across, nowhere, silent;
    silent.replace(globex, R"(, "peer": {"namespace": "app-1", "interface": "eth0"})", "");
    EXPECT_EQ(silent.unclear()[0], "everybody: Where the link of the interface `app-1` ends is not said.");
    within.replace(globex, R"("peer": {"namespace": "app-1", "interface": "eth0"})",
                   R"("peer": {"namespace": "load-balancer-1", "interface": "eth0"})");
    EXPECT_EQ(
        within.unclear(),
        (Lines{
            "globex/demo: The link of the interface `app-1` ends at `eth0` of `load-balancer-1`, which does not "
            "end there.",
            "globex/demo: The link of the interface `eth0` ends at `app-1` of `router`, which does not end there."}));
    across.replace(
        globex, R"("peer": {"namespace": "app-1", "interface": "eth0"})",
        R"("peer": {"namespace": "/run/tenantry/platforms/lend/net/acme/production/api-1", "interface": "eth0"})");
    EXPECT_EQ(across.unclear()[0], "everybody: The link of the interface `app-1` ends at `eth0` of "
                                   "`/run/tenantry/platforms/lend/net/acme/production/api-1`, "
                                   "which does not end there.");
    nowhere.replace(globex, R"("peer": {"namespace": "app-1", "interface": "eth0"})",
                    R"("peer": {"namespace": "/proc/1/ns/net", "interface": "eth0"})");
    EXPECT_EQ(nowhere.unclear()[0],
              "everybody: The link of the interface `app-1` ends at `eth0` of `/proc/1/ns/net`, which is not in any "
              "network.json.");
}

TEST(Network, wants_a_router_for_the_rules) {
    Files files;
    files.replace(globex, R"({"name": "router",)", R"({"name": "gateway",)");
    const Lines unclear = files.unclear();
    EXPECT_EQ(unclear.back(), "globex/demo: There is no namespace `router` for these rules.");
}

}  // namespace
}  // namespace tenantry::local_read

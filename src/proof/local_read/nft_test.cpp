#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using Lines = std::vector<std::string>;

// One statement before `accept`, and what the rule becomes.
struct Row {
    std::string_view statement;
    std::string_view rules;
};

#define MATCH(left, op, right) R"({"match": {"op": ")" op R"(", "left": )" left R"(, "right": )" right "}}"
#define META(key) R"({"meta": {"key": ")" key R"("}})"
#define PAYLOAD(protocol, field) R"({"payload": {"protocol": ")" protocol R"(", "field": ")" field R"("}})"
#define CT_STATE R"({"ct": {"key": "state"}})"

TEST(Nft, lowers_every_kind_of_match_exactly) {
    constexpr std::string_view everything = "all -> accept\n";
    const Row rows[] = {
        {MATCH(META("iifname"), "==", R"("web-1")"), "in web-1 -> accept\n"},
        {MATCH(META("oifname"), "in", R"("web-1")"), "out web-1 -> accept\n"},
        {MATCH(META("iifname"), "==", R"("api-*")"), "in api-1 | in api-2 -> accept\n"},
        {MATCH(META("iifname"), "==", R"("api-\\*")"), "nothing -> accept\n"},
        {MATCH(META("iifname"), "==", R"("eth9")"), "nothing -> accept\n"},
        {MATCH(META("iifname"), "!=", R"("eth9")"), everything},
        {MATCH(META("iifname"), "!=", R"("api-1")"), "in none-load-balancer-1 | in api-2-#4294967295 -> accept\n"},
        {MATCH(META("l4proto"), "==", R"("tcp")"), "protocol 6 -> accept\n"},
        {MATCH(META("l4proto"), "==", "132"), "protocol 132 -> accept\n"},
        {MATCH(META("l4proto"), "!=", R"("udp")"), "protocol 0-16 | protocol 18-255 -> accept\n"},
        {MATCH(META("nfproto"), "==", R"("ipv4")"), everything},
        {MATCH(META("nfproto"), "==", R"("ipv6")"), "nothing -> accept\n"},
        {MATCH(META("nfproto"), "!=", R"("ipv6")"), everything},
        {MATCH(PAYLOAD("ip", "saddr"), "==", R"("10.0.0.1")"), "source 10.0.0.1 -> accept\n"},
        {MATCH(PAYLOAD("ip", "daddr"), "==", R"({"prefix": {"addr": "10.0.0.9", "len": 29}})"),
         "destination 10.0.0.8-10.0.0.15 -> accept\n"},
        {MATCH(PAYLOAD("ip", "daddr"), "==", R"({"prefix": {"addr": "10.0.0.9", "len": 0}})"), everything},
        {MATCH(PAYLOAD("ip", "saddr"), "==", R"({"range": ["10.0.0.1", "10.0.0.9"]})"),
         "source 10.0.0.1-10.0.0.9 -> accept\n"},
        {MATCH(PAYLOAD("ip", "saddr"), "<", R"("10.0.0.1")"), "source 0.0.0.0-10.0.0.0 -> accept\n"},
        {MATCH(PAYLOAD("ip", "protocol"), "==", R"("icmp")"), "protocol 1 -> accept\n"},
        {MATCH(PAYLOAD("tcp", "dport"), "==", "80"), "protocol 6 dport 80 -> accept\n"},
        {MATCH(PAYLOAD("tcp", "dport"), "==", R"("80")"), "protocol 6 dport 80 -> accept\n"},
        {MATCH(PAYLOAD("tcp", "dport"), "!=", "80"), "protocol 6 dport 0-79 | protocol 6 dport 81-65535 -> accept\n"},
        {MATCH(PAYLOAD("udp", "sport"), ">", "1023"), "protocol 17 sport 1024-65535 -> accept\n"},
        {MATCH(PAYLOAD("tcp", "sport"), ">=", "1024"), "protocol 6 sport 1024-65535 -> accept\n"},
        {MATCH(PAYLOAD("udp", "dport"), "<=", "53"), "protocol 17 dport 0-53 -> accept\n"},
        {MATCH(PAYLOAD("udp", "dport"), "<", "0"), "nothing -> accept\n"},
        {MATCH(CT_STATE, "in", R"("established")"), "state established -> accept\n"},
        {MATCH(CT_STATE, "in", R"(["new", "related"])"), "state fresh | state related -> accept\n"},
        {MATCH(CT_STATE, "==", R"({"set": ["established", "invalid"]})"),
         "state established -> accept\nstate invalid -> accept\n"},
        {MATCH(CT_STATE, "!=", R"("established")"), "state fresh | state related-untracked -> accept\n"},
        {MATCH(CT_STATE, "!=", R"({"set": ["established", "new", "related"]})"), "state invalid-untracked -> accept\n"},
        {MATCH(R"({"concat": [)" META("iifname") ", " PAYLOAD("tcp", "dport") "]}",
               "==", R"({"concat": ["web-1", {"range": [80, 81]}]})"),
         "in web-1 protocol 6 dport 80-81 -> accept\n"},
        // What looking implies stays: a packet that is not TCP has no TCP port that could differ.
        {MATCH(R"({"concat": [)" PAYLOAD("ip", "saddr") ", " PAYLOAD("tcp", "dport") "]}",
               "!=", R"({"concat": [{"prefix": {"addr": "128.0.0.0", "len": 1}}, {"range": [0, 79]}]})"),
         "source 0.0.0.0-127.255.255.255 protocol 6 | source 128.0.0.0-255.255.255.255 protocol 6 dport 80-65535 -> "
         "accept\n"},
        {R"({"counter": {"packets": 0, "bytes": 0}}, {"log": {"prefix": "x"}})", everything},
    };
    for (const Row& row : rows) {
        const Chained chained = with_rule(std::string(row.statement) + R"(, {"accept": null})");
        EXPECT_EQ(chained.rules, row.rules) << row.statement;
        EXPECT_EQ(chained.unclear, Lines{}) << row.statement;
    }
}

TEST(Nft, says_at_most_where_the_model_has_not_what_a_rule_looks_at) {
    const Row rows[] = {
        {MATCH(PAYLOAD("icmp", "type"), "==", R"("echo-request")"), "at most protocol 1 -> accept\n"},
        {MATCH(PAYLOAD("icmp", "type"), "!=", R"("echo-request")"), "at most protocol 1 -> accept\n"},
        // The bytes of a TCP port are there in other protocols too, and are no ports.
        {MATCH(PAYLOAD("th", "dport"), "==", "80"),
         "protocol 6 dport 80 | protocol 17 dport 80 -> accept\n"
         "at most protocol 0-5 | protocol 7-16 | protocol 18-255 -> accept\n"},
        {MATCH(R"({"concat": [)" META("l4proto") ", " PAYLOAD("th", "dport") "]}", "==", R"({"concat": ["icmp", 8]})"),
         "at most protocol 1 -> accept\n"},
        {MATCH(R"({"concat": [)" META("l4proto") ", " PAYLOAD("th", "dport") "]}", "==", R"({"concat": ["udp", 53]})"),
         "protocol 17 dport 53 -> accept\n"},
        {R"({"limit": {"rate": 5, "per": "second"}}, )" MATCH(META("l4proto"), "==", R"("tcp")"),
         "at most protocol 6 -> accept\n"},
        {R"({"ct count": {"val": 10}})", "at most all -> accept\n"},
    };
    for (const Row& row : rows) {
        const Chained chained = with_rule(std::string(row.statement) + R"(, {"accept": null})");
        EXPECT_EQ(chained.rules, row.rules) << row.statement;
        EXPECT_EQ(chained.unclear, Lines{}) << row.statement;
    }
}

TEST(Nft, lowers_every_verdict) {
    const Row rows[] = {{R"({"accept": null})", "all -> accept\n"},
                        {R"({"drop": null})", "all -> drop\n"},
                        {R"({"return": null})", "all -> return\n"},
                        {R"({"reject": {"type": "tcp reset"}})", "all -> drop\n"},
                        {R"({"jump": {"target": "other"}})", "all -> jump other\n"},
                        {R"({"goto": {"target": "other"}})", "all -> goto other\n"},
                        {R"({"counter": null})", ""}};
    for (const Row& row : rows) EXPECT_EQ(with_rule(row.statement).rules, row.rules) << row.statement;
}

constexpr std::string_view numgen = R"("key": {"numgen": {"mode": "inc", "mod": 2, "offset": 1}})";
#define DNAT_MAP(data) \
    R"({"dnat": {"family": "ip", "addr": {"map": {)" + std::string(numgen) + R"(, "data": {"set": )" data "}}}}}"

TEST(Nft, takes_every_target_that_a_number_can_choose) {
    const std::pair<std::string, std::string_view> rows[] = {
        {R"({"dnat": {"addr": "10.0.16.4"}})", "all -> translate to 10.0.16.4\n"},
        {R"({"dnat": {"addr": "10.0.16.4", "port": 80}})", "all -> translate to 10.0.16.4:80\n"},
        {R"({"dnat": {"addr": {"concat": ["10.0.16.4", 80]}}})", "all -> translate to 10.0.16.4:80\n"},
        {DNAT_MAP(R"([[2, "10.0.16.5"], [1, "10.0.16.4"], [3, "10.0.99.9"], [0, "10.0.99.9"]])"),
         "all -> translate to 10.0.16.4 10.0.16.5\n"},
        {DNAT_MAP(R"([[{"range": [0, 5]}, "10.0.16.4"]])"), "all -> translate to 10.0.16.4\n"},
        {DNAT_MAP(R"([[1, {"concat": ["10.0.16.4", 80]}], [2, {"concat": ["10.0.16.5", 81]}]])"),
         "all -> translate to 10.0.16.4:80 10.0.16.5:81\n"},
        // A number without a target: the rule may do nothing.
        {DNAT_MAP(R"([[2, "10.0.16.5"]])"), "at most all -> translate to 10.0.16.5\n"},
        {DNAT_MAP(R"([[1, "10.0.16.4"]])"), "at most all -> translate to 10.0.16.4\n"},
        {DNAT_MAP(R"([[9, "10.0.16.4"]])"), ""},
    };
    for (const auto& [statement, rules] : rows) {
        const Chained chained = with_rule(statement);
        EXPECT_EQ(chained.rules, rules) << statement;
    }
}

TEST(Nft, says_that_the_kernel_refuses_a_translation_where_none_can_be_done) {
    EXPECT_EQ(with_rule(R"({"dnat": {"addr": "10.0.16.4"}})").unclear,
              Lines{"acme/production: The kernel refuses this translation: the chain `test` is entered where none can "
                    "be done."});
}

// A base chain `early` that jumps to `other`, which accepts by a state.
std::string early_chain(std::string_view hook, int priority, std::string_view state) {
    return fmt::format(
        R"({{"add": {{"chain": {{"family": "inet", "table": "tenantry", "name": "early", "type": "filter", "hook": "{}",
            "prio": {}, "policy": "accept"}}}}}},{},{})",
        hook, priority, rule_command(R"({"jump": {"target": "other"}})", "early"),
        rule_command(fmt::format(R"({{"match": {{"op": "in", "left": {}, "right": "{}"}}}}, {{"accept": null}})",
                                 CT_STATE, state),
                     "other"));
}

// The rules of a chain that `test` is not, as to_text has them.
std::string other_after(const std::string& commands) {
    Files files;
    files.replace(
        "environments/acme/production/nftables.json", "\n]}\n",
        fmt::format(R"(,{{"add": {{"chain": {{"family": "inet", "table": "tenantry", "name": "other"}}}}}},{}]}})",
                    commands));
    const std::string text = verify::to_text(files.read());
    constexpr std::string_view head = "  chain other\n";
    const std::size_t begin = text.find(head) + head.size();
    return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Nft, knows_that_every_packet_is_invalid_before_connection_tracking) {
    EXPECT_EQ(other_after(early_chain("prerouting", -300, "invalid")), "    all -> accept");
    EXPECT_EQ(other_after(early_chain("output", -201, "new")), "    nothing -> accept");
    EXPECT_EQ(other_after(early_chain("prerouting", -199, "new")), "    state fresh -> accept");
    EXPECT_EQ(other_after(early_chain("forward", -300, "new")), "    state fresh -> accept");
}

TEST(Nft, doubts_states_where_connection_tracking_may_or_may_not_have_been) {
    const Lines doubt{
        "acme/production: Whether the chain `other` knows a packet's state is not known: it stands before connection "
        "tracking or with it."};
    EXPECT_EQ(with_commands(early_chain("prerouting", -200, "new")).unclear, doubt);
    EXPECT_EQ(with_commands(early_chain("output", -300, "new") + "," + rule_command(R"({"jump": {"target": "other"}})"))
                  .unclear,
              doubt)
        << "also entered from `test`, which stands behind it";
    EXPECT_EQ(with_commands(early_chain("output", -300, "new")).unclear, Lines{});
}

TEST(Nft, makes_of_each_element_of_a_set_a_rule_with_its_place) {
    const Chained named = with_commands(
        R"({"add": {"set": {"family": "inet", "table": "tenantry", "name": "ports", "type": "inet_service",
            "flags": ["interval"], "elem": [443, {"range": [80, 90]}]}}},
           {"add": {"element": {"family": "inet", "table": "tenantry", "name": "ports",
            "elem": [{"elem": {"val": 22, "comment": "x"}}]}}},)" +
        rule_command(MATCH(PAYLOAD("tcp", "dport"), "==", R"("@ports")") R"(, {"accept": null})"));
    EXPECT_EQ(named.rules,
              "protocol 6 dport 22 -> accept\nprotocol 6 dport 80-90 -> accept\nprotocol 6 dport 443 -> accept\n");
    EXPECT_EQ(named.places, (Lines{R"({"elem": {"val": 22, "comment": "x"}})", R"({"range": [80, 90]})", "443"}));
    EXPECT_EQ(named.unclear, Lines{});

    const Chained product = with_rule(MATCH(META("iifname"), "==", R"({"set": ["api-1", "api-2"]})") ", " MATCH(
        META("l4proto"), "==", R"("tcp")") ", " MATCH(PAYLOAD("ip", "saddr"),
                                                      "!=", R"("10.0.0.0")") R"(, {"drop": null})");
    EXPECT_EQ(product.places, (Lines{R"("api-1")", R"("api-2")"}));
}

// A match with an anonymous set of these elements.
std::string set_match(std::string_view op, std::string_view left, std::string_view elements) {
    return fmt::format(R"({{"match": {{"op": "{}", "left": {}, "right": {{"set": [{}]}}}}}})", op, left, elements);
}

TEST(Nft, keeps_a_set_of_more_than_4096_elements_in_one_rule) {
    std::string set = "0";
    for (int i = 1; i < 4097; ++i) set += fmt::format(", {}", i);
    const Chained chained = with_rule(set_match("==", PAYLOAD("tcp", "dport"), set) + R"(, {"accept": null})");
    EXPECT_EQ(chained.places.size(), 1U);
}

TEST(Nft, makes_of_each_element_of_a_verdict_map_a_rule) {
    const Chained chained = with_rule(R"({"vmap": {"key": )" PAYLOAD("tcp", "dport") R"(, "data": {"set": [
        [{"range": [81, 85]}, {"jump": {"target": "other"}}], [80, {"accept": null}]]}}})");
    EXPECT_EQ(chained.rules, "protocol 6 dport 80 -> accept\nprotocol 6 dport 81-85 -> jump other\n");
    EXPECT_EQ(chained.places,
              (Lines{R"([80, {"accept": null}])", R"([{"range": [81, 85]}, {"jump": {"target": "other"}}])"}));
}

// Each: commands, what is said of them, and what the rule is still taken for.
struct Unclear {
    std::string commands;
    std::string_view sentence;
    std::string_view rules;
};

TEST(Nft, says_what_it_does_not_understand_and_takes_the_most_that_it_can_be) {
    const std::string accept = R"(, {"accept": null})";
    const auto rule = [&](std::string_view statement) { return rule_command(std::string(statement) + accept); };
    const auto table = [](std::string_view command, std::string_view object, std::string_view fields) {
        return std::string(R"({")") + std::string(command) + R"(": {")" + std::string(object) +
               R"(": {"family": "inet", "table": "tenantry", )" + std::string(fields) + "}}}";
    };
    const Unclear rows[] = {
        {rule(MATCH(R"({"socket": {"key": "mark"}})", "==", "1")), "What this match of the rule looks at is not known.",
         "at most all -> accept\n"},
        {rule(MATCH(PAYLOAD("ip6", "saddr"), "==", R"("::1")")), "What this match of the rule looks at is not known.",
         "at most all -> accept\n"},
        {rule(MATCH(META("mark"), "==", "1")), "What this match of the rule looks at is not known.",
         "at most all -> accept\n"},
        {rule(MATCH(PAYLOAD("tcp", "dport"), "==", R"("http")")), "The value `\"http\"` of an nft match is not known.",
         "at most protocol 6 -> accept\n"},
        {rule(MATCH(META("iifname"), "==", R"("*")")), "The value `\"*\"` of an nft match is not known.",
         "at most all -> accept\n"},
        {rule(MATCH(CT_STATE, "!=", R"(["new", "related"])")), "What `!=` means in this match is not known.",
         "at most all -> accept\n"},
        {rule(MATCH(CT_STATE, "<", R"("related")")), "What `<` means in this match is not known.",
         "at most all -> accept\n"},
        {rule(MATCH(PAYLOAD("tcp", "dport"), "==", R"("@nothing")")), "There is no set `nothing` in the table.",
         "at most protocol 6 -> accept\n"},
        {rule(MATCH(PAYLOAD("ip", "daddr"), "==", R"("@services")")), "`@services` is a map.",
         "at most all -> accept\n"},
        {rule(R"({"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}})"),
         "What `mangle` does in a rule is not known.", "at most all -> accept\n"},
        {rule(R"({"queue": null})"), "What `queue` does in a rule is not known.", "at most all -> accept\n"},
        {rule(R"({"drop": null})"), "`accept` stands behind the end of the rule.", "all -> drop\n"},
        {rule_command(R"({"jump": {"target": "nowhere"}})"), "What `jump` does in a rule is not known.", ""},
        {rule_command(R"({"masquerade": null})"), "What `masquerade` does in a rule is not known.", ""},
        {rule_command(R"({"dnat": {"port": 80}})"), "Where this rule's `dnat` leads to is not known.", ""},
        {rule_command(R"({"dnat": {"addr": {"range": ["10.0.0.1", "10.0.0.9"]}}})"),
         "Where this rule's `dnat` leads to is not known.", ""},
        {rule_command(
             R"({"dnat": {"addr": {"map": {"key": {"symhash": {"mod": 2}}, "data": {"set": [[0, "10.0.0.1"]]}}}}})"),
         "Where this rule's `dnat` leads to is not known.", ""},
        {rule_command(R"({"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1, {"accept": null}]]}}})"),
         "What this verdict map looks at is not known.", ""},
        {rule_command(
             R"({"vmap": {"key": )" PAYLOAD("tcp", "dport") R"(, "data": {"set": [[1, {"continue": null}]]}}})"),
         "What this element of a map does is not known.", ""},
        {rule_command(R"({"jump": {"target": "test"}})"),
         "The kernel refuses this jump from the chain `test` to `test`.", ""},
        {rule_command(R"({"jump": {"target": "relay"}})"),
         "The kernel refuses this jump from the chain `test` to `relay`.", ""},
        {rule_command(R"({"accept": null})", "nowhere"), "There is no chain `nowhere` in the table.", ""},
        {table("delete", "chain", R"("name": "relay")"), "What `delete` means in a rule set is not known.", ""},
        {table("replace", "rule", R"("chain": "test", "expr": [], "handle": 1)"),
         "What `replace` means in a rule set is not known.", ""},
        {table("insert", "rule", R"("chain": "test", "expr": [])"), "What `insert` means in a rule set is not known.",
         ""},
        {R"({"flush": {"ruleset": null}})", "What `flush` means in a rule set is not known.", ""},
        {table("add", "flowtable", R"("name": "f")"), "What `flowtable` means in a rule set is not known.", ""},
        {table("add", "rule", R"("chain": "test", "expr": [], "handle": 4)"),
         "Where a rule with a handle is put is not known.", ""},
        {table("add", "rule", R"("chain": "test", "expr": [], "index": 0)"),
         "The key `index` of the nft object is not known.", ""},
        {table("add", "chain", R"("name": "relay")"), "The chain `relay` is added twice.", ""},
        {table("add", "chain", R"("name": "x", "type": "filter", "hook": "ingress", "prio": 0)"),
         "When the chain of type `filter` at `ingress` acts is not known.", ""},
        {table("add", "chain", R"("name": "x", "type": "route", "hook": "output", "prio": 0)"),
         "When the chain of type `route` at `output` acts is not known.", ""},
        {table("add", "set", R"("name": "more")"), "What the set `more` holds is not said.", ""},
        {table("add", "set", R"("name": "sources", "type": "ifname")"), "The set `sources` is added twice.", ""},
        {table("add", "element", R"("name": "nothing", "elem": [1])"),
         "Elements are added to `nothing`, which is no set of the table.", ""},
        {table("add", "set", R"("name": "d", "type": "inet_service", "flags": ["dynamic"], "elem": [1])") + "," +
             rule(MATCH(PAYLOAD("tcp", "dport"), "==", R"("@d")")),
         "What a set with this flag holds later is not known.", "at most protocol 6 dport 1 -> accept\n"},
        {rule(MATCH(PAYLOAD("tcp", "dport"), "==", R"({"set": [{"elem": {"val": 1, "timeout": 5}}]})")),
         "The property `timeout` of a set's element is not known.", "at most protocol 6 dport 1 -> accept\n"},
        {rule(MATCH(PAYLOAD("tcp", "dport"), "==", R"({"set": [[1, 2]]})")), "The element of a set is a list.",
         "at most protocol 6 -> accept\n"},
        {rule_command(R"({"vmap": {"key": {"concat": [)" PAYLOAD("ip", "saddr") ", " PAYLOAD("tcp", "dport")
                          R"(]}, "data": {"set": [[{"concat": ["10.0.0.1", {"range": [1, 9]}]}, {"accept": null}],
             [{"concat": ["10.0.0.1", {"range": [2, 3]}]}, {"drop": null}]]}}})"),
         "Elements of this map overlap, and which of them acts is open.",
         "source 10.0.0.1 protocol 6 dport 1-9 -> accept\nsource 10.0.0.1 protocol 6 dport 2-3 -> drop\n"},
    };
    for (const Unclear& row : rows) {
        const Chained chained = with_commands(row.commands);
        EXPECT_EQ(chained.unclear, Lines{"acme/production: " + std::string(row.sentence)}) << row.commands;
        EXPECT_EQ(chained.rules, row.rules) << row.commands;
    }
}

TEST(Nft, reads_one_table_and_says_so_of_others) {
    for (const auto& [family, name] :
         {std::pair{"inet", "second"}, {"bridge", "tenantry"}, {"netdev", "x"}, {"ip6", "x"}}) {
        const Chained chained = with_commands(std::string(R"({"add": {"table": {"family": ")") + family +
                                              R"(", "name": ")" + name + R"("}}})");
        ASSERT_EQ(chained.unclear.size(), 1U);
        EXPECT_EQ(chained.unclear[0], std::string("acme/production: The table `") + family + " " + name +
                                          "` is read by nobody; one table `inet` is expected.");
    }
}

TEST(Nft, takes_a_table_of_the_family_ip_like_inet) {
    Files inet, ip;
    std::string text = inet.text("environments/globex/demo/nftables.json");
    for (std::size_t at = 0; (at = text.find("\"inet\"", at)) != std::string::npos;) text.replace(at, 6, "\"ip\"");
    ip.set("environments/globex/demo/nftables.json", text);
    EXPECT_EQ(verify::to_text(ip.read()), verify::to_text(inet.read()));
}

TEST(Nft, takes_out_circles_and_jumps_that_are_too_deep) {
    const auto chain = [](int number) {
        return R"({"add": {"chain": {"family": "inet", "table": "tenantry", "name": "c)" + std::to_string(number) +
               "\"}}},";
    };
    std::string deep = chain(0);
    for (int i = 1; i < 20; ++i)
        deep += chain(i) +
                rule_command(R"({"jump": {"target": "c)" + std::to_string(i) + "\"}}", "c" + std::to_string(i - 1)) +
                ",";
    const Chained tooDeep = with_commands(deep + rule_command(R"({"goto": {"target": "c0"}})"));
    // `c0` is at depth 1, `c14` at 15: the kernel refuses what is entered from there.
    ASSERT_EQ(tooDeep.unclear.size(), 5U);
    EXPECT_EQ(tooDeep.unclear[0], "acme/production: The kernel refuses this jump from the chain `c14` to `c15`.");

    const Chained circle = with_commands(rule_command(R"({"jump": {"target": "other"}})", "to-api") + "," +
                                         rule_command(R"({"goto": {"target": "to-api"}})", "other"));
    EXPECT_FALSE(circle.unclear.empty());
}

TEST(Nft, refuses_rules_that_would_need_too_many_ranges) {
    std::string ports = "0";
    for (int i = 1; i < 3000; ++i) ports += fmt::format(", {}", 2 * i);
    Files files;
    files.replace("environments/acme/production/nftables.json", "\n]}\n",
                  fmt::format(",{}]}}", rule_command(set_match("!=", PAYLOAD("tcp", "dport"), ports), "relay")));
    EXPECT_EQ(files.diagnostics(), Lines{"TN0755 {: The rules need more than 1048576 ranges."});
}

}  // namespace
}  // namespace tenantry::local_read

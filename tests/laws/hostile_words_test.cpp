// A fixed list of hostile words in every scalar and key of a platform. The fuzz target `scalar` holds the same laws for
// words that nobody thought of.

#include <gtest/gtest.h>

#include <tenantry/laws/laws.hpp>

namespace tenantry::laws {
namespace {

using namespace std::string_literals;

std::vector<std::string> hostile_words() {
    return {
        // ends of lines and texts
        "\n",
        "a\nb",
        "a\r\nb",
        "\r",
        "\0"s,
        "a\0b"s,
        "a\tb",
        "a\x7f",
        "\x1b[31mred",
        "\x1b]8;;http://x\x07link\x1b]8;;\x07",
        "a\xC2\x9Bm",
        "\xE2\x80\xA8",
        "a\xE2\x80\xA9z",
        "\xE2\x80\xAEgnp",
        "\xD8\x9C",
        "\xEF\xBB\xBF",
        "\xE2\x80\x8B",
        // invalid, overlong, surrogates, beyond U+10FFFF
        "\xFF",
        "\xC0\xAF",
        "\xE0\x80\xAF",
        "\xED\xA0\x80",
        "\xF5\x80\x80\x80",
        "a\x80",
        // quotes and comments
        "'",
        "\"",
        "a\"b",
        "a'b",
        "\\",
        "a\\",
        "\\n",
        "\\\"",
        "`id`",
        "#",
        "a #b",
        "a#b",
        ";",
        "a;b",
        "}",
        "{",
        "a}b{",
        "api; } server { listen 1; ",
        "/a;}",
        "/srv/www;}",
        "*/",
        "//",
        "<!--",
        "-->",
        // expansions
        "$(id)",
        "${x}",
        "$host",
        "/$uri",
        "/srv/$host",
        "%[env(HOME)]",
        "%[src]",
        "/%[path]",
        "{{resolve:ssm:x}}",
        "{{resolve:secretsmanager:x}}",
        "!Ref x",
        "!!str x",
        "&a",
        "*a",
        "*",
        "@sources",
        "@",
        "~",
        "<<",
        "${AWS::AccountId}",
        // paths
        ".",
        "..",
        "../",
        "../../etc",
        "/..",
        "/../etc",
        "/",
        "//etc",
        "/./x",
        "/.",
        "/etc",
        "/etc/hosts",
        "/etc/tenantry",
        "/etc/tenantry/nginx.conf",
        "/proc",
        "/proc/self/root",
        "/dev",
        "/run",
        "/run/tenantry/in",
        "/usr",
        "/usr/sbin",
        "/usr/sbin/nginx",
        "/tmp",
        "/lib",
        "/usr/share/nginx/html",
        "build/nginx",
        "build/haproxy",
        "nginx",
        "haproxy",
        "a/b/c/../d",
        "~/x",
        "-rf",
        "--help",
        "-",
        "--",
        "a-",
        "-a",
        "a--b",
        // markup and queries
        "<script>",
        "' OR 1=1 --",
        "a b",
        " ",
        "",
        "a,b",
        "a:b",
        "a=b",
        "a|b",
        "a&b",
        "a>b",
        "(a)",
        "[a]",
        "?",
        "^",
        "a+b",
        // words of the programs, and names that stand for something else somewhere
        "localhost",
        "load-balancer",
        "router",
        "include",
        "eth0",
        "lo",
        "all",
        "default",
        "public",
        "if",
        "unless",
        "or",
        "from",
        "server",
        "backend",
        "unix",
        "http",
        "tcp",
        "any",
        "accept",
        "drop",
        "to",
        "inet",
        "tenantry",
        "edge",
        "null",
        "true",
        "1",
        "0",
        "127",
        "0177",
        "2130706433",
        "0x7f000001",
        "0x7f",
        "0x",
        "127.0.0.1",
        "::1",
        "1e1",
        "tasks",
        "cgroup.procs",
        "hosts",
        "tls",
        "control",
        "services",
        "retired",
        "production",
        "PATH",
        "PORT",
        "LD_PRELOAD",
        "TENANTRY_TENANT",
        "HH_URL",
        "EQZ_NAME_URL",
        "a_b",
        "A",
        "Z9",
        // host names
        "xn--bcher-kva.example",
        "bücher.example",
        "a.example.",
        ".example",
        "a..example",
        "A.example",
        "a_b.example",
        "a.b",
        "a.1",
        "1.0x7f",
        "a.local",
        "x.qzlocal.localhost",
        "qzdomain.example",
        "x.qzdomain.example",
        "*.example.org",
        "a.example:80",
        "user@a.example",
        "second.example.org",
        "localhost.localdomain",
        // at and over the limits
        std::string(15, 'a'),
        std::string(16, 'a'),
        std::string(63, 'a'),
        std::string(64, 'a'),
        std::string(90, 'a'),
        std::string(255, 'a'),
        std::string(300, 'a'),
        std::string(5000, 'a'),
        std::string(63, '1'),
        "/" + std::string(200, 'a'),
        "/" + std::string(201, 'a'),
        std::string(50, 'a') + "." + std::string(39, 'b'),
        std::string(50, 'a') + "." + std::string(40, 'b'),
        std::string(200, 'a') + "/" + std::string(100, 'b'),
        "r.example:5000/a/b:tag",
        "a@sha256:" + std::string(64, '0'),
        "a:latest",
        "A/b",
        "a/b:",
        "a/b@x",
        // other values of other kinds
        "9999999999999999999999",
        "-1",
        "65536",
        "0.00001",
        "1000",
        "3650d",
        "100ms",
        "99ms",
        "2..1",
        "0..4",
        "1..1",
        "10.0.0.0/8",
        "10.0.0.1/8",
        "0.0.0.0/0",
        "/0",
        "/22",
        "/16",
        "frontend",
        "middleware",
        "64TiB",
        "1KiB",
    };
}

// Bytes as they can be read in a failure.
std::string shown(std::string_view bytes) {
    std::string text = yaml_quoted(bytes);
    return bytes.size() < 40 ? std::string(bytes) + " = " + text : text.substr(0, 400);
}

TEST(Slots, HoldEveryWordOfThePlatformAndTheMarkedOnesCompile) {
    EXPECT_GT(slots().size(), 60u);
    std::size_t marked = 0;
    for (const Slot& slot : slots())
        for (const std::string& word : slot.benign) {
            ++marked;
            const Outcome good = run(platform_with(slot, yaml_quoted(word)));
            EXPECT_EQ(good.broken, "") << word;
            EXPECT_TRUE(good.files) << word << " in the place of " << slot.text << " was refused";
        }
    EXPECT_GT(marked, 30u);
}

// The test of the test: a word that is found nowhere in the output proves nothing, so most marked ones must be.
TEST(Slots, AreFoundAgainInTheOutput) {
    for (const Slot& slot : slots()) {
        if (slot.benign.empty()) continue;
        const Outcome good = run(platform_with(slot, yaml_quoted(slot.text)));
        ASSERT_TRUE(good.files);
        const Output output = lex(*good.files);
        // Of these nothing ships on target local.
        const bool inside = slot.text == "qzdomain.example" || slot.text == "qztitle" || slot.text == "qzsecond" ||
                            slot.text == "qzhealthy" || slot.text == "tenants/qz*.yaml";
        EXPECT_EQ(difference(replaced(output, slot.text, "other"), output).empty(), inside) << slot.text;
    }
}

class HostileWords : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Slot, HostileWords, testing::Range(std::size_t{0}, slots().size()));

TEST_P(HostileWords, GiveADiagnosticOrChangeOneToken) {
    const Slot& slot = slots()[GetParam()];
    for (const std::string& word : hostile_words())
        EXPECT_EQ(broken_by_scalar(slot, word), "") << shown(word) << " in the place of " << slot.text;
}

TEST_P(HostileWords, WrittenAsTheyAreGiveADiagnosticOrAGoodPlatform) {
    const Slot& slot = slots()[GetParam()];
    for (const std::string& word : hostile_words())
        EXPECT_EQ(broken_by_yaml(slot, word), "") << shown(word) << " in the place of " << slot.text;
}

}  // namespace
}  // namespace tenantry::laws

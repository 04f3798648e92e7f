#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/syntax/json.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;
using Codes = std::vector<std::string_view>;

std::string tree_of(std::string text) {
    const auto reading = read(parse_json, std::move(text));
    if (!reading->result) return testing::shown(reading->sources, reading->diagnostics);
    return testing::shown(Node::root(*reading->result));
}

void expect_refused(std::string_view text, const Codes& codes, const Limits& limits = {}) {
    testing::expect_refused(parse_json, text, codes, limits);
}

TEST(Json, ValuesOfEveryKindKeepTheirText) {
    EXPECT_EQ(tree_of(R"( {"a" : [ 1, -0.50, 2e+9, true, false, null ], "b": {}, "c": [], "": "x"} )"),
              R"({"a":[1,-0.50,2e+9,true,false,null],"b":{},"c":[],"":"x"})");
    EXPECT_EQ(tree_of("7"), "7");
    EXPECT_EQ(tree_of("\"7\""), "\"7\"");
}

TEST(Json, EscapesAreResolved) {
    const auto reading = read(parse_json, R"(["\"\\\/\b\f\n\r\t", "\u0041\u00e9\u20AC\ud83d\ude00", "a\u0000b"])");
    ASSERT_TRUE(reading->result);
    const Node root = Node::root(*reading->result);
    EXPECT_EQ(root.item(0).text(), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(root.item(1).text(), "Aé€😀");
    EXPECT_EQ(root.item(2).text(), std::string_view("a\0b", 3));
}

TEST(Json, SpansCoverExactlyTheTokens) {
    const auto reading = read(parse_json, "\xEF\xBB\xBF { \"clé\" : [ \"é\\n\", 12 ] }\n");
    ASSERT_TRUE(reading->result);
    const Node root = Node::root(*reading->result);
    const auto text = [&](Span at) { return reading->sources.text(at); };
    EXPECT_EQ(text(root.at()), "{ \"clé\" : [ \"é\\n\", 12 ] }");
    EXPECT_EQ(text(root.entry(0).keyAt), "\"clé\"");
    EXPECT_EQ(text(root.entry(0).value.at()), "[ \"é\\n\", 12 ]");
    EXPECT_EQ(text(root.entry(0).value.item(0).at()), "\"é\\n\"");
    EXPECT_EQ(text(root.entry(0).value.item(1).at()), "12");
}

TEST(Json, TextsWithoutEscapesAreViewsIntoTheSource) {
    EXPECT_TRUE(read(parse_json, R"({"a": "é", "b": 12})")->result->owned.empty());
}

// Every byte that ends plain content is seen at each place of the eight bytes that are looked at together.
TEST(Json, LongTextsEndAtTheirQuote) {
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string plain(length, 'x');
        EXPECT_EQ(tree_of("[\"" + plain + "\",\"" + plain + "\\\"\",\"" + plain + "é\"]"),
                  "[\"" + plain + "\",\"" + plain + "\\\"\",\"" + plain + "é\"]");
        expect_refused("\"" + plain + "«\x1f»" + plain + "\"", {"TN0112"});
    }
}

TEST(JsonRefusals, SyntaxErrorPointsAtTheCharacter) {
    expect_refused("{\"a\": 1,«}»", {"TN0121"});
    expect_refused("[1,«]»", {"TN0121"});
    expect_refused("{«a»: 1}", {"TN0121"});
    expect_refused("{\"a\" «1»}", {"TN0121"});
    expect_refused("{\"a\": 1«]»", {"TN0121"});
    expect_refused("[1 «2»]", {"TN0121"});
    expect_refused("[1«»", {"TN0121"});
    expect_refused("«»", {"TN0121"});
    expect_refused("1 «2»", {"TN0121"});
    expect_refused("{\"é\": «ü»}", {"TN0121"});
    expect_refused("«//» comment\n{}", {"TN0121"});
    expect_refused("[«\"»abc]", {"TN0121"});
    expect_refused("[\"«\\q»\"]", {"TN0121"});
    expect_refused("[\"«\\u»12\"]", {"TN0121"});
    expect_refused("[\"«\\»", {"TN0121"});
}

TEST(JsonRefusals, WordsAndNumbersThatAreNone) {
    for (const char* word : {"True", "nul", "truex", "01", "1.", ".5", "-", "+1", "1e", "0x10", "NaN", "'a'", "1_000"})
        expect_refused(std::string("[«") + word + "»]", {"TN0121"});
}

TEST(JsonRefusals, HalvesOfSurrogatePairs) {
    expect_refused("[\"«\\ud83d»\"]", {"TN0122"});
    expect_refused("[\"«\\ud83d»\\u0041\"]", {"TN0122"});
    expect_refused("[\"é«\\ude00»\"]", {"TN0122"});
}

TEST(JsonRefusals, BytesThatAreNoUtf8AndControlCharacters) {
    expect_refused("[\"é«\xFF»\"]", {"TN0111"});
    expect_refused("[\"«\xED»\xA0\x80\"]", {"TN0111"});
    expect_refused("[«\xFF»]", {"TN0111"});
    expect_refused("«\xFF»\xFE[]", {"TN0111"});
    expect_refused("[\"a«\n»\"]", {"TN0112"});
}

TEST(JsonRefusals, EveryDuplicateKey) {
    expect_refused(R"({"a": 1, "b": {"x": 1, «"x"»: 2}, «"a"»: 3, «"\u0061"»: 4})", {"TN0104", "TN0104", "TN0104"});
    expect_refused(R"({"": 1, «""»: 2})", {"TN0104"});
}

TEST(JsonRefusals, Limits) {
    EXPECT_TRUE(read(parse_json, std::string(64, '[') + std::string(64, ']'))->result.has_value());
    expect_refused(std::string(64, '[') + "«[»" + std::string(10'000, '['), {"TN0113"});
    expect_refused("[1«»]", {"TN0114"}, {.bytes = 2, .depth = 64, .nodes = 10});
    expect_refused("[1,«2»]", {"TN0115"}, {.bytes = 20, .depth = 64, .nodes = 2});
}

TEST(JsonRefusals, Messages) {
    const std::vector<std::string> texts{
        "",
        "{",
        "[1",
        "[1,]",
        "{\"a\":1,}",
        "{a: 1}",
        "{\"a\" 1}",
        "{\"a\": }",
        "[True]",
        "[01]",
        "[\"a]",
        "[\"\\q\"]",
        "[\"\\ud800\"]",
        "[\"\t\"]",
        "[] []",
        "{\"a\": 1, \"a\": 2}",
        "// x\n[]",
        "[\"\xE9\"]",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
    };
    std::string all;
    for (const std::string& text : texts) {
        const auto reading = read(parse_json, text);
        all += testing::heading(text) + testing::shown(reading->sources, reading->diagnostics);
        EXPECT_FALSE(reading->result.has_value()) << text;
    }
    support::expect_golden("syntax/json_messages.txt", all);
}

}  // namespace
}  // namespace tenantry::syntax

#include <gtest/gtest.h>

#include <tenantry/syntax/yaml.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;

std::string tree_of(std::string text) {
    const auto reading = read(parse_yaml, std::move(text));
    if (!reading->result) return testing::shown(reading->sources, reading->diagnostics);
    return testing::shown(Node::root(*reading->result));
}

// The bytes that the spans of a tree cover, in the order of the text: keys, then their values.
void collect(const Sources& sources, const Node& node, std::vector<std::string>& to) {
    to.emplace_back(sources.text(node.at()));
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (node.is_map()) to.emplace_back(sources.text(node.entry(i).keyAt));
        collect(sources, node.is_map() ? node.entry(i).value : node.item(i), to);
    }
}

std::vector<std::string> spans_of(std::string text) {
    const auto reading = read(parse_yaml, std::move(text));
    std::vector<std::string> result;
    if (reading->result) collect(reading->sources, Node::root(*reading->result), result);
    return result;
}

using Texts = std::vector<std::string>;

TEST(Yaml, ScalarsStayTextAndKeepWhetherTheyWereQuoted) {
    EXPECT_EQ(tree_of("a: yes\nb: 010\nc: \"1\"\nd: 'x'\ne: 2..6\nf: 12:30:00\n"),
              R"({"a":yes,"b":010,"c":"1","d":"x","e":2..6,"f":12:30:00})");
}

TEST(Yaml, BlockAndFlowCollectionsNest) {
    EXPECT_EQ(tree_of("s:\n- a\n- [b, {c: d}]\nm: { k: v, l: [] }\ne: {}\n"),
              R"({"s":[a,[b,{"c":d}]],"m":{"k":v,"l":[]},"e":{}})");
}

TEST(Yaml, KeysKeepTheOrderOfTheText) { EXPECT_EQ(tree_of("z: 1\na: 2\nm: 3\n"), R"({"z":1,"a":2,"m":3})"); }

TEST(Yaml, EscapesAndFoldedLinesAreResolved) {
    EXPECT_EQ(tree_of("a: \"x\\ty\\u00e9\"\nb: 'it''s'\nc: one\n  two\nd: \"one\n  two\"\n"),
              "{\"a\":\"x\\u0009yé\",\"b\":\"it's\",\"c\":one two,\"d\":\"one two\"}");
}

TEST(Yaml, AFoldedLineEndIsASpaceEvenWhereTheLengthStays) {
    EXPECT_EQ(tree_of("[one\ntwo, \"x\ny\"]\n"), R"([one two,"x y"])");
}

TEST(Yaml, BlockScalarsAreQuotedTexts) {
    EXPECT_EQ(tree_of("a: |\n  x\n   y\nb: >-\n  x\n  y\nc: |+\n  x\n\n"),
              R"({"a":"x\u000a y\u000a","b":"x y","c":"x\u000a\u000a"})");
}

TEST(Yaml, CarriageReturnsBeforeLineFeedsAreLineEnds) {
    EXPECT_EQ(tree_of("a: |\r\n  x\r\n  y\r\nb:\r\n- 1\r\n"), R"({"a":"x\u000ay\u000a","b":[1]})");
    EXPECT_EQ(spans_of("a: x\r\nb: y\r\n"), (Texts{"a: x\r\nb: y", "a", "x", "b", "y"}));
}

TEST(Yaml, NothingIsAnEmptyMap) {
    EXPECT_EQ(tree_of(""), "{}");
    EXPECT_EQ(tree_of("# only a comment\n"), "{}");
    EXPECT_EQ(tree_of("---\n"), "{}");
    EXPECT_EQ(tree_of("\xEF\xBB\xBF"), "{}");
}

TEST(Yaml, AMissingValueIsNull) {
    const auto reading = read(parse_yaml, "a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\n");
    ASSERT_TRUE(reading->result);
    const Node root = Node::root(*reading->result);
    EXPECT_TRUE(root.find("a")->is_null());
    EXPECT_TRUE(root.find("b")->is_null());
    EXPECT_TRUE(root.find("c")->is_null());
    EXPECT_FALSE(root.find("d")->is_null());
    EXPECT_FALSE(root.find("e")->is_null());
}

TEST(Yaml, OneExplicitDocumentIsRead) { EXPECT_EQ(tree_of("---\na: 1\n...\n"), R"({"a":1})"); }

TEST(Yaml, QuotedMergeKeyAndEmptyKeyAreTexts) { EXPECT_EQ(tree_of("\"<<\": 1\n'': 2\n"), R"({"<<":1,"":2})"); }

TEST(Yaml, SpansCoverExactlyTheTokens) {
    EXPECT_EQ(spans_of("k: [ a , \"b c\" ]  # note\nl:\n  - 'x'\n  - y z  \n\nm: { n: o }\n"),
              (Texts{"k: [ a , \"b c\" ]  # note\nl:\n  - 'x'\n  - y z  \n\nm: { n: o }", "k", "[ a , \"b c\" ]", "a",
                     "\"b c\"", "l", "- 'x'\n  - y z", "'x'", "y z", "m", "{ n: o }", "n", "o"}));
}

TEST(Yaml, SpansOfBlockScalarsEndWithTheirLastLine) {
    EXPECT_EQ(spans_of("a: |\n  x\n  y  \n\n# c\nb: >-\n\nc: z\n"),
              (Texts{"a: |\n  x\n  y  \n\n# c\nb: >-\n\nc: z", "a", "|\n  x\n  y  ", "b", ">-", "c", "z"}));
}

TEST(Yaml, SpansCountBytesAfterCharactersOfSeveralBytes) {
    EXPECT_EQ(
        spans_of("# é€😀\nclé: \"é\\u00e9\"\n😀: [ü, ñ: €]\n"),
        (Texts{"clé: \"é\\u00e9\"\n😀: [ü, ñ: €]", "clé", "\"é\\u00e9\"", "😀", "[ü, ñ: €]", "ü", "ñ: €", "ñ", "€"}));
    EXPECT_EQ(spans_of("\xEF\xBB\xBF"
                       "é: 1\n"),
              (Texts{"é: 1", "é", "1"}));
}

TEST(Yaml, TextsWithoutEscapesAreViewsIntoTheSource) {
    const auto reading = read(parse_yaml, "a: plain\nb: \"quoted\"\nc: 'single'\n");
    ASSERT_TRUE(reading->result);
    EXPECT_TRUE(reading->result->owned.empty());
}

TEST(Yaml, AMapOfManyKeysIsRead) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "k" + std::to_string(i * 7919 % 100'000) + ": 1\n";
    const auto reading = read(parse_yaml, text);
    ASSERT_TRUE(reading->result);
    EXPECT_EQ(Node::root(*reading->result).size(), 100'000U);
}

}  // namespace
}  // namespace tenantry::syntax

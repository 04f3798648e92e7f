#include <gtest/gtest.h>

#include <tenantry/syntax/config_text.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;
using Codes = std::vector<std::string_view>;

// `word` and `"quoted word"`, each directive ended by `;` or its block.
std::string shown(const std::vector<NginxDirective>& directives) {
    std::string result;
    for (const NginxDirective& directive : directives) {
        for (const Word& word : directive.words)
            result +=
                (word.quoted ? testing::quoted(word.text) : word.text) + (&word == &directive.words.back() ? "" : "|");
        result += directive.hasBlock ? "{" + shown(directive.block) + "}" : ";";
    }
    return result;
}

std::string words_of(std::string text) {
    const auto reading = read(parse_nginx, std::move(text));
    if (!reading->result) return testing::shown(reading->sources, reading->diagnostics);
    return shown(*reading->result);
}

void expect_refused(std::string_view text, const Codes& codes = {"TN0131"}, const Limits& limits = {}) {
    testing::expect_refused(parse_nginx, text, codes, limits);
}

TEST(NginxText, DirectivesAndBlocksNest) {
    EXPECT_EQ(words_of("user nginx;\nhttp {\n  server { listen 80; location / { return 200; } }\n  x y;}\n"),
              "user|nginx;http{server{listen|80;location|/{return|200;}}x|y;}");
    EXPECT_EQ(words_of(""), "");
    EXPECT_EQ(words_of("events{}"), "events{}");
}

TEST(NginxText, CommentsBeginOnlyWhereAWordCould) {
    EXPECT_EQ(words_of("# a; {\nlisten 80; # }\nreturn 301 /a#b;"), "listen|80;return|301|/a#b;");
}

TEST(NginxText, QuotesHoldSpacesAndEndTheWord) {
    EXPECT_EQ(words_of(R"(add_header X "a b; {#}" 'it"s' "";)"), R"(add_header|X|"a b; {#}"|"it\"s"|"";)");
    EXPECT_EQ(words_of("a b\"c;"), "a|b\"c;");
}

TEST(NginxText, BackslashEscapesInAnyWord) {
    EXPECT_EQ(words_of(R"(a "x\"y\\z\t\q" b\;c \#d;)"), R"(a|"x\"y\\z\u0009\\q"|b\;c|\#d;)");
}

TEST(NginxText, ABraceAfterADollarBelongsToTheWord) {
    EXPECT_EQ(words_of("set $a ${b}c;\nif ($x){ y; }"), "set|$a|${b}c;if|($x){y;}");
}

TEST(NginxText, AParenthesisMayFollowAQuotedWord) { EXPECT_EQ(words_of("if ($a = \"b\") { }"), "if|($a|=|\"b\"|){}"); }

TEST(NginxText, SpansCoverWordsWithTheirQuotes) {
    const auto reading = read(parse_nginx, "é \"a b\" 'c';\r\n");
    ASSERT_TRUE(reading->result);
    const std::vector<Word>& words = reading->result->front().words;
    EXPECT_EQ(reading->sources.text(words[0].at), "é");
    EXPECT_EQ(reading->sources.text(words[1].at), "\"a b\"");
    EXPECT_EQ(reading->sources.text(words[2].at), "'c'");
}

TEST(NginxTextRefusals, WhatNginxRefuses) {
    expect_refused("http { server { listen 80 «}» }");
    expect_refused("a;\n«;»");
    expect_refused("«{» }");
    expect_refused("a; «}»");
    expect_refused("«a» { b c {} d;\n");
    expect_refused("«listen» 80");
    expect_refused("a «\"»b;\n");
    expect_refused("a \"b\"«c»;");
    expect_refused("a \"b\"«}»;");
    expect_refused("«a» \"b\"");
    expect_refused("«a\\»");
}

TEST(NginxTextRefusals, BytesAndLimits) {
    expect_refused("a «\xFF»;", {"TN0111"});
    expect_refused(std::string("a «\0»;", 8), {"TN0112"});
    std::string deep;
    for (int i = 0; i < 64; ++i) deep += "a {";
    expect_refused(deep + "a «{»" + deep, {"TN0113"});
    expect_refused("a b«»;", {"TN0114"}, {.bytes = 3, .depth = 64, .nodes = 10});
    expect_refused("a b c«;»", {"TN0115"}, {.bytes = 30, .depth = 64, .nodes = 2});
}

}  // namespace
}  // namespace tenantry::syntax

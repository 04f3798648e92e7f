#include <gtest/gtest.h>

#include <tenantry/syntax/config_text.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;
using Codes = std::vector<std::string_view>;

// Words by `|`, lines by `/`; quoted ones in quotes, those with a variable marked by `$`.
std::string words_of(std::string text) {
    const auto reading = read(parse_haproxy, std::move(text));
    if (!reading->result) return testing::shown(reading->sources, reading->diagnostics);
    std::string result;
    for (const HaproxyLine& line : *reading->result) {
        for (const Word& word : line.words)
            result += (&word == &line.words.front() ? "" : "|") + std::string(word.variable ? "$" : "") +
                      (word.quoted ? testing::quoted(word.text) : word.text);
        result += "/";
    }
    return result;
}

void expect_refused(std::string_view text, const Codes& codes = {"TN0132"}, const Limits& limits = {}) {
    testing::expect_refused(parse_haproxy, text, codes, limits);
}

TEST(HaproxyText, LinesOfWords) {
    EXPECT_EQ(words_of("global\n\n  daemon  \n# comment\n\tmaxconn 10#c\nfrontend a\r\n"),
              "global/daemon/maxconn|10/frontend|a/");
    EXPECT_EQ(words_of(""), "");
}

TEST(HaproxyText, PiecesThatTouchAreOneWord) {
    EXPECT_EQ(words_of("a b\"c d\"'e # f'g \"\"\n"), "a|\"bc de # fg\"|\"\"/");
}

TEST(HaproxyText, EscapesOutsideAndInWeakQuotesOnly) {
    EXPECT_EQ(words_of("a b\\ c \\#d \\\\ \\\" \\x41 \\1 \\$x\n"), "a|b c|#d|\\|\"|A|\\1|\\$x/");
    EXPECT_EQ(words_of("a \"\\\"\\$b\\t\" '\\x\\n'\n"), "a|\"\\\"$b\\u0009\"|\"\\\\x\\\\n\"/");
}

TEST(HaproxyText, VariablesInWeakQuotesAreKeptAndMarked) {
    EXPECT_EQ(words_of("bind \"$A\" \"x${B}y\" \"${C-d \"e\"}\" \"${D[*]}\" '$E' $F \"\\$G\"\n"),
              "bind|$\"$A\"|$\"x${B}y\"|$\"${C-d \\\"e\\\"}\"|$\"${D[*]}\"|\"$E\"|$F|\"$G\"/");
}

TEST(HaproxyText, SpansCoverWordsWithTheirQuotes) {
    const auto reading = read(parse_haproxy, "é a\"b c\" # x\n");
    ASSERT_TRUE(reading->result);
    const std::vector<Word>& words = reading->result->front().words;
    EXPECT_EQ(reading->sources.text(words[0].at), "é");
    EXPECT_EQ(reading->sources.text(words[1].at), "a\"b c\"");
}

TEST(HaproxyTextRefusals, WhatHaproxyRefuses) {
    expect_refused("a «\"»b\nc\"\n");
    expect_refused("a «'»b\n");
    expect_refused("a «\\x»4g\n");
    expect_refused("a «\\x00»\n");
    expect_refused("a \"«$»1\"\n");
    expect_refused("a \"«${»A\"\n");
    expect_refused("a \"«${»A-b\n");
    expect_refused("a\n«b c»");
    std::string many = "a";
    for (int i = 0; i < 63; ++i) many += " b";
    EXPECT_TRUE(read(parse_haproxy, many + "\n")->result.has_value());
    expect_refused(many + " «b»\n");
}

TEST(HaproxyTextRefusals, BytesAndLimits) {
    expect_refused("a «\xFF»\n", {"TN0111"});
    expect_refused("a«\r»b\n", {"TN0112"});
    expect_refused("a«»\n", {"TN0114"}, {.bytes = 1, .depth = 64, .nodes = 10});
    expect_refused("a b c«\n»", {"TN0115"}, {.bytes = 30, .depth = 64, .nodes = 2});
}

}  // namespace
}  // namespace tenantry::syntax

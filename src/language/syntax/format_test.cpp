#include <gtest/gtest.h>

#include <tenantry/syntax/format.hpp>
#include <tenantry/syntax/yaml.hpp>
#include <tenantry/syntax/yaml_text.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;

std::string formatted(std::string text) {
    const auto reading = read(format_yaml, std::move(text));
    return reading->result ? *reading->result : testing::shown(reading->sources, reading->diagnostics);
}

TEST(Format, IndentsByTwoAndSpacesOnce) {
    EXPECT_EQ(formatted("services:\n    api:   { tier:   middleware,image: lend/api,calls: [ scoring,books ] }\n"
                        "    list:\n    - a\n    -   b: 1\n        c: 2\n    - - x\n      - y\n"),
              "services:\n  api: { tier: middleware, image: lend/api, calls: [scoring, books] }\n"
              "  list:\n    - a\n    - b: 1\n      c: 2\n    - - x\n      - y\n");
}

TEST(Format, ALongLineOfBracketsBecomesABlock) {
    const std::string image = "a-registry-with-a-long-name.example/lend/";
    EXPECT_EQ(formatted("services: { api: { tier: middleware, image: " + image +
                        "api }, web: { tier: frontend, image: " + image + "web } }\n"),
              "services:\n  api: { tier: middleware, image: " + image +
                  "api }\n  web: { tier: frontend, image: " + image + "web }\n");
    EXPECT_EQ(formatted("a: { key: " + std::string(108, 'x') + " }\n"), "a: { key: " + std::string(108, 'x') + " }\n")
        << "120 characters fit";
    EXPECT_EQ(formatted("a: { key: " + std::string(109, 'x') + " }\n"), "a:\n  key: " + std::string(109, 'x') + "\n");
}

TEST(Format, CommentsStayWithWhatTheyStandAt) {
    EXPECT_EQ(formatted("# head\n\n\n\na:   1 # one\n# of b\nb: # opens\n   # first\n   c: 2\n   # last in b\n# of "
                        "d\n\nd: 3\n# end\n"),
              "# head\n\na: 1  # one\n# of b\nb:  # opens\n  # first\n  c: 2\n  # last in b\n# of d\n\nd: 3\n# end\n");
    EXPECT_EQ(formatted("a: { b: 1, # of b\n c: 2 }\nd: [ # opens\n e,\n # alone\n f ] # closes\n"),
              "a:\n  b: 1  # of b\n  c: 2\nd:  # opens\n  - e\n  # alone\n  - f  # closes\n");
    EXPECT_EQ(formatted("a: # why\n  value\nl:\n- # dash\n  b: 1\n"), "# why\na: value\nl:\n  # dash\n  - b: 1\n");
}

TEST(Format, CommentsThatStandUnderEachOtherStayAligned) {
    EXPECT_EQ(formatted("platform: lend        # a label\ndomain: lend.example  # hosts\nx: 1 # alone\n"),
              "platform: lend        # a label\ndomain: lend.example  # hosts\nx: 1  # alone\n");
    EXPECT_EQ(formatted("a: Cr\xC3\xA9"
                        "dito   # x\nbcd: 1234567 # y\n"),
              "a: Cr\xC3\xA9"
              "dito    # x\nbcd: 1234567  # y\n");
}

TEST(Format, QuotesAreDoubleWhereThatChangesNothing) {
    EXPECT_EQ(formatted("a: 'x y'\nb: 'it''s'\nc: 'a\\b'\n'd': \"111\"\ne: 012\nf: yes\n"),
              "a: \"x y\"\nb: 'it''s'\nc: 'a\\b'\n\"d\": \"111\"\ne: 012\nf: yes\n");
}

TEST(Format, TextsOfSeveralLinesKeepTheirLines) {
    EXPECT_EQ(formatted("a:\n    one\n    two\nb: \"one\n\n   two\"\nc: |\n     x\n       y\n\nd: >-\n     folded\n    "
                        " text\n\n     end\n"),
              "a: one\n  two\nb: \"one\n\n  two\"\nc: |\n  x\n    y\n\nd: >-\n  folded\n  text\n\n  end\n");
    EXPECT_EQ(formatted("a: |+\n x\n\n\nb: |2-\n    deep\n   less\nc: |-  # why\n   z\n"),
              "a: |+\n  x\n\n\nb: |2-\n    deep\n   less\nc: |-  # why\n  z\n");
}

TEST(Format, MarksOfTheDocumentAndLineEnds) {
    EXPECT_EQ(formatted("\xEF\xBB\xBF# c\r\n---   # d\r\na: 1\r\n...\r\n"), "# c\n---  # d\na: 1\n");
    EXPECT_EQ(formatted(""), "");
    EXPECT_EQ(formatted("\n\n# only\n\n"), "# only\n");
    EXPECT_EQ(formatted("a: 1"), "a: 1\n");
    EXPECT_EQ(formatted("{}\n"), "{}\n");
    EXPECT_EQ(formatted("a: { # in\n }\n"), "# in\na: {}\n");
}

TEST(Format, WhatIsNoYamlIsToldAndNotWritten) {
    const auto reading = read(format_yaml, "a: [1\n");
    EXPECT_FALSE(reading->result);
    EXPECT_TRUE(reading->diagnostics.has_errors());
}

TEST(YamlText, IsPlainOnlyWhereEveryReaderSeesAText) {
    for (const char* plain : {"Acme", "Pr\xC3\xA9stamos Acme", "a-b_c.d", "norte (old)"})
        EXPECT_EQ(yaml_scalar(plain), plain);
    EXPECT_EQ(yaml_scalar("yes"), "\"yes\"");
    EXPECT_EQ(yaml_scalar("Null"), "\"Null\"");
    EXPECT_EQ(yaml_scalar("1e3"), "\"1e3\"");
    EXPECT_EQ(yaml_scalar("a: b"), "\"a: b\"");
    EXPECT_EQ(yaml_scalar("a #b"), "\"a #b\"");
    EXPECT_EQ(yaml_scalar(""), "\"\"");
    EXPECT_EQ(yaml_scalar("say \"x\" \\ y"), "\"say \\\"x\\\" \\\\ y\"");
    EXPECT_EQ(yaml_scalar("a\xE2\x80\xA8"
                          "b\x1B"),
              "\"a\\u2028b\\x1B\"");
}

}  // namespace
}  // namespace tenantry::syntax

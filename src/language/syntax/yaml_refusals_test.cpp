#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;
using Codes = std::vector<std::string_view>;

void expect_refused(std::string_view text, const Codes& codes, const Limits& limits = {}) {
    testing::expect_refused(parse_yaml, text, codes, limits);
}

TEST(YamlRefusals, SyntaxErrorPointsAtTheCharacter) {
    expect_refused("a: 1\nb: c«:» d\n", {"TN0101"});
    expect_refused("a: «-» b\n", {"TN0101"});
    expect_refused("a: 1\n«foo bar»\nb: 2\n", {"TN0101"});
    expect_refused("a: «\"»x\nb: 1\n", {"TN0101"});
    expect_refused("a: «@»x\n", {"TN0101"});
    expect_refused("a: [1, 2\nb«:» 3\n", {"TN0101"});
    expect_refused("a: {b: 1\n«»", {"TN0101"});
    expect_refused("a:\n    b: 1\n  «c»: 2\n", {"TN0101"});
    expect_refused("a: 'x' «y»\n", {"TN0101"});
}

TEST(YamlRefusals, PlacesAreBytesAfterCharactersOfSeveralBytes) {
    expect_refused("ключ: значение\n# 😀😀😀\nb: c«:» d\n", {"TN0101"});
    expect_refused("\xEF\xBB\xBF"
                   "ü: 1\nb: c«:» d\n",
                   {"TN0101"});
    expect_refused("é: 1\n«é»: 2\n", {"TN0104"});
    expect_refused("é: «&»ü 1\n", {"TN0105"});
}

TEST(YamlRefusals, TabsThatIndent) {
    expect_refused("a:\n«\t»b: 1\n", {"TN0102"});
    expect_refused("a: |\n«\t»b\n", {"TN0102"});
    expect_refused("a: x\n«\t»y: 1\n", {"TN0102"});
    expect_refused("é:\n  b: 1\n«\t»c: 2\n", {"TN0102"});
}

TEST(YamlRefusals, ASecondDocument) {
    expect_refused("a: 1\n«---»\nb: 2\n", {"TN0103"});
    expect_refused("a: 1\n...\n\n«b»: 2\n", {"TN0103"});
    expect_refused("a: 1\n...\n«---»\n", {"TN0103"});
}

TEST(YamlRefusals, EveryDuplicateKeyPointsBackToTheFirst) {
    expect_refused("a: 1\nb: 2\n«a»: 3\nc: {x: 1, «x»: 2, «\"x\"»: 3}\n«b»: 4\n",
                   {"TN0104", "TN0104", "TN0104", "TN0104"});
    const auto reading = read(parse_yaml, "é: 1\nb: 2\né: 3\n");
    ASSERT_EQ(reading->diagnostics.all().size(), 1U);
    ASSERT_EQ(reading->diagnostics.all()[0].notes.size(), 1U);
    EXPECT_EQ(reading->diagnostics.all()[0].notes[0].at, (Span{reading->id, 0, 2}));
}

TEST(YamlRefusals, DuplicatesAmongManyKeysAreFoundInTheOrderOfTheText) {
    expect_refused("k9: 1\nk8: 1\nk7: 1\nk6: 1\nk5: 1\nk4: 1\nk3: 1\nk2: 1\nk1: 1\n«k8»: 1\n«k1»: 1\n«k8»: 1\n",
                   {"TN0104", "TN0104", "TN0104"});
}

TEST(YamlRefusals, AnchorsAliasesMergeKeysAndTags) {
    expect_refused("a: «&x» 1\nb: «*x»\nc: «!!str» d\ne: «&y» «!t» f\ng: «!t» «&z» [1]\n«<<»: *x\n",
                   {"TN0105", "TN0106", "TN0108", "TN0105", "TN0108", "TN0108", "TN0105", "TN0107"});
    expect_refused("a: [ «&x» {b: 1}, «*x», «!e», «!» x ]\n", {"TN0105", "TN0106", "TN0108", "TN0108"});
}

TEST(YamlRefusals, TextsThatOnlyLookLikeThemGetTheSameCode) {
    expect_refused("hosts: «*».lend.example\n", {"TN0106"});
    expect_refused("a: «&» b\n", {"TN0105"});
    expect_refused("a: «!»e!x y\n", {"TN0108"});
}

TEST(YamlRefusals, Directives) {
    expect_refused("«%YAML 1.1»\n---\na: 1\n", {"TN0109"});
    expect_refused("«%TAG ! tag:x,2000:»\n---\na: 1\n", {"TN0109"});
    expect_refused("«%OTHER x»\n---\na: 1\n", {"TN0109"});
    expect_refused("«%YAML 9.1»\n---\na: 1\n", {"TN0109"});
}

TEST(YamlRefusals, KeysThatAreNoTexts) {
    expect_refused("? «[»a, a]\n: 1\n«null»: 2\n«~»: 3\n", {"TN0110", "TN0110", "TN0110"});
    expect_refused("a: {«{» x }}\n", {"TN0110"});
    expect_refused("?« »# no name\n: 1\n", {"TN0110"});
    expect_refused("«*x» : 1\n", {"TN0106"});
}

TEST(YamlRefusals, BytesThatAreNoUtf8) {
    expect_refused("é: 1\nb: «\xFF»\n", {"TN0111"});
    expect_refused("a: «\xC3»", {"TN0111"});
    expect_refused("a: «\xED»\xA0\x80\n", {"TN0111"});
    expect_refused("a: «\xC0»\x80\n", {"TN0111"});
    expect_refused(std::string("«\xFF»\xFE"
                               "a\0",
                               8),
                   {"TN0111"});
}

TEST(YamlRefusals, CharactersThatCannotBeSeen) {
    expect_refused(std::string("a: 1\n«\0»", 10), {"TN0112"});
    expect_refused("a: x«\x1b»[0m\n", {"TN0112"});
    expect_refused("a: x«\x7f»\n", {"TN0112"});
    expect_refused("a: x«\xC2\x85»y\n", {"TN0112"});
    expect_refused("# a comment«\xE2\x80\xA8»b: 1\n", {"TN0112"});
    expect_refused("# a comment«\xE2\x80\xA9»b: 1\n", {"TN0112"});
    expect_refused("a: x«\xEF\xBF\xBE»\n", {"TN0112"});
    expect_refused("# a comment«\r»b: 1\n", {"TN0112"});
}

TEST(YamlRefusals, DepthPastTheLimit) {
    const std::string brackets(63, '[');
    const auto reading = read(parse_yaml, "a: " + brackets + std::string(63, ']'));
    EXPECT_TRUE(reading->result.has_value()) << "64 levels with the map around";
    expect_refused("a: " + brackets + "«[»", {"TN0113"});
    expect_refused("? " + std::string("«[»") + brackets.substr(1) + "«[»", {"TN0110", "TN0113"});
}

TEST(YamlRefusals, TenThousandBracketsEndEarly) {
    expect_refused(std::string(64, '[') + "«[»" + std::string(9'935, '['), {"TN0113"});
    expect_refused("{«{»" + std::string(62, '{') + "«{»" + std::string(9'935, '{'), {"TN0110", "TN0113"});
}

TEST(YamlRefusals, BytesAndNodesPastTheLimit) {
    expect_refused("a: 1«»\n", {"TN0114"}, {.bytes = 4, .depth = 64, .nodes = 10});
    EXPECT_TRUE(read(parse_yaml, "a: 1\n", {.bytes = 5, .depth = 64, .nodes = 3})->result.has_value());
    expect_refused("a: «1»\n", {"TN0115"}, {.bytes = 5, .depth = 64, .nodes = 2});
}

TEST(YamlRefusals, AThousandMistakesAreEnough) {
    std::string text = "a: 1\n";
    for (int i = 0; i < 100'000; ++i) text += "a: 1\n";
    EXPECT_EQ(read(parse_yaml, text)->diagnostics.all().size(), 1000U);
}

// Every message that libyaml's refusals become, whole.
TEST(YamlRefusals, Messages) {
    const std::vector<std::string> texts{
        "a:\n\tb: 1\n",
        "a: |\n\tb\n",
        "a: x\n\ty: 1\n",
        "a: b: c\n",
        "a: - b\n",
        "a: b ? c\n? x: y: z\n",
        "a: 1\nfoo bar\nb: 2\n",
        "a:\n    b: 1\n  c: 2\n",
        "a:\n  - b\n c\n",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1\n",
        "a: [1,,2]\n",
        "a: \"x\n",
        "a: 'x\n---\n",
        "a: \"\\q\"\n",
        "a: \"\\u12\"\n",
        "a: \"\\ud83d\"\n",
        "a: | x\n",
        "a: |0\n  x\n",
        "a: *.x\n",
        "a: & b\n",
        "a: !<x\n",
        "a: !e!x y\n",
        "%FOO x\n---\n",
        "%YAML 9.1\n---\na: 1\n",
        "  a: 1\nb: 2\n",
        "a: 1\n...\nb: 2\n",
        "a: @x\n",
        "a: %x\n",
        "a: {b: c: d}\n",
        "a: &x *x\n",
        "a: {<<: {b: 1}}\n",
        "a: 1\na: 2\n",
        "{a: 1}: 2\n",
        "a: {: 1}\n",
        "~: 1\n",
        "a: \x07\n",
        "a: 1\rb: 2\n",
        "a: \xE9\n",
        "\xFF\xFE\n",
        "- a\nb: 1\n",
        "a: 1\n- b\n",
        "a: 'x' y\n",
        "a: |9x\n  b\n",
    };
    std::string all;
    for (const std::string& text : texts) {
        const auto reading = read(parse_yaml, text);
        all += testing::heading(text) + testing::shown(reading->sources, reading->diagnostics);
        EXPECT_FALSE(reading->result.has_value()) << text;
    }
    support::expect_golden("syntax/yaml_messages.txt", all);
}

}  // namespace
}  // namespace tenantry::syntax

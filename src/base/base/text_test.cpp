#include <array>
#include <string>

#include <gtest/gtest.h>

#include <tenantry/base/text.hpp>

namespace tenantry {
namespace {

struct Case {
    const char* name;
    std::optional<Refusal> (*grammar)(std::string_view);
    std::string text;
    bool good;
};

class Grammars : public testing::TestWithParam<Case> {};

TEST_P(Grammars, TakeWhatTheySayAndNothingElse) {
    const auto refusal = GetParam().grammar(GetParam().text);
    EXPECT_EQ(!refusal.has_value(), GetParam().good) << GetParam().text << ": " << refusal.value_or("accepted");
}

INSTANTIATE_TEST_SUITE_P(
    Label, Grammars,
    testing::Values(Case{"one", grammar::label, "a", true}, Case{"most", grammar::label, std::string(63, 'a'), true},
                    Case{"tooLong", grammar::label, std::string(64, 'a'), false},
                    Case{"empty", grammar::label, "", false}, Case{"upper", grammar::label, "Acme", false},
                    Case{"hyphenFirst", grammar::label, "-a", false}, Case{"hyphenLast", grammar::label, "a-", false},
                    Case{"dot", grammar::label, "a.b", false}, Case{"space", grammar::label, "a b", false},
                    Case{"newline", grammar::label, "a\n", false},
                    Case{"nul", grammar::label, std::string("a\0b", 3), false},
                    Case{"unicode", grammar::label, "é", false}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(ServiceName, Grammars,
                         testing::Values(Case{"one", grammar::service_name, "api", true},
                                         Case{"digitFirst", grammar::service_name, "3scale", true},
                                         Case{"hexWord", grammar::service_name, "0xzebra", true},
                                         Case{"upper", grammar::service_name, "Api", false},
                                         Case{"decimal", grammar::service_name, "2130706433", false},
                                         Case{"octal", grammar::service_name, "0177", false},
                                         Case{"zero", grammar::service_name, "0", false},
                                         Case{"hex", grammar::service_name, "0x7f000001", false},
                                         Case{"hexZero", grammar::service_name, "0x", false},
                                         Case{"unixSocket", grammar::service_name, "unix", false}),
                         [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(HostName, Grammars,
                         testing::Values(Case{"hexLast", grammar::host_name, "1.0x7f", false},
                                         Case{"digitsFirst", grammar::host_name, "127.example", true},
                                         Case{"two", grammar::host_name, "lend.example", true},
                                         Case{"one", grammar::host_name, "localhost", false},
                                         Case{"address", grammar::host_name, "10.0.0.1", false},
                                         Case{"emptyLabel", grammar::host_name, "a..b", false},
                                         Case{"lastDot", grammar::host_name, "a.b.", false},
                                         Case{"wildcard", grammar::host_name, "*.a.b", false},
                                         Case{"long", grammar::host_name,
                                              std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                                                  std::string(63, 'c') + "." + std::string(62, 'd'),
                                              false}),
                         [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Path, Grammars,
    testing::Values(
        Case{"root", grammar::path_prefix, "/", true}, Case{"api", grammar::path_prefix, "/api/v1.2~x", true},
        Case{"noSlash", grammar::path_prefix, "api", false}, Case{"up", grammar::path_prefix, "/a/../b", false},
        Case{"dot", grammar::path_prefix, "/a/./b", false}, Case{"dotLast", grammar::path_prefix, "/a/.", false},
        Case{"dotInside", grammar::path_prefix, "/.well-known/a.b", true},
        Case{"twice", grammar::path_prefix, "/a//b", false}, Case{"endSlash", grammar::path_prefix, "/a/", false},
        Case{"query", grammar::path_prefix, "/a?b", false}, Case{"brace", grammar::path_prefix, "/a{b", false},
        Case{"most", grammar::path_prefix, "/" + std::string(200, 'a'), true},
        Case{"tooLong", grammar::path_prefix, "/" + std::string(201, 'a'), false},
        Case{"file", grammar::file_path, "/srv/www", true}, Case{"fileDot", grammar::file_path, "/srv/./www", false},
        Case{"fileUp", grammar::relative_path, "../x", false},
        Case{"fileAbsolute", grammar::relative_path, "/x", false},
        Case{"fileRelative", grammar::relative_path, "build/api", true}),
    [](const auto& row) { return row.param.name; });

const std::string digest = "@sha256:" + std::string(64, 'a');

INSTANTIATE_TEST_SUITE_P(Image, Grammars,
                         testing::Values(Case{"short", grammar::image_ref, "nginx", true},
                                         Case{"tag", grammar::image_ref, "lend/api:1.2", true},
                                         Case{"registry", grammar::image_ref, "registry.example:5000/lend/api", true},
                                         Case{"digest", grammar::image_ref, "lend/api" + digest, true},
                                         Case{"both", grammar::image_ref, "lend/api:1" + digest, true},
                                         Case{"shortDigest", grammar::image_ref, "lend/api@sha256:abc", false},
                                         Case{"upper", grammar::image_ref, "Lend/api", false},
                                         Case{"emptyPart", grammar::image_ref, "lend//api", false},
                                         Case{"emptyTag", grammar::image_ref, "lend/api:", false},
                                         Case{"option", grammar::image_ref, "--help", false},
                                         Case{"space", grammar::image_ref, "a b", false}),
                         [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    FreeText, Grammars,
    testing::Values(Case{"plain", grammar::free_text, "Préstamos \"Acme\" $x 'y' \\", true},
                    Case{"empty", grammar::free_text, "", true}, Case{"newline", grammar::free_text, "a\nb", false},
                    Case{"escape", grammar::free_text, "\x1b[31m", false},
                    Case{"c1", grammar::free_text, "a\xC2\x9Bm", false},
                    Case{"resolve", grammar::free_text, "x{{resolve:ssm:y}}", false},
                    Case{"badUtf8", grammar::free_text, "a\xC3", false},
                    Case{"surrogate", grammar::free_text, "\xED\xA0\x80", false},
                    Case{"key", grammar::env_key, "LOG_LEVEL", true}, Case{"keyLower", grammar::env_key, "log", false},
                    Case{"keyEquals", grammar::env_key, "A=B", false}, Case{"keyDigit", grammar::env_key, "1A", false}),
    [](const auto& row) { return row.param.name; });

TEST(DidYouMean, OffersTheNearestWordAndNothingWhenNoneIsNear) {
    constexpr std::array<std::string_view, 3> known{"domain", "network", "stages"};
    EXPECT_EQ(did_you_mean("domian", known), "domain");
    EXPECT_EQ(did_you_mean("stage", known), "stages");
    EXPECT_EQ(did_you_mean("zebra", known), std::nullopt);
}

TEST(EditDistance, CountsSwappedNeighboursOnce) {
    EXPECT_EQ(edit_distance("domian", "domain"), 1u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance(std::string(5000, 'a'), "b"), 5000u);
}

}  // namespace
}  // namespace tenantry

#include <algorithm>

#include <gtest/gtest.h>

#include <tenantry/syntax/codes.hpp>
#include <tenantry/syntax/config_text.hpp>
#include <tenantry/syntax/json.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::codes;
using testing::read;

// Two examples stand for texts that are too large to print; they are read with limits that fit them.
Limits limits_for(const CodeInfo& code) {
    Limits limits;
    if (&code == &code::tooLarge) limits.bytes = code.example.size() - 1;
    if (&code == &code::tooManyNodes) limits.nodes = 10;
    return limits;
}

std::vector<std::string_view> codes_of_example(const CodeInfo& code) {
    constexpr std::string_view marker = "--- ";
    if (!code.example.starts_with(marker))
        return codes(read(parse_yaml, std::string(code.example), limits_for(code))->diagnostics);
    const std::size_t line = code.example.find('\n');
    const std::string_view name = code.example.substr(marker.size(), line - marker.size());
    const std::string text(code.example.substr(line + 1));
    if (name.ends_with(".json")) return codes(read(parse_json, text, limits_for(code))->diagnostics);
    if (name == "nginx.conf") return codes(read(parse_nginx, text, limits_for(code))->diagnostics);
    if (name == "haproxy.cfg") return codes(read(parse_haproxy, text, limits_for(code))->diagnostics);
    ADD_FAILURE() << "no parser for " << name;
    return {};
}

TEST(SyntaxCodes, EachExampleGivesExactlyItsCode) {
    for (const CodeInfo* code : code::all())
        EXPECT_EQ(codes_of_example(*code), std::vector{code->code}) << code->example;
}

TEST(SyntaxCodes, NumbersRiseAndBelongToTheRoom) {
    const auto all = code::all();
    for (const CodeInfo* code : all) EXPECT_TRUE(code->code.starts_with("TN01")) << code->code;
    EXPECT_TRUE(std::ranges::is_sorted(all, std::less_equal{}, &CodeInfo::code));
}

}  // namespace
}  // namespace tenantry::syntax

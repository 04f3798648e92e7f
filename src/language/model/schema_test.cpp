#include <algorithm>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tenantry/model/keys.hpp>
#include <tenantry/model/schema.hpp>
#include <tenantry/support/golden.hpp>

#include "number_pattern.hpp"

namespace tenantry::model {
namespace {

// Texts that each grammar takes or just refuses: pieces of good ones, put together at random.
const std::vector<std::string> pieces{"a",
                                      "lend",
                                      "unix",
                                      "include",
                                      "name",
                                      "order",
                                      "true",
                                      "0",
                                      "1",
                                      "9",
                                      "64",
                                      "0x1f",
                                      "007",
                                      "-",
                                      "_",
                                      ".",
                                      "..",
                                      "/",
                                      "//",
                                      ":",
                                      "*",
                                      "@",
                                      "+",
                                      "~",
                                      " ",
                                      "%",
                                      "A",
                                      "A_B",
                                      "Z9",
                                      "10.0.0.0",
                                      "/8",
                                      "/16",
                                      "/20",
                                      "172.16.0.0",
                                      "192.168.0.0",
                                      "100.64.0.0",
                                      "255",
                                      "256",
                                      "MiB",
                                      "TiB",
                                      "KiB",
                                      "ms",
                                      "s",
                                      "m",
                                      "h",
                                      "d",
                                      "30",
                                      "30m",
                                      "Fri 18:00 - Mon 07:00 Europe/Madrid",
                                      "3650",
                                      "3651",
                                      "1000",
                                      "1001",
                                      "65535",
                                      "65536",
                                      "0.25",
                                      "0.0004",
                                      "0.0005",
                                      "64.0",
                                      "64.1",
                                      "2..6",
                                      "sleep-after ",
                                      " bytes",
                                      "32",
                                      "15",
                                      "1024",
                                      "Sun ",
                                      "02:00",
                                      "24:00",
                                      " Europe/Madrid",
                                      " - ",
                                      "Mon",
                                      "2027-06-30",
                                      "2027-13-01",
                                      "api.bureau.example",
                                      ":443",
                                      "registry.example:5000/",
                                      "lend/api",
                                      ":1.2",
                                      "@sha256:",
                                      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                      "eu-west",
                                      "-1",
                                      "-99",
                                      "-100",
                                      "{{resolve:",
                                      "\t",
                                      "\x1b",
                                      "/srv/www",
                                      "/etc",
                                      "/usrx",
                                      "*.yaml",
                                      "tenants/",
                                      "NET-7",
                                      "NET-1",
                                      "read",
                                      "readWrite",
                                      "owner",
                                      "frontend",
                                      "per tenant",
                                      "before-release",
                                      "forbid",
                                      "env",
                                      "cache",
                                      "redis",
                                      "111111111111"};

rc::Gen<std::string> texts() {
    return rc::gen::map(rc::gen::resize(5, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces))),
                        [](const std::vector<std::string>& parts) {
                            std::string all;
                            for (const std::string& part : parts) all += part;
                            return all;
                        });
}

template <class Law>
void check(int times, Law law) {
    rc::detail::TestParams params;
    params.maxSuccess = times;
    rc::detail::TestMetadata metadata;
    const auto result = rc::detail::checkTestable(std::move(law), metadata, params);
    std::ostringstream words;
    rc::detail::printResultMessage(result, words);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << words.str();
}

std::optional<std::regex> regex_of(const Scalar& scalar) {
    if (scalar.pattern == nullptr) return std::nullopt;
    return std::regex(scalar.pattern(), std::regex::ECMAScript);
}

bool agree(const Scalar& scalar, const std::optional<std::regex>& pattern, const std::string& text) {
    const auto words = pattern ? std::vector<std::string_view>{} : scalar.words();
    const bool taken = pattern ? std::regex_match(text, *pattern) : std::ranges::find(words, text) != words.end();
    return taken == scalar.accepts(text) || (taken && !scalar.wider.empty());
}

TEST(Scalars, PatternsTakeWhatTheParsersTake) {
    for (const Scalar* scalar : scalars::all()) {
        EXPECT_TRUE((scalar->pattern != nullptr) != (scalar->words != nullptr)) << scalar->name;
        const std::optional<std::regex> pattern = regex_of(*scalar);
        check(400, [&] { RC_ASSERT(agree(*scalar, pattern, *texts())); });
        bool anyGood = false;
        for (const std::string& one : pieces)
            for (const std::string& other : pieces) {
                anyGood = anyGood || scalar->accepts(one) || scalar->accepts(one + other);
                EXPECT_TRUE(agree(*scalar, pattern, one)) << scalar->name << " `" << one << "`";
                EXPECT_TRUE(agree(*scalar, pattern, one + other)) << scalar->name << " `" << one << other << "`";
            }
        EXPECT_TRUE(anyGood) << "no text of " << scalar->name << " was tried";
    }
}

TEST(Scalars, HaveNamesOfTheirOwn) {
    std::vector<std::string_view> names;
    for (const Scalar* scalar : scalars::all()) names.push_back(scalar->name);
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(NumberPattern, TakesExactlyTheNumbersBetweenItsBounds) {
    for (const auto& [low, high] : std::vector<std::pair<int, int>>{{0, 0},
                                                                    {0, 9},
                                                                    {1, 4},
                                                                    {8, 32},
                                                                    {16, 22},
                                                                    {64, 127},
                                                                    {16, 1024},
                                                                    {0, 1000},
                                                                    {1, 1000},
                                                                    {99, 101},
                                                                    {0, 3650}}) {
        const std::regex pattern(number_pattern(low, high), std::regex::ECMAScript);
        for (int number = 0; number < 5000; ++number)
            EXPECT_EQ(std::regex_match(std::to_string(number), pattern), number >= low && number <= high)
                << number << " in " << low << " to " << high;
        EXPECT_FALSE(std::regex_match("00", pattern));
        EXPECT_FALSE(std::regex_match("", pattern));
    }
}

TEST(Schema, IsThis) {
    support::expect_golden("model/platform.schema.json", json_schema(SchemaOf::platform));
    support::expect_golden("model/tenant.schema.json", json_schema(SchemaOf::tenantFile));
}

}  // namespace
}  // namespace tenantry::model

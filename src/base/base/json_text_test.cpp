#include <gtest/gtest.h>

#include <tenantry/base/json_text.hpp>

namespace tenantry {
namespace {

TEST(JsonText, LaysOutBlocksALineAMemberAndLinesOnOne) {
    JsonText json;
    json.object()
        .member("a", 1)
        .key("b")
        .array()
        .value("x")
        .object(Layout::line)
        .member("c", true)
        .key("d")
        .array()
        .end()
        .end()
        .end();
    json.key("e").object().end().key("f").null().end();
    EXPECT_EQ(std::move(json).take(), "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    { \"c\": true, \"d\": [] }\n  ],\n  "
                                      "\"e\": {},\n  \"f\": null\n}\n");
}

TEST(JsonText, EscapesWhateverGoesIn) {
    std::string out;
    append_json_string(out, std::string("a\"b\\c\n\x01\x7F", 8) + "é");
    EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\\u007fé\"");
}

TEST(JsonText, EscapesWhatATerminalWouldObey) {
    std::string out;
    append_json_string(out, "a\xC2\x9B"
                            "2J\xC2\x80\xC2\x9F\xC2\xA0");
    EXPECT_EQ(out, "\"a\\u009b2J\\u0080\\u009f\xC2\xA0\"");
}

TEST(JsonText, MakesBytesThatAreNoTextVisibleAndKeepsTheRest) {
    std::string out;
    append_json_string(out, "a\xFFz");
    EXPECT_EQ(out, "\"a\xEF\xBF\xBDz\"");
}

}  // namespace
}  // namespace tenantry

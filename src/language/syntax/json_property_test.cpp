#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tenantry/base/text.hpp>
#include <tenantry/syntax/json.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;

// Runs a law 2,000 times with fresh inputs; rapidcheck prints the smallest input that breaks it.
template <class Law>
void check(Law law) {
    rc::detail::TestParams params;
    params.maxSuccess = 2000;
    rc::detail::TestMetadata metadata;
    EXPECT_TRUE(rc::detail::checkTestable(std::move(law), metadata, params).template is<rc::detail::SuccessResult>());
}

rc::Gen<std::string> texts(const std::vector<std::string>& pieces) {
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                        [](const std::vector<std::string>& parts) {
                            std::string all;
                            for (const std::string& part : parts) all += part;
                            return all;
                        });
}

// Characters that any reader of YAML takes as they are, and those that `quoted` escapes.
rc::Gen<std::string> printable_texts() {
    return texts({"a", "B", "7", " ", "é", "€", "😀", "\"", "\\", "/", ":",  ": ", "#",    " #", "-", "{",
                  "}", "[", ",", "&", "*", "!", "|",  "'",  "%",  "@", "\n", "\t", "null", "<<", "~"});
}

rc::Gen<std::string> scalars() {
    return rc::gen::oneOf(
        rc::gen::elementOf(std::vector<std::string>{"0", "-1", "12.50", "1e9", "true", "false", "null", "-0", "3E-7"}),
        rc::gen::map(printable_texts(), testing::quoted));
}

rc::Gen<std::string> values(int depth);

rc::Gen<std::string> joined(const rc::Gen<std::vector<std::string>>& parts, std::string open, std::string close) {
    return rc::gen::map(parts, [open, close](const std::vector<std::string>& all) {
        std::string text = open;
        for (std::size_t i = 0; i < all.size(); ++i) text += (i == 0 ? "" : ",") + all[i];
        return text + close;
    });
}

rc::Gen<std::string> maps(int depth) {
    const auto keys = rc::gen::unique<std::vector<std::string>>(rc::gen::map(printable_texts(), testing::quoted));
    const auto entries = rc::gen::mapcat(keys, [depth](const std::vector<std::string>& names) {
        return rc::gen::map(rc::gen::container<std::vector<std::string>>(names.size(), values(depth - 1)),
                            [names](std::vector<std::string> all) {
                                for (std::size_t i = 0; i < all.size(); ++i) all[i] = names[i] + ":" + all[i];
                                return all;
                            });
    });
    return joined(entries, "{", "}");
}

// JSON in the one form that `shown` prints.
rc::Gen<std::string> values(int depth) {
    if (depth == 0) return scalars();
    return rc::gen::resize(
        6, rc::gen::oneOf(scalars(), maps(depth),
                          joined(rc::gen::container<std::vector<std::string>>(values(depth - 1)), "[", "]")));
}

TEST(JsonProperties, WhatIsWrittenReadsBackEqualAsJsonAndAsYaml) {
    check([] {
        const std::string text = *values(4);
        const auto json = read(parse_json, text);
        RC_ASSERT(json->result.has_value());
        RC_ASSERT(testing::shown(Node::root(*json->result)) == text);
        // YAML takes 1,024 characters at most before the colon of a key (YAML 1.1 7.4.1, implicit keys).
        RC_PRE(text.size() < 1000);
        const auto yaml = read(parse_yaml, text);
        RC_ASSERT(yaml->result.has_value());
        RC_ASSERT(testing::shown(Node::root(*yaml->result)) == text);
    });
}

bool equal(const Node& ours, const boost::json::value& theirs) {
    if (ours.is_list()) {
        if (!theirs.is_array() || theirs.get_array().size() != ours.size()) return false;
        for (std::size_t i = 0; i < ours.size(); ++i)
            if (!equal(ours.item(i), theirs.get_array()[i])) return false;
        return true;
    }
    if (ours.is_map()) {
        if (!theirs.is_object() || theirs.get_object().size() != ours.size()) return false;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const Entry entry = ours.entry(i);
            const boost::json::value* value = theirs.get_object().if_contains(entry.key);
            if (value == nullptr || !equal(entry.value, *value)) return false;
        }
        return true;
    }
    if (ours.quoted()) return theirs.is_string() && std::string_view(theirs.get_string()) == ours.text();
    return theirs == boost::json::parse(ours.text());
}

// What Boost.JSON refuses though RFC 8259 allows it, and what we refuse though it allows it.
bool differ_on_purpose(const boost::json::error_code& theirs, const Diagnostics& ours, std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF") || theirs == boost::json::error::exponent_overflow) return true;
    return std::ranges::any_of(ours.all(), [](const Diagnostic& d) { return d.code->code == "TN0104"; });
}

void expect_agreement(const std::string& text) {
    boost::json::parse_options options;
    options.max_depth = 1000;
    boost::json::error_code error;
    const boost::json::value theirs = boost::json::parse(text, error, {}, options);
    const auto ours = read(parse_json, text, {.bytes = 1 << 20, .depth = 1000, .nodes = 1 << 20});
    RC_ASSERT(ours->result.has_value() == ours->diagnostics.empty());
    if (differ_on_purpose(error, ours->diagnostics, text)) return;
    RC_ASSERT(ours->result.has_value() == !error);
    if (ours->result) RC_ASSERT(equal(Node::root(*ours->result), theirs));
}

TEST(JsonProperties, AgreesWithBoostJsonOnPiecesOfJson) {
    check([] {
        expect_agreement(*texts({"{", "}",  "[",  "]", ",",    ":",    "\"", "\"a\"",   "\"b\":", "1",       "-",
                                 "0", ".",  "e",  "+", "true", "null", "\\", "\\u",     "d83d",   "\\ude00", "\\n",
                                 " ", "\n", "\t", "é", "\xFF", "\xC3", "/",  "{\"k\":", "[1,",    "\x01"}));
    });
}

TEST(JsonProperties, AgreesWithBoostJsonOnMutatedTexts) {
    check([] {
        std::string text = *values(3);
        const auto edits = *rc::gen::container<std::vector<std::pair<std::uint16_t, char>>>(
            *rc::gen::inRange<std::size_t>(1, 4),
            rc::gen::pair(rc::gen::arbitrary<std::uint16_t>(),
                          rc::gen::elementOf(std::string("{}[]\",:\\u0123e+-.tfn a\xC3\xA9\xFF\n\x7F\x01"))));
        for (const auto& [place, byte] : edits) {
            const std::size_t at = place % (text.size() + 1);
            if (place % 3 == 0 && at < text.size())
                text.erase(at, 1);
            else if (place % 3 == 1 && at < text.size())
                text[at] = byte;
            else
                text.insert(at, 1, byte);
        }
        expect_agreement(text);
    });
}

}  // namespace
}  // namespace tenantry::syntax

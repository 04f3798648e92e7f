#pragma once

// What the tests of this room share.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax::testing {

/// A text that was read, with all that the result points into.
template <class Parsed>
struct Reading {
    Sources sources;
    SourceId id;
    Diagnostics diagnostics;
    std::optional<Parsed> result;
};

template <class Parsed>
using Parser = std::optional<Parsed> (*)(const Sources&, SourceId, const Limits&, Diagnostics&);

/// On the heap: the result points into the reading's own sources.
template <class Parsed>
std::unique_ptr<Reading<Parsed>> read(Parser<Parsed> parse, std::string text, const Limits& limits = {}) {
    auto reading = std::make_unique<Reading<Parsed>>();
    reading->id = reading->sources.add("platform.yaml", std::move(text));
    reading->result = parse(reading->sources, reading->id, limits, reading->diagnostics);
    reading->diagnostics.sort();
    return reading;
}

/// A text in which « and » stand around the places that are expected to be reported, in order.
struct Marked {
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
};
Marked marked(std::string_view text);

/// What was reported, in order: where, and with which codes.
std::vector<std::pair<std::uint32_t, std::uint32_t>> places(const Diagnostics& diagnostics);
std::vector<std::string_view> codes(const Diagnostics& diagnostics);

/// Every diagnostic with all its words, for golden files.
std::string shown(const Sources& sources, const Diagnostics& diagnostics);

/// The line of a golden file that says which text was refused.
std::string heading(std::string_view text);

/// JSON string with as few escapes as JSON and YAML need.
std::string quoted(std::string_view text);

/// A tree in one line: `{"key":plain,"other":["text"]}`; the writer of the property tests writes the same form.
std::string shown(const Node& node);

/// Expects that `parse` refuses the marked text with these codes at the marked places, and returns nothing.
template <class Parsed>
void expect_refused(Parser<Parsed> parse, std::string_view text, const std::vector<std::string_view>& expected,
                    const Limits& limits = {}) {
    const Marked wanted = marked(text);
    const auto reading = read(parse, wanted.text, limits);
    SCOPED_TRACE(std::string(text.substr(0, 200)) + '\n' + shown(reading->sources, reading->diagnostics));
    EXPECT_EQ(codes(reading->diagnostics), expected);
    EXPECT_EQ(places(reading->diagnostics), wanted.places);
    EXPECT_FALSE(reading->result.has_value());
}

}  // namespace tenantry::syntax::testing

#include <gtest/gtest.h>

#include <tenantry/syntax/edit.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax {
namespace {

using testing::read;

const NewEntry norte{"norte", {"name: Norte", "stages: [demo]"}, ""};

std::string with_norte(std::string text) {
    const auto reading = read(parse_yaml, text);
    const auto map = Node::root(*reading->result).find("tenants");
    return edited(text, insert_entry(text, *map, norte));
}

std::string without(std::string text, std::size_t index) {
    const auto reading = read(parse_yaml, text);
    const Node root = Node::root(*reading->result);
    for (std::size_t i = 0; i < root.size(); ++i)
        if (root.entry(i).key == "tenants") return edited(text, remove_entry(text, root.entry(i), index));
    return "no tenants";
}

TEST(InsertEntry, IsWrittenAsTheOneBeforeIt) {
    EXPECT_EQ(with_norte("tenants:\n    acme:\n      name: A  # one\n# two\nx: 1\n"),
              "tenants:\n    acme:\n      name: A  # one\n    norte:\n      name: Norte\n      stages: [demo]\n# "
              "two\nx: 1\n");
    EXPECT_EQ(with_norte("tenants:\n  acme: { name: A }\nx: 1\n"),
              "tenants:\n  acme: { name: A }\n  norte: { name: Norte, stages: [demo] }\nx: 1\n");
    EXPECT_EQ(with_norte("tenants: { acme: { name: A } }  # c\n"),
              "tenants: { acme: { name: A }, norte: { name: Norte, stages: [demo] } }  # c\n");
    EXPECT_EQ(with_norte("tenants: {}\n"), "tenants: { norte: { name: Norte, stages: [demo] } }\n");
    EXPECT_EQ(with_norte("tenants: { # c\n }\n"), "tenants: { norte: { name: Norte, stages: [demo] } # c\n }\n");
}

TEST(InsertEntry, KeepsLineEndsAndMakesTheLastOne) {
    EXPECT_EQ(with_norte("tenants:\r\n  acme:\r\n    name: A"),
              "tenants:\r\n  acme:\r\n    name: A\r\n  norte:\r\n    name: Norte\r\n    stages: [demo]\r\n");
    const auto empty = read(parse_yaml, "# nobody yet");
    EXPECT_EQ(edited("# nobody yet", insert_entry("# nobody yet", Node::root(*empty->result), {"a", {}, "b"})),
              "# nobody yet\na: b\n");
}

TEST(RemoveEntry, TakesItsLinesAndNoOther) {
    const std::string text = "tenants:\n  # about a\n  a: { name: A }  # own\n  # about b\n  b:\n    name: B\n    # in "
                             "b\n\n  c:\n    name: C\nx: 1\n";
    EXPECT_EQ(without(text, 0),
              "tenants:\n  # about a\n  # about b\n  b:\n    name: B\n    # in b\n\n  c:\n    name: C\nx: 1\n");
    EXPECT_EQ(without(text, 1),
              "tenants:\n  # about a\n  a: { name: A }  # own\n  # about b\n\n  c:\n    name: C\nx: 1\n");
    EXPECT_EQ(without(text, 2), text.substr(0, text.find("  c:")) + "x: 1\n");
    EXPECT_EQ(without("tenants: # who\n  a:\n    name: A", 0), "tenants: {} # who\n");
}

TEST(RemoveEntry, FromBracketsTakesOneComma) {
    EXPECT_EQ(without("tenants: { a: 1, b: 2, c: 3 }\n", 0), "tenants: { b: 2, c: 3 }\n");
    EXPECT_EQ(without("tenants: { a: 1, b: 2, c: 3 }\n", 1), "tenants: { a: 1, c: 3 }\n");
    EXPECT_EQ(without("tenants: { a: 1, b: 2, c: 3 }\n", 2), "tenants: { a: 1, b: 2 }\n");
    EXPECT_EQ(without("tenants: { a: 1 }\n", 0), "tenants: {  }\n");
    EXPECT_EQ(without("tenants: { a: 1 # c\n , b: 2 }\n", 0), "tenants: { b: 2 }\n");
    EXPECT_EQ(without("tenants: { a: 1, # c\n b: 2 }\n", 1), "tenants: { a: 1, # c\n  }\n");
}

}  // namespace
}  // namespace tenantry::syntax

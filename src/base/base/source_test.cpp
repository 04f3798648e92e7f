#include <gtest/gtest.h>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/source.hpp>

namespace tenantry {
namespace {

TEST(Sources, CountColumnsInCodePointsFromOne) {
    Sources sources;
    const SourceId id = sources.add("a.yaml", "x: 1\nname: Préstamos\nlast");
    const auto offset = static_cast<std::uint32_t>(sources.text(id).find("stamos"));
    EXPECT_EQ(sources.position(id, offset), (Position{2, 10}));
    EXPECT_EQ(sources.line(id, offset), "name: Préstamos");
    EXPECT_EQ(sources.position(id, 0), (Position{1, 1}));
    EXPECT_EQ(sources.position(id, 5), (Position{2, 1}));
    EXPECT_EQ(sources.line(id, 5), "name: Préstamos");
    EXPECT_EQ(sources.line(id, 4), "x: 1");
}

TEST(Sources, PlacesPastTheEndAreTheEnd) {
    Sources sources;
    const SourceId id = sources.add("a", "ab\r\n");
    EXPECT_EQ(sources.position(id, 99), (Position{2, 1}));
    EXPECT_EQ(sources.line(id, 1), "ab");
    EXPECT_EQ(sources.text(Span{id, 1, 99}), "b\r\n");
    EXPECT_EQ(sources.text(Span{id, 9, 3}), "");
}

TEST(Sources, ViewsOfShortTextsStayWhenMoreAreAdded) {
    Sources sources;
    const SourceId id = sources.add("a", "a: 1");
    const std::string_view before = sources.text(id);
    for (int i = 0; i < 100; ++i) sources.add("b", "b: 2");
    EXPECT_EQ(before.data(), sources.text(id).data());
}

TEST(Diagnostics, AreSortedByPlaceAndEqualOnesStandOnce) {
    static constexpr CodeInfo code{"TN9901", Severity::error, "x", "", ""};
    static constexpr CodeInfo warning{"TN9902", Severity::warning, "y", "", ""};
    Diagnostics diagnostics;
    diagnostics.add(code, Span{{0}, 9, 10}, "late");
    diagnostics.add(warning, Span{{0}, 1, 2}, "early");
    diagnostics.add(code, Span{{0}, 9, 10}, "late");
    diagnostics.sort();
    ASSERT_EQ(diagnostics.all().size(), 2u);
    EXPECT_EQ(diagnostics.all()[0].detail, "early");
    EXPECT_EQ(diagnostics.count(Severity::error), 1u);
    EXPECT_TRUE(diagnostics.has_errors());
}

}  // namespace
}  // namespace tenantry

#include <gtest/gtest.h>

#include <tenantry/base/utf8_text.hpp>

namespace tenantry {
namespace {

TEST(Utf8Text, ReplacesWhatIsNoText) {
    EXPECT_EQ(as_utf8(""), "");
    EXPECT_EQ(as_utf8("a\xc3\xa9 \x01"), "a\xc3\xa9 \x01");
    EXPECT_EQ(as_utf8("\xff\xc3\xa9\xc3"), "\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd");
    EXPECT_EQ(as_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") << "a surrogate";
}

TEST(Utf8Text, IsCutBetweenCodePoints) {
    EXPECT_EQ(as_short_utf8("abc", 3), "abc");
    EXPECT_EQ(as_short_utf8("abcd", 3), "abc...");
    EXPECT_EQ(as_short_utf8("a\xc3\xa9z", 2), "a...");
}

}  // namespace
}  // namespace tenantry

#include <gtest/gtest.h>

#include <tenantry/view/file_diff.hpp>

namespace tenantry::view {
namespace {

std::string diff(std::string_view before, std::string_view after) { return file_diff("f", before, after, Style{}); }

TEST(FileDiff, ShowsChangesWithThreeLinesAround) {
    EXPECT_EQ(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"),
              "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
    EXPECT_EQ(diff("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", "b\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"),
              "--- f\n+++ f\n@@ -1,4 +1,3 @@\n-a\n b\n c\n d\n@@ -9,3 +8,4 @@\n i\n j\n k\n+l\n");
    EXPECT_EQ(diff("a\n", "a\n"), "");
}

TEST(FileDiff, OfFilesThatComeAndGo) {
    EXPECT_EQ(file_diff("t/a.yaml", std::nullopt, "a: 1\n", Style{}),
              "--- /dev/null\n+++ t/a.yaml\n@@ -0,0 +1 @@\n+a: 1\n");
    EXPECT_EQ(file_diff("t/a.yaml", "a: 1\n", std::nullopt, Style{}),
              "--- t/a.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a: 1\n");
    EXPECT_EQ(diff("a", "a\n"), "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST(FileDiff, LetsNoTerminalSequenceThrough) {
    EXPECT_EQ(diff("", "\x1b[31m\n").find('\x1b'), std::string::npos);
    EXPECT_NE(file_diff("f", "", "a\n", Style{true, 20}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tenantry::view

#include "files.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

class FilesTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(make_folder(folder_)); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    const std::filesystem::path folder_ = testing::TempDir() + "tenantry-files-" + random_id();
};

TEST_F(FilesTest, AFileIsReplacedWholeWithItsMode) {
    ASSERT_TRUE(write_whole(folder_ / "x", "first", 0600));
    ASSERT_TRUE(write_whole(folder_ / "x", "second", 0444));
    EXPECT_EQ(*read_small(folder_ / "x"), "second");
    EXPECT_EQ(std::filesystem::status(folder_ / "x").permissions(), std::filesystem::perms{0444});
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "no temporary file is left";
}

TEST_F(FilesTest, ALinkIsReplacedAndNotFollowed) {
    ASSERT_TRUE(write_whole(folder_ / "target", "kept", 0600));
    std::filesystem::create_symlink(folder_ / "target", folder_ / "link");
    std::filesystem::create_symlink(folder_ / "target", folder_ / ".link.tmp");
    EXPECT_FALSE(read_small(folder_ / "link"));
    ASSERT_TRUE(write_whole(folder_ / "link", "own", 0600));
    EXPECT_EQ(*read_small(folder_ / "target"), "kept");
    EXPECT_EQ(*read_small(folder_ / "link"), "own");
}

TEST_F(FilesTest, EmptyFoldersGoUpToTheTop) {
    ASSERT_TRUE(make_folder(folder_ / "a/b/c"));
    ASSERT_TRUE(write_whole(folder_ / "a/x", "", 0600));
    remove_empty(folder_ / "a/b/c", folder_);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "a/b"));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "a/x"));
    ASSERT_TRUE(remove_tree(folder_ / "a/x"));
    remove_empty(folder_ / "a", folder_);
    EXPECT_TRUE(std::filesystem::exists(folder_) && std::filesystem::is_empty(folder_));
}

TEST(OneLine, HasNoLineEndsAndNoControlCharacters) {
    EXPECT_EQ(one_line("  a\r\n\tb \x1b[31m\n"), "a b [31m");
    EXPECT_EQ(one_line(""), "");
}

}  // namespace
}  // namespace tenantry::host

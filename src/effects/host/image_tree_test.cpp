#include "image_tree.hpp"

#include <ctime>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

// The kernel's times of files are those of its last tick (clock_gettime(2)).
void next_tick() {
    timespec first{}, now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &first);
    do clock_gettime(CLOCK_REALTIME_COARSE, &now);
    while (now.tv_sec == first.tv_sec && now.tv_nsec == first.tv_nsec);
}

class ImageTree : public testing::Test {
  protected:
    ImageTree() { std::filesystem::create_directories(folder_ / "bin"); }
    ~ImageTree() override {
        std::error_code error;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_, error))
            if (entry.is_directory(error)) chmod(entry.path().c_str(), 0755);
        std::filesystem::remove_all(folder_);
    }
    void write(const std::string& path, const std::string& bytes, mode_t mode) {
        std::ofstream(folder_ / path) << bytes;
        ASSERT_EQ(chmod((folder_ / path).c_str(), mode), 0);
    }
    struct stat status(const std::string& path) const {
        struct stat found{};
        EXPECT_EQ(lstat((folder_ / path).c_str(), &found), 0) << path;
        return found;
    }
    std::string refusal() const {
        const auto done = close_tree(folder_);
        return done ? "" : done.error().text();
    }
    std::string lines() const {
        const auto entries = read_tree(folder_);
        if (!entries) return entries.error().text();
        std::string text;
        for (const TreeEntry& entry : *entries) text += std::string(1, entry.kind) + " " + entry.path + "\n";
        return text;
    }

    const std::filesystem::path folder_ = testing::TempDir() + "tenantry-tree-" + random_id();
};

TEST_F(ImageTree, LosesRightsOwnersAndAttributes) {
    write("bin/setuid", "x", 04755);
    write("bin/setgid", "x", 02711);
    write("secret", "x", 0600);
    std::filesystem::create_directory(folder_ / "private");
    chmod((folder_ / "private").c_str(), 03700);
    std::filesystem::create_symlink("/etc/shadow", folder_ / "link");
    ASSERT_EQ(setxattr((folder_ / "secret").c_str(), "user.x", "y", 1, 0), 0);
    if (geteuid() == 0) {
        ASSERT_EQ(lchown((folder_ / "link").c_str(), 1234, 1234), 0);
        ASSERT_EQ(chown((folder_ / "secret").c_str(), 1234, 1234), 0);
        // cap_net_raw of a file: the same as a set-user-id bit for it.
        constexpr unsigned char capability[20] = {1, 0, 0, 2, 0, 0x20};
        ASSERT_EQ(setxattr((folder_ / "bin/setgid").c_str(), "security.capability", capability, 20, 0), 0);
    }
    ASSERT_EQ(refusal(), "");
    EXPECT_EQ(status("bin/setuid").st_mode & 07777, 0555U);
    EXPECT_EQ(status("bin/setgid").st_mode & 07777, 0555U);
    EXPECT_EQ(status("secret").st_mode & 07777, 0444U);
    EXPECT_EQ(status("private").st_mode & 07777, 0555U);
    EXPECT_EQ(status(".").st_mode & 07777, 0555U);
    EXPECT_EQ(status("link").st_uid, geteuid());
    EXPECT_EQ(status("secret").st_uid, geteuid());
    for (const char* path : {"secret", "bin/setgid"})
        EXPECT_EQ(listxattr((folder_ / path).c_str(), nullptr, 0), 0) << path;
    EXPECT_EQ(lines(), "d bin\nx bin/setgid\nx bin/setuid\nl link\nd private\n- secret\n");
}

TEST_F(ImageTree, HasNoDevicesPipesAndSockets) {
    ASSERT_EQ(mkfifo((folder_ / "bin/pipe").c_str(), 0644), 0);
    EXPECT_EQ(refusal(), "bin/pipe is a pipe");
    std::filesystem::remove(folder_ / "bin/pipe");
    if (geteuid() == 0) {
        // What overlayfs takes for a file that is not there.
        ASSERT_EQ(mknod((folder_ / "bin/whiteout").c_str(), S_IFCHR | 0644, makedev(0, 0)), 0);
        EXPECT_EQ(refusal(), "bin/whiteout is a device");
        std::filesystem::remove(folder_ / "bin/whiteout");
    }
    EXPECT_EQ(refusal(), "");
}

TEST_F(ImageTree, HasNoNameThatWouldBeTwoLines) {
    write("bin/a\nb", "x", 0644);
    EXPECT_NE(refusal().find("control characters: bin/a b"), std::string::npos) << refusal();
}

TEST_F(ImageTree, HasNoFileThatHasAnotherNameElsewhere) {
    write("a", "x", 0644);
    std::filesystem::create_hard_link(folder_ / "a", folder_ / "bin/b");
    EXPECT_EQ(refusal(), "") << "both names are in it";
    chmod(folder_.c_str(), 0755);
    const std::string outside = folder_.string() + "-outside";
    std::filesystem::create_hard_link(folder_ / "a", outside);
    EXPECT_NE(refusal().find("hard link whose other name is not in it"), std::string::npos) << refusal();
    std::filesystem::remove(outside);
}

TEST_F(ImageTree, HasNoFolderOfEndlessDepth) {
    std::filesystem::path deep = folder_;
    for (int i = 0; i < 140; ++i) deep /= "d";
    std::filesystem::create_directories(deep);
    EXPECT_NE(refusal().find("more than 128 folders"), std::string::npos);
}

TEST_F(ImageTree, IsNoLongerClosedOnceSomethingHasRights) {
    write("bin/a", "x", 0755);
    ASSERT_EQ(refusal(), "");
    EXPECT_EQ(lines(), "d bin\nx bin/a\n");
    chmod((folder_ / "bin/a").c_str(), 04555);
    EXPECT_EQ(lines(), "bin/a has another owner or mode");
}

TEST_F(ImageTree, EveryChangeIsInItsStamp) {
    write("bin/a", "x", 0755);
    write("b", "y", 0644);
    const Digest first = *tree_stamp(folder_);
    next_tick();
    EXPECT_EQ(*tree_stamp(folder_), first);
    // The same bytes with the same times: the kernel's own time of change tells it.
    const struct stat before = status("b");
    std::ofstream(folder_ / "b") << "y";
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(utimensat(AT_FDCWD, (folder_ / "b").c_str(), times, 0), 0);
    const Digest written = *tree_stamp(folder_);
    EXPECT_NE(written, first);
    std::filesystem::rename(folder_ / "b", folder_ / "c");
    EXPECT_NE(*tree_stamp(folder_), written);
}

}  // namespace
}  // namespace tenantry::host

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <tenantry/host/image_store.hpp>
#include <tenantry/host/workspace.hpp>

#include "image_tree.hpp"

namespace tenantry::host {
namespace {

const std::vector<ImageFile> sample{
    {"api", true, "program"}, {"srv/www/index.html", false, "<p>"}, {"srv/x", false, ""}};

class ImageStoreTest : public testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string error(const std::vector<ImageFile>& files) const {
        const auto stored = store_.store(files);
        return stored ? "stored" : stored.error().text();
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) found.push_back(entry.path().filename());
        std::ranges::sort(found);
        return found;
    }

    const std::string folder_ = testing::TempDir() + "tenantry-images-" + random_id();
    const ImageStore store_{folder_};
};

TEST(ImageDigest, DependsOnPathsBytesAndModesAndNotOnOrder) {
    const std::string digest = image_digest(sample);
    std::vector<ImageFile> other(sample.rbegin(), sample.rend());
    EXPECT_EQ(image_digest(other), digest);
    other[0].path = "srv/y";
    EXPECT_NE(image_digest(other), digest);
    other = sample;
    other[0].executable = false;
    EXPECT_NE(image_digest(other), digest);
    other = sample;
    other[2].bytes = "x";
    EXPECT_NE(image_digest(other), digest);
}

// Two different sets of files never have the same digest, however their words are divided.
TEST(ImageDigest, IsOfOneSetOfFilesOnly) {
    EXPECT_NE(image_digest(std::vector<ImageFile>{{"a", false, "bc"}}),
              image_digest(std::vector<ImageFile>{{"ab", false, "c"}}));
    EXPECT_NE(image_digest(std::vector<ImageFile>{{"a", false, ""}, {"b", false, ""}}),
              image_digest(std::vector<ImageFile>{{"a", false, ""}}));
}

TEST_F(ImageStoreTest, KeepsTheFilesClosed) {
    const auto digest = store_.store(sample);
    ASSERT_TRUE(digest) << digest.error().text();
    EXPECT_EQ(*digest, image_digest(sample));
    const std::filesystem::path image = *store_.folder_of(*digest);
    const auto mode = [&](const char* path) { return std::filesystem::status(image / path).permissions(); };
    EXPECT_EQ(mode("api"), std::filesystem::perms{0555});
    EXPECT_EQ(mode("srv/www/index.html"), std::filesystem::perms{0444});
    EXPECT_EQ(mode("srv/www"), std::filesystem::perms{0555});
    EXPECT_EQ(mode(""), std::filesystem::perms{0555});
    std::ifstream file(image / "api");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "program");
    EXPECT_EQ(*store_.store(sample), *digest) << "again";
    EXPECT_EQ(names(), std::vector<std::string>{*digest});
}

TEST_F(ImageStoreTest, RefusesWhatIsNoSetOfFiles) {
    EXPECT_EQ(error({}), "storing an image: the image holds no file");
    EXPECT_EQ(error({{"a", false, ""}, {"a", false, ""}}), "storing an image: there are two files `a`");
    EXPECT_EQ(error({{"a", false, ""}, {"a/b", false, ""}}),
              "storing an image: `a` is a file, and `a/b` lies below it");
    for (const char* path : {"/etc/passwd", "../x", "a/../b", "", "a//b", "a b"})
        EXPECT_TRUE(error({{path, false, ""}}).starts_with("storing an image: the path `")) << path;
    EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(ImageStoreTest, ForgetsWhatIsNotInUse) {
    const std::string first = *store_.store(sample);
    const std::string second = *store_.store(std::vector<ImageFile>{{"a", false, "b"}});
    std::filesystem::create_directories(folder_ + "/.new-0000/srv");
    EXPECT_TRUE(store_.keep_only({second}));
    EXPECT_EQ(names(), std::vector<std::string>{second});
    EXPECT_FALSE(store_.folder_of(first));
    EXPECT_TRUE(ImageStore(folder_ + "/none").keep_only({})) << "fine where there is no store";
}

// An unpacked image as `close_tree` leaves it, in a workplace of the store.
class UnpackedImage : public ImageStoreTest {
  protected:
    std::string adopt(const std::string& bytes, const std::string& settings) const {
        const std::filesystem::path made = *store_.workplace();
        std::filesystem::create_directory(made / "bin");
        std::ofstream(made / "bin/api") << bytes;
        std::filesystem::permissions(made / "bin/api", std::filesystem::perms{04755});
        std::filesystem::create_symlink("bin/api", made / "entry");
        EXPECT_TRUE(close_tree(made));
        return store_.adopt(made, settings).value();
    }
    // What somebody who is root here does.
    void change(const std::string& digest) const {
        const std::filesystem::path file = std::filesystem::path(folder_) / digest / "bin/api";
        std::filesystem::permissions(file, std::filesystem::perms{0755});
        std::ofstream(file) << "other";
        std::filesystem::permissions(file, std::filesystem::perms{0555});
    }
};

TEST_F(UnpackedImage, IsKnownByItsFilesAndSettings) {
    const std::string first = adopt("program", "a");
    EXPECT_EQ(adopt("program", "a"), first) << "again";
    EXPECT_NE(adopt("program", "b"), first);
    EXPECT_NE(adopt("progra", "a"), first);
    EXPECT_EQ(store_.settings_of(first), "a");
    EXPECT_TRUE(store_.verify(first));
    EXPECT_TRUE(ImageStore(folder_).verify(first)) << "read again by another process";
    EXPECT_EQ(std::filesystem::read_symlink(*store_.folder_of(first) + "/entry"), "bin/api");
}

TEST_F(UnpackedImage, ThatWasChangedIsFoundOut) {
    const std::string digest = adopt("program", "a");
    ASSERT_TRUE(store_.verify(digest));
    ASSERT_TRUE(store_.name("sha256-x", digest));
    EXPECT_EQ(store_.named("sha256-x"), digest);
    change(digest);
    for (const ImageStore& store : {store_, ImageStore(folder_)}) {
        const auto found = store.verify(digest);
        ASSERT_FALSE(found);
        EXPECT_NE(found.error().text().find("were changed on this machine"), std::string::npos);
    }
    EXPECT_FALSE(store_.named("sha256-x")) << "so that it is got again";
    EXPECT_EQ(adopt("program", "a"), digest);
    EXPECT_TRUE(store_.verify(digest));
    EXPECT_EQ(store_.named("sha256-x"), digest);
}

TEST_F(UnpackedImage, WithOtherSettingsIsFoundOut) {
    const std::string digest = adopt("program", "a");
    std::filesystem::permissions(folder_ + "/" + digest + ".json", std::filesystem::perms{0600});
    std::ofstream(folder_ + "/" + digest + ".json") << "b";
    EXPECT_FALSE(store_.verify(digest));
}

TEST_F(UnpackedImage, GoesWithItsNamesAndSettings) {
    const std::string used = adopt("program", "a"), unused = adopt("program", "b");
    ASSERT_TRUE(store_.name("sha256-used", used));
    ASSERT_TRUE(store_.name("sha256-unused", unused));
    ASSERT_TRUE(store_.workplace());
    ASSERT_TRUE(store_.keep_only({used}));
    std::vector<std::string> left{used, used + ".json", "sha256-used"};
    std::ranges::sort(left);
    EXPECT_EQ(names(), left);
    EXPECT_FALSE(store_.named("sha256-unused"));
}

TEST_F(ImageStoreTest, AnImageOfTheHostThatWasChangedIsFoundOut) {
    const std::string digest = *store_.store(sample);
    EXPECT_TRUE(store_.verify(digest));
    EXPECT_TRUE(ImageStore(folder_).verify(digest)) << "read again by another process";
    std::filesystem::remove(*store_.folder_of(digest) + "/srv/x");
    EXPECT_FALSE(store_.verify(digest));
    EXPECT_EQ(*store_.store(sample), digest) << "sent again";
    EXPECT_TRUE(store_.verify(digest));
}

TEST_F(ImageStoreTest, FindsDigestsOnly) {
    ASSERT_TRUE(store_.store(sample));
    for (const char* name : {"", ".", "..", "../images", "abc"}) EXPECT_FALSE(store_.folder_of(name)) << name;
}

}  // namespace
}  // namespace tenantry::host

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <tenantry/host/image_store.hpp>
#include <tenantry/host/workspace.hpp>

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

TEST_F(ImageStoreTest, FindsDigestsOnly) {
    ASSERT_TRUE(store_.store(sample));
    for (const char* name : {"", ".", "..", "../images", "abc"}) EXPECT_FALSE(store_.folder_of(name)) << name;
}

}  // namespace
}  // namespace tenantry::host

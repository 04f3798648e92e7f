#include "image_layout.hpp"

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

class ImageLayout : public testing::Test {
  protected:
    ImageLayout() { std::filesystem::create_directories(blobs_); }
    ~ImageLayout() override { std::filesystem::remove_all(folder_); }

    void write(const std::filesystem::path& path, const std::string& bytes) const { std::ofstream(path) << bytes; }
    // Its descriptor.
    std::string blob(const std::string& bytes, const std::string& more = "") const {
        write(blobs_ / sha256(bytes), bytes);
        return fmt::format(
            R"({{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "sha256:{}", "size": {}{}}})",
            sha256(bytes), bytes.size(), more);
    }
    std::string image(const std::string& architecture, const std::string& layer = "layer") const {
        const std::string config = blob(fmt::format(
            R"({{"os": "linux", "architecture": "{0}", "config": {{"Entrypoint": ["/{0}"]}}}})", architecture));
        return blob(fmt::format(R"({{"schemaVersion": 2, "config": {}, "layers": [{}]}})", config, blob(layer)),
                    fmt::format(R"(, "platform": {{"os": "linux", "architecture": "{}"}})", architecture));
    }
    void finish(const std::string& images) const {
        write(folder_ / "index.json", R"({"schemaVersion": 2, "manifests": [)" + images + "]}");
    }
    std::string read(const std::string& platform = "linux/amd64") const {
        const auto found = read_layout(folder_, platform);
        return found ? found->settings.entryPoint.at(0) : found.error().text();
    }

    const std::filesystem::path folder_ = testing::TempDir() + "tenantry-layout-" + random_id();
    const std::filesystem::path blobs_ = folder_ / "blobs/sha256";
};

TEST(Sha256, IsTheStandardsOwn) {  // FIPS 180-4, "abc"
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(ImageLayout, HasTheImageOfAPlatform) {
    finish(image("amd64") + ", " + image("arm64"));
    EXPECT_EQ(read(), "/amd64");
    EXPECT_EQ(read("linux/arm64"), "/arm64");
    EXPECT_NE(read("linux/riscv64").find("none for linux/riscv64"), std::string::npos);
}

TEST_F(ImageLayout, MayHaveAnIndexInItsIndex) {
    finish(blob(R"({"schemaVersion": 2, "manifests": [)" + image("arm64") + ", " + image("amd64") + "]}"));
    EXPECT_EQ(read(), "/amd64");
}

TEST_F(ImageLayout, OfWhatItsDigestsDoNotSayNothingIsBelieved) {
    finish(image("amd64"));
    for (const auto& entry : std::filesystem::directory_iterator(blobs_)) {
        const std::string bytes = *read_small(entry.path());
        if (bytes == "layer") continue;  // layers are looked at when they are unpacked
        write(entry.path(), bytes + " ");
        EXPECT_NE(read().find("have another digest"), std::string::npos);
        write(entry.path(), bytes);
    }
    EXPECT_EQ(read(), "/amd64");
    std::filesystem::remove(blobs_ / sha256("layer"));
    EXPECT_NE(read().find("its layer sha256:"), std::string::npos);
}

TEST_F(ImageLayout, ThatIsNoneIsTold) {
    EXPECT_NE(read().find("index.json"), std::string::npos);
    write(folder_ / "index.json", "{}");
    EXPECT_NE(read(), "");
    std::string step = image("amd64");
    for (int i = 0; i < 6; ++i) step = blob(R"({"schemaVersion": 2, "manifests": [)" + step + "]}");
    finish(step);
    EXPECT_NE(read().find("lead to no image"), std::string::npos);
}

}  // namespace
}  // namespace tenantry::host

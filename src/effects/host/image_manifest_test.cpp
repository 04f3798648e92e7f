#include "image_manifest.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

const std::string hex(64, 'a');
const std::string otherHex(64, 'b');

std::string blob(const std::string& digest, const std::string& size, const std::string& type,
                 const std::string& more = "") {
    return R"({"mediaType": ")" + type + R"(", "digest": "sha256:)" + digest + R"(", "size": )" + size + more + "}";
}
const std::string gzip = "application/vnd.oci.image.layer.v1.tar+gzip";

std::string manifest(const std::string& layers) {
    return R"({"schemaVersion": 2, "config": )" + blob(hex, "10", "application/vnd.oci.image.config.v1+json") +
           R"(, "layers": [)" + layers + "]}";
}
std::string index(const std::string& images) { return R"({"schemaVersion": 2, "manifests": [)" + images + "]}"; }
std::string of(const std::string& digest, const std::string& os, const std::string& architecture) {
    return blob(digest, "10", "application/vnd.oci.image.manifest.v1+json",
                R"(, "platform": {"os": ")" + os + R"(", "architecture": ")" + architecture + R"("})");
}

std::string refusal(const std::string& text) {
    const auto read = read_manifest(text);
    return read ? "" : read.error().text();
}
ImageName name(const std::string& reference) { return parse_image_name(ImageRef::parse(reference).value()).value(); }

TEST(ImageName, IsTheReferencesOwnRegistryTagAndDigest) {
    EXPECT_EQ(name("registry.example:5000/lend/api:1.2"), (ImageName{"registry.example:5000", "lend/api", "1.2", ""}));
    EXPECT_EQ(name("localhost/api"), (ImageName{"localhost", "api", "latest", ""}));
    EXPECT_EQ(name("127.0.0.1:5000/api:1@sha256:" + hex), (ImageName{"127.0.0.1:5000", "api", "", hex}));
    for (const char* none : {"api", "lend/api:1", "lend/deep/api"}) {
        const auto refused = parse_image_name(ImageRef::parse(none).value());
        ASSERT_FALSE(refused) << none;
        EXPECT_NE(refused.error().text().find("names no registry"), std::string::npos);
    }
}

TEST(ImageName, PlainHttpIsForThisMachineAlone) {
    for (const char* own : {"127.0.0.1:5000/a", "127.9.8.7/a", "localhost:5000/a"})
        EXPECT_TRUE(name(own).is_loopback()) << own;
    for (const char* other : {"127.example/a", "127.0.0.1.example/a", "128.0.0.1/a", "localhost.example/a",
                              "127.0.0.1.2/a", "registry.example:127/a"})
        EXPECT_FALSE(name(other).is_loopback()) << other;
}

TEST(ImageManifest, HasAConfigurationAndLayers) {
    const auto read = read_manifest(manifest(blob(otherHex, "20", gzip)));
    ASSERT_TRUE(read) << read.error().text();
    const auto& image = std::get<ImageManifest>(*read);
    EXPECT_EQ(image.config.digest, hex);
    ASSERT_EQ(image.layers.size(), 1U);
    EXPECT_EQ(image.layers[0], (ImageBlob{otherHex, 20, gzip, ""}));
    EXPECT_EQ(image.size(), 20U);
}

TEST(ImageManifest, OfAStrangerIsRefusedWhereItIsNotClear) {
    EXPECT_NE(refusal(""), "");
    EXPECT_NE(refusal("[]"), "");
    EXPECT_NE(refusal(std::string(100'000, '[')), "");
    EXPECT_NE(refusal(R"({"schemaVersion": 1, "fsLayers": []})").find("schema version 2"), std::string::npos);
    EXPECT_NE(refusal(R"({"schemaVersion": 2})").find("neither"), std::string::npos);
    // Both an image and an index: two readers would see two things.
    EXPECT_NE(refusal(R"({"schemaVersion": 2, "manifests": [], "config": {}, "layers": []})").find("neither"),
              std::string::npos);
    EXPECT_NE(refusal(manifest(blob("../../etc/passwd", "1", gzip))).find("no SHA-256"), std::string::npos);
    EXPECT_NE(refusal(manifest(blob(std::string(64, 'A'), "1", gzip))).find("no SHA-256"), std::string::npos);
    for (const char* size : {"-1", "1.5", "\"1\"", "null", "1e30"})
        EXPECT_NE(refusal(manifest(blob(hex, size, gzip))), "") << size;
    EXPECT_NE(refusal(manifest(blob(hex, "1", "application/vnd.oci.image.layer.v1.tar+zstd"))).find("by gzip"),
              std::string::npos);
    EXPECT_NE(refusal(manifest(blob(hex, "1", "x\\u001b[31m\\n`y`"))).find("x [31m ?y?"), std::string::npos)
        << "what it says is shown as one harmless line";
}

TEST(ImageManifest, HasItsLimits) {
    EXPECT_NE(refusal(manifest(blob(hex, "1073741825", gzip))).find("too large"), std::string::npos);
    EXPECT_EQ(refusal(manifest(blob(hex, "1073741824", gzip))), "");
    const std::string half = blob(hex, "900000000", gzip);
    EXPECT_NE(refusal(manifest(half + "," + half)).find("too large"), std::string::npos) << "together";
    const std::string huge = blob(hex, "18446744073709551615", gzip);
    EXPECT_NE(refusal(manifest(huge + "," + blob(hex, "2", gzip))).find("too large"), std::string::npos)
        << "a sum that is small again";
    std::string many = blob(hex, "1", gzip);
    for (std::size_t i = 0; i < mostLayers; ++i) many += "," + blob(hex, "1", gzip);
    EXPECT_NE(refusal(manifest(many)).find("more than 127"), std::string::npos);
}

TEST(ImageIndex, GivesTheImageOfAPlatform) {
    const auto read = read_manifest(index(of(hex, "linux", "arm64") + "," + of(otherHex, "linux", "amd64")));
    ASSERT_TRUE(read) << read.error().text();
    const auto& images = std::get<ImageIndex>(*read);
    EXPECT_EQ(choose(images, "linux/amd64")->digest, otherHex);
    EXPECT_EQ(choose(images, "linux/arm64")->digest, hex);
    const auto none = choose(images, "linux/riscv64");
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().text().find("linux/arm64, linux/amd64 and none for linux/riscv64"), std::string::npos);
}

TEST(ImageIndex, WithoutPlatformsHasOneImage) {
    const std::string nameless = blob(hex, "10", "application/vnd.oci.image.manifest.v1+json");
    EXPECT_EQ(choose(std::get<ImageIndex>(*read_manifest(index(nameless))), "linux/amd64")->digest, hex);
    EXPECT_FALSE(choose(std::get<ImageIndex>(*read_manifest(index(nameless + "," + nameless))), "linux/amd64"));
    EXPECT_NE(refusal(index("")).find("no image"), std::string::npos);
}

std::string configuration(const std::string& config, const std::string& architecture = "amd64") {
    return R"({"os": "linux", "architecture": ")" + architecture + R"(", "config": )" + config + "}";
}

TEST(ImageConfiguration, SaysWhatRuns) {
    const auto read = read_configuration(
        configuration(
            R"({"Entrypoint": ["/api"], "Cmd": ["serve"], "Env": ["A=b=c"], "WorkingDir": "/srv", "User": "0"})"),
        "linux/amd64");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(*read, (ImageSettings{{"/api"}, {"serve"}, {"A=b=c"}, "/srv"}));
    EXPECT_EQ(*read_configuration(configuration(R"({"Entrypoint": null})"), "linux/amd64"), ImageSettings{});
    EXPECT_EQ(*read_configuration(configuration("null"), "linux/amd64"), ImageSettings{});
}

TEST(ImageConfiguration, OfAnotherMachineOrAStrangerIsRefused) {
    const auto said = [](const std::string& text) {
        const auto read = read_configuration(text, "linux/amd64");
        return read ? "" : read.error().text();
    };
    EXPECT_NE(said(configuration("{}", "arm64")).find("it is for linux/arm64, and this is linux/amd64"),
              std::string::npos);
    EXPECT_NE(said(R"({"config": {}})").find("an unnamed platform"), std::string::npos);
    for (const char* wrong :
         {R"("x")", R"({"Entrypoint": "/api"})", R"({"Cmd": [1]})", R"({"Cmd": ["a\u0000b"]})",
          R"({"Env": ["novalue"]})", R"({"Env": ["=x"]})", R"({"WorkingDir": 1})", R"({"WorkingDir": "a\u0000b"})"})
        EXPECT_NE(said(configuration(wrong)), "") << wrong;
}

}  // namespace
}  // namespace tenantry::host

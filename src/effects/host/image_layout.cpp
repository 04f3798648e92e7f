#include "image_layout.hpp"

#include <array>
#include <system_error>

#include <fmt/format.h>
#include <sodium.h>
#include <sys/utsname.h>

#include "files.hpp"

namespace tenantry::host {
namespace {

// An index may lead to another one, as layouts for several platforms do.
constexpr int mostSteps = 4;

Result<std::string> read_blob(const std::filesystem::path& layout, const std::string& digest) {
    std::string bytes = TRY(read_small(layout / "blobs/sha256" / digest));
    if (sha256(bytes) != digest) return fail("the bytes of sha256:{} have another digest", digest);
    return bytes;
}

Result<std::string> find_manifest(const std::filesystem::path& layout, const std::string& platform) {
    std::string text = TRY(read_small(layout / "index.json"));
    for (int step = 0; step < mostSteps; ++step) {
        const ImageDocument document = TRY(read_manifest(text));
        if (std::holds_alternative<ImageManifest>(document)) return text;
        const ImageBlob chosen = TRY(choose(std::get<ImageIndex>(document), platform));
        text = TRY(read_blob(layout, chosen.digest));
    }
    return fail("its indexes lead to no image");
}

}  // namespace

std::string own_platform() {
    utsname name{};
    uname(&name);
    const std::string_view machine = name.machine;
    if (machine == "x86_64") return "linux/amd64";
    if (machine == "aarch64") return "linux/arm64";
    return fmt::format("linux/{}", machine);
}

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    std::string hex;
    for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

Result<LayoutImage> read_layout(const std::filesystem::path& layout, const std::string& platform) {
    LayoutImage image{.manifest = TRY(find_manifest(layout, platform)), .settings = {}};
    const auto manifest = std::get<ImageManifest>(TRY(read_manifest(image.manifest)));
    const std::string configuration = TRY(read_blob(layout, manifest.config.digest));
    image.settings = TRY(wrap(read_configuration(configuration, platform), "its configuration"));
    for (const ImageBlob& layer : manifest.layers) {
        std::error_code error;
        const std::filesystem::path file = layout / "blobs/sha256" / layer.digest;
        if (std::filesystem::file_size(file, error) != layer.size || error)
            return fail("its layer sha256:{} is not there, or not of the size that it says", layer.digest);
    }
    return image;
}

Result<void> write_layout(const std::filesystem::path& folder, const std::string& manifest) {
    const std::string digest = sha256(manifest);
    TRY_VOID(make_folder(folder));
    TRY_VOID(write_whole(folder / "oci-layout", R"({"imageLayoutVersion": "1.0.0"})", 0444));
    TRY_VOID(write_whole(
        folder / "index.json",
        fmt::format(
            R"({{"schemaVersion": 2, "manifests": [{{"mediaType": "application/vnd.oci.image.manifest.v1+json", )"
            R"("digest": "sha256:{}", "size": {}, )"
            R"("annotations": {{"org.opencontainers.image.ref.name": "image"}}}}]}})",
            digest, manifest.size()),
        0444));
    std::error_code error;
    std::filesystem::create_symlink("/layout/blobs", folder / "blobs", error);
    if (error) return fail("making a link: {}", error.message());
    return {};
}

}  // namespace tenantry::host

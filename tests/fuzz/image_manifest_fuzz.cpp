#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <image_manifest.hpp>

#include "laws.hpp"

namespace {

using namespace tenantry;

void check_blob(const host::ImageBlob& blob) {
    fuzz::require(blob.digest.size() == 64);
    fuzz::require(blob.digest.find_first_not_of("0123456789abcdef") == std::string::npos);
}

void check_message(const Error& error) {
    for (const char c : error.text()) fuzz::require(c >= ' ');
}

}  // namespace

// Whatever a registry serves: an error of one line, or blobs whose digests are file names and whose sizes keep the
// limit; settings that are the same once they were kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto document = host::read_manifest(text);
    if (!document) check_message(document.error());
    if (const auto* image = document ? std::get_if<host::ImageManifest>(&*document) : nullptr) {
        check_blob(image->config);
        std::ranges::for_each(image->layers, check_blob);
        fuzz::require(image->size() <= host::mostLayerBytes && image->layers.size() <= host::mostLayers);
    }
    if (const auto* index = document ? std::get_if<host::ImageIndex>(&*document) : nullptr) {
        std::ranges::for_each(index->images, check_blob);
        if (const auto chosen = host::choose(*index, "linux/amd64"); !chosen) check_message(chosen.error());
    }
    const auto settings = host::read_configuration(text, "linux/amd64");
    if (!settings) {
        check_message(settings.error());
        return 0;
    }
    fuzz::require(host::settings_of(host::to_text(*settings)) == *settings);
    const host::ImageProcess process = host::process_of(*settings, {}, {"PATH=/usr/bin", "A=b"});
    fuzz::require(process.folder.starts_with('/') && !(process.folder + "/").contains("/../"));
    fuzz::require(process.variable("A") == "b");
    return 0;
}

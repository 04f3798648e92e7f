#pragma once

// An OCI layout on the disk (image-layout of the OCI image specification), of which nothing is believed that its
// digests do not say.

#include <filesystem>
#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>

#include "image_manifest.hpp"

namespace tenantry::host {

/// `linux/amd64`, `linux/arm64`: what this machine runs.
std::string own_platform();

/// SHA-256 in hex.
std::string sha256(std::string_view bytes);

struct LayoutImage {
    std::string manifest;  ///< its text
    ImageSettings settings;
};
/// The image for a platform that a layout holds.
Result<LayoutImage> read_layout(const std::filesystem::path& layout, const std::string& platform);

/// Writes a layout with one image, `image`, whose blobs are those in `/layout` of whoever reads it.
Result<void> write_layout(const std::filesystem::path& folder, const std::string& manifest);

}  // namespace tenantry::host

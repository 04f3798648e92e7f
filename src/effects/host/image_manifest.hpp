#pragma once

// What a registry or a layout says of an image: references, manifests, indexes and configurations (OCI image and
// distribution specifications 1.0, Docker's schema 2). A stranger's texts, read within limits. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/base/text.hpp>

#include "image_settings.hpp"

namespace tenantry::host {

/// A reference, taken apart.
struct ImageName {
    std::string registry;    ///< `registry.example:5000`
    std::string repository;  ///< `lend/api`
    std::string tag;         ///< `latest` where there is neither tag nor digest
    std::string digest;      ///< 64 hex digits of SHA-256; empty: the tag counts
    bool operator==(const ImageName&) const = default;

    /// The registry is this machine's own, by an address of 127.0.0.0/8 or `localhost`.
    [[nodiscard]] bool is_loopback() const;
    /// `registry.example:5000/lend/api`
    [[nodiscard]] std::string path() const { return registry + "/" + repository; }
};
/// An error where the reference names no registry: there is none that is asked unnamed.
Result<ImageName> parse_image_name(const ImageRef& reference);

/// A blob that a manifest or an index names.
struct ImageBlob {
    std::string digest;  ///< 64 hex digits of SHA-256
    std::uint64_t size = 0;
    std::string mediaType;
    std::string platform;  ///< of an index: `linux/amd64`; empty where it is not said
    bool operator==(const ImageBlob&) const = default;
};
struct ImageManifest {
    ImageBlob config;
    std::vector<ImageBlob> layers;
    [[nodiscard]] std::uint64_t size() const;
};
/// One entry a platform.
struct ImageIndex {
    std::vector<ImageBlob> images;
};

/// What an image may have. All layers together, as they are sent.
inline constexpr std::uint64_t mostLayerBytes = std::uint64_t{1} << 30;
inline constexpr std::size_t mostLayers = 127;

using ImageDocument = std::variant<ImageManifest, ImageIndex>;
Result<ImageDocument> read_manifest(std::string_view text);

/// The entry for a platform (`linux/amd64`); the only one where it does not say for which it is. An error tells which
/// there are.
Result<ImageBlob> choose(const ImageIndex& index, std::string_view platform);

/// What an image's configuration says of its process. An error where it is another platform's.
Result<ImageSettings> read_configuration(std::string_view text, std::string_view platform);

}  // namespace tenantry::host

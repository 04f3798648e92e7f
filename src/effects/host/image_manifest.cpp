#include "image_manifest.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <stdexcept>

#include <boost/json.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

namespace json = boost::json;

constexpr std::size_t mostDepth = 16;
constexpr std::size_t mostImages = 256;
// Of a word that is shown.
constexpr std::size_t mostShown = 60;

constexpr std::array indexTypes{"application/vnd.oci.image.index.v1+json",
                                "application/vnd.docker.distribution.manifest.list.v2+json"};
constexpr std::array manifestTypes{"application/vnd.oci.image.manifest.v1+json",
                                   "application/vnd.docker.distribution.manifest.v2+json"};
constexpr std::array layerTypes{"application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar",
                                "application/vnd.docker.image.rootfs.diff.tar.gzip",
                                "application/vnd.docker.image.rootfs.diff.tar"};

// A stranger's word in a message: one line, not long.
std::string shown(std::string_view word) {
    std::string text = one_line(word.substr(0, mostShown));
    for (char& c : text)
        if (c < ' ' || c > '~' || c == '`') c = '?';
    return text;
}

Result<json::object> parse_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = mostDepth;
    json::error_code error;
    json::value parsed = json::parse(text, error, {}, options);
    if (error) return fail("it is no JSON: {}", error.message());
    if (!parsed.is_object()) return fail("it is no JSON object");
    return std::move(parsed.as_object());
}

// A text, or empty where there is none.
Result<std::string> text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) return std::string();
    if (!value->is_string()) return fail("`{}` is no text", key);
    return std::string(value->as_string());
}

Result<std::string> hex_of(std::string_view digest) {
    constexpr std::string_view algorithm = "sha256:";
    const std::string_view hex = digest.substr(std::min(algorithm.size(), digest.size()));
    if (!digest.starts_with(algorithm) || hex.size() != 64 ||
        hex.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return fail("`{}` is no SHA-256 digest", shown(digest));
    return std::string(hex);
}

Result<std::string> platform_of(const json::object& object) {
    const std::string os = TRY(text_of(object, "os")), architecture = TRY(text_of(object, "architecture"));
    return os.empty() && architecture.empty() ? std::string() : shown(os + "/" + architecture);
}

Result<ImageBlob> read_blob(const json::value& value) {
    if (!value.is_object()) return fail("an entry is no object");
    const json::object& object = value.as_object();
    const std::string digest = TRY(text_of(object, "digest"));
    ImageBlob blob{
        .digest = TRY(hex_of(digest)), .size = 0, .mediaType = TRY(text_of(object, "mediaType")), .platform = {}};
    const json::value* size = object.if_contains("size");
    json::error_code error;
    if (size != nullptr) blob.size = size->to_number<std::uint64_t>(error);
    if (size == nullptr || error) return fail("the size of {} is no number of bytes", blob.digest);
    const json::value* platform = object.if_contains("platform");
    if (platform != nullptr && platform->is_object()) blob.platform = TRY(platform_of(platform->as_object()));
    return blob;
}

Result<std::vector<ImageBlob>> read_blobs(const json::value& list, std::size_t most) {
    if (!list.is_array()) return fail("what should be a list is none");
    if (list.as_array().size() > most) return fail("it has more than {} entries", most);
    std::vector<ImageBlob> blobs;
    for (const json::value& one : list.as_array()) blobs.push_back(TRY(read_blob(one)));
    return blobs;
}

template <class Known>
bool is_one_of(const Known& known, std::string_view type) {
    return std::ranges::find(known, type) != known.end();
}

Result<ImageDocument> read_index(const json::object& object, const std::string& type) {
    if (!type.empty() && !is_one_of(indexTypes, type)) return fail("it is an index that says it is {}", shown(type));
    ImageIndex index{TRY(wrap(read_blobs(object.at("manifests"), mostImages), "the images of the index"))};
    if (index.images.empty()) return fail("the index names no image");
    return index;
}

Result<ImageDocument> read_image(const json::object& object, const std::string& type) {
    if (!type.empty() && !is_one_of(manifestTypes, type)) return fail("it is {}, which is no image", shown(type));
    ImageManifest manifest{TRY(wrap(read_blob(object.at("config")), "the image's configuration")),
                           TRY(wrap(read_blobs(object.at("layers"), mostLayers), "the image's layers"))};
    for (const ImageBlob& layer : manifest.layers)
        if (!is_one_of(layerTypes, layer.mediaType))
            return fail("a layer is {}; layers are tar files, plain or by gzip", shown(layer.mediaType));
    // Each first: a sum of any numbers could be a small one again.
    for (const ImageBlob& layer : manifest.layers)
        if (layer.size > mostLayerBytes || manifest.size() > mostLayerBytes)
            return fail("it is too large: its layers have more than {} MiB", mostLayerBytes >> 20);
    return manifest;
}

constexpr std::size_t mostWords = 1024;
constexpr std::size_t mostWordBytes = 64 << 10;

Result<std::vector<std::string>> words_of(const json::object& config, std::string_view key) {
    std::vector<std::string> words;
    const json::value* list = config.if_contains(key);
    if (list == nullptr || list->is_null()) return words;
    if (!list->is_array() || list->as_array().size() > mostWords) return fail("`{}` is no list of words", key);
    for (const json::value& word : list->as_array()) {
        if (!word.is_string() || word.as_string().size() > mostWordBytes ||
            std::string_view(word.as_string()).find('\0') != std::string_view::npos)
            return fail("`{}` has an entry that is no word", key);
        words.emplace_back(word.as_string());
    }
    return words;
}

Result<ImageSettings> read_settings(const json::object& config) {
    ImageSettings settings{.entryPoint = TRY(words_of(config, "Entrypoint")),
                           .command = TRY(words_of(config, "Cmd")),
                           .variables = TRY(words_of(config, "Env")),
                           .folder = TRY(text_of(config, "WorkingDir"))};
    for (const std::string& variable : settings.variables)
        if (variable.find('=') == std::string::npos || variable.front() == '=')
            return fail("`Env` has an entry that is no variable");
    if (settings.folder.size() > 4096 || settings.folder.find('\0') != std::string::npos)
        return fail("`WorkingDir` is no folder");
    return settings;
}

}  // namespace

bool ImageName::is_loopback() const {
    const std::string_view host = std::string_view(registry).substr(0, registry.find(':'));
    const bool number = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || (number && host.starts_with("127.") && std::ranges::count(host, '.') == 3);
}

std::uint64_t ImageManifest::size() const {
    std::uint64_t all = 0;
    for (const ImageBlob& layer : layers) all += std::min(layer.size, mostLayerBytes + 1);
    return all;
}

Result<ImageName> parse_image_name(const ImageRef& reference) {
    std::string_view text = reference.str();
    ImageName name;
    const std::size_t slash = text.find('/');
    const std::string_view first = text.substr(0, slash);
    // As Docker and podman tell a host from the first part of a path.
    const bool host = slash != std::string_view::npos &&
                      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
    if (!host)
        return fail("it names no registry: write the registry's host before it (`registry.example/{}`), or name a "
                    "program, folder or layout for it in `targets.local.images`",
                    text);
    name.registry = first;
    text.remove_prefix(slash + 1);
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        name.digest = TRY(hex_of(text.substr(at + 1)));
        text = text.substr(0, at);
    }
    const std::size_t colon = text.find(':');
    name.repository = text.substr(0, colon);
    name.tag = colon == std::string_view::npos ? "latest" : text.substr(colon + 1);
    if (!name.digest.empty()) name.tag.clear();
    return name;
}

Result<ImageDocument> read_manifest(std::string_view text) {
    const json::object object = TRY(parse_object(text));
    const json::value* version = object.if_contains("schemaVersion");
    if (version == nullptr || *version != json::value(2)) return fail("it is no manifest of schema version 2");
    const std::string type = TRY(text_of(object, "mediaType"));
    const bool index = object.contains("manifests"), image = object.contains("config") && object.contains("layers");
    // One text that is two things would be another one to another reader.
    if (index == image || (index && (object.contains("layers") || object.contains("config"))))
        return fail("it is neither an image nor an index");
    return index ? read_index(object, type) : read_image(object, type);
}

Result<ImageBlob> choose(const ImageIndex& index, std::string_view platform) {
    const auto found = std::ranges::find(index.images, platform, &ImageBlob::platform);
    if (found != index.images.end()) return *found;
    if (index.images.size() == 1 && index.images.front().platform.empty()) return index.images.front();
    std::string all;
    for (const ImageBlob& image : index.images)
        if (all.size() < 4 * mostShown)
            all += (all.empty() ? "" : ", ") + (image.platform.empty() ? "an unnamed one" : image.platform);
    return fail("it is not made for this machine: it has {} and none for {}", all, platform);
}

Result<ImageSettings> read_configuration(std::string_view text, std::string_view platform) {
    const json::object object = TRY(parse_object(text));
    if (const std::string own = TRY(platform_of(object)); own != platform)
        return fail("it is not made for this machine: it is for {}, and this is {}",
                    own.empty() ? "an unnamed platform" : own, platform);
    const json::value* config = object.if_contains("config");
    if (config == nullptr || config->is_null()) return ImageSettings{};
    if (!config->is_object()) return fail("`config` is no object");
    return read_settings(config->as_object());
}

}  // namespace tenantry::host

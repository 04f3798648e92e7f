#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/oci_images.hpp>

#include "files.hpp"
#include "image_helper.hpp"
#include "image_layout.hpp"
#include "image_manifest.hpp"
#include "image_program.hpp"
#include "image_tree.hpp"
#include "places.hpp"
#include "runtime_config.hpp"

namespace tenantry::host {
namespace {

using std::filesystem::path;

// One request and its redirections.
constexpr HelperLimits asking{.time = std::chrono::minutes(1), .fileBytes = 4 << 20, .bytes = 8 << 20, .files = 100};
constexpr std::chrono::milliseconds copyWithin = std::chrono::minutes(15);
constexpr HelperLimits unpacking{
    .time = std::chrono::minutes(10), .fileBytes = mostImageBytes, .bytes = mostImageBytes, .files = mostImageFiles};
// Manifest, configuration and what skopeo notes beside layers.
constexpr std::uint64_t besideLayers = 16 << 20;
constexpr std::size_t blobsBeside = 64;

std::string manifest_name(const std::string& digest) { return "sha256-" + digest; }
std::string sent_name(const std::string& digest) { return "sent-" + digest; }

// A folder that is gone with its user, whatever became of it.
class Workplace {
  public:
    static Result<Workplace> make(const ImageStore& images) {
        Workplace made(TRY(images.workplace()));
        for (const char* name : {"layout", "tmp"})
            TRY_VOID(make_folder(made.folder_ / name, 0700, FileOwner{imageUser, imageUser}));
        TRY_VOID(make_folder(made.folder_ / "source", 0755));
        // skopeo goes through it; the folder above it is root's alone.
        TRY_VOID(make_folder(made.folder_, 0711));
        return made;
    }
    Workplace(Workplace&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
    Workplace& operator=(Workplace&&) = delete;
    ~Workplace() {
        std::error_code error;  // what stays goes when the next daemon starts
        if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
    }
    [[nodiscard]] const path& folder() const { return folder_; }

  private:
    explicit Workplace(path folder) : folder_(std::move(folder)) {}
    path folder_;
};

// skopeo's last words: `time="..." level=fatal msg="..."`, with escaped quotes.
std::string cause_of(const std::string& words) {
    constexpr std::string_view key = "level=fatal msg=\"";
    const std::size_t at = words.rfind(key);
    if (at == std::string::npos) return words;
    std::string cause;
    for (std::size_t i = at + key.size(); i < words.size() && words[i] != '"'; ++i) {
        if (words[i] == '\\' && i + 1 < words.size()) ++i;
        cause += words[i];
    }
    return cause;
}

struct Known {
    std::string_view words;
    std::string_view meaning;
};
// What containers/image and the distribution specification say, and what to do.
constexpr std::array known{
    Known{"manifest unknown", "there is no such image or tag at the registry"},
    Known{"name unknown", "there is no such image at the registry"},
    Known{"unauthorized", "the registry wants a login: `skopeo login --authfile /etc/tenantry/registries.json HOST`"},
    Known{"authentication required",
          "the registry wants a login: `skopeo login --authfile /etc/tenantry/registries.json HOST`"},
    Known{"denied", "the registry denies it to the login of /etc/tenantry/registries.json"},
    Known{"server gave HTTP response to HTTPS client",
          "the registry speaks no TLS: plain HTTP is for this machine's own"},
    Known{"x509:",
          "the registry's certificate is not trusted here: put its authority into /usr/local/share/ca-certificates "
          "and run update-ca-certificates"},
    Known{"Digest did not match", "the registry serves other bytes than those that the digest names"},
    Known{"does not match provided manifest digest",
          "the registry serves other bytes than those that the digest names"},
    Known{"pinging container registry", "the registry does not answer"},
    Known{"Source image rejected", "the policy of /etc/containers/policy.json refuses it"},
};

std::string meaning_of(const std::string& words) {
    std::string cause = cause_of(words);
    for (const Known& one : known)
        if (cause.find(one.words) != std::string::npos) return fmt::format("{} ({})", one.meaning, cause);
    return cause;
}

// umoci's last line: `\u2a2f create rootfs: ...`.
std::string umoci_cause(const std::string& words) {
    const std::size_t cross = words.rfind("\u2a2f ");
    std::string cause = cross == std::string::npos ? words : words.substr(cross + sizeof("\u2a2f"));
    if (words.find("mknod: operation not permitted") != std::string::npos)
        return fmt::format("it holds a device, which no image may have ({})", cause);
    return cause;
}

std::uint64_t largest(const ImageManifest& manifest) {
    std::uint64_t most = 0;
    for (const ImageBlob& layer : manifest.layers) most = std::max(most, layer.size);
    return most;
}

std::string transport(const ImageName& name, const std::string& digest) {
    if (!digest.empty()) return fmt::format("docker://{}@sha256:{}", name.path(), digest);
    return fmt::format("docker://{}:{}", name.path(), name.tag);
}

// Nobody's to write any more, and another helper's to read.
Result<void> close_layout(const path& work) { return make_folder(work / "layout", 0755, FileOwner{0, 0}); }

}  // namespace

/// One thing that is being fetched; others who want the same wait, and find it.
class OciImages::Turn {
  public:
    Turn(OciImages& images, std::string what) : images_(images), what_(std::move(what)) {
        std::unique_lock lock(images_.mutex_);
        images_.ended_.wait(lock, [&] { return !images_.busy_.contains(what_); });
        images_.busy_.insert(what_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        const std::scoped_lock lock(images_.mutex_);
        images_.busy_.erase(what_);
        images_.ended_.notify_all();
    }

  private:
    OciImages& images_;
    std::string what_;
};

OciImages::OciImages(const MachineView& view, ImageStore images, std::string logins)
    : images_(std::move(images)),
      logins_(std::move(logins)),
      helpers_(std::make_unique<ImageHelpers>(view.cgroups())) {}
OciImages::~OciImages() = default;

void OciImages::stop() { helpers_->stop(); }

Result<std::string> OciImages::logins() const {
    if (access(logins_.c_str(), F_OK) != 0) return std::string("{}");
    return read_small(logins_);
}

// What a registry has under a digest, or under the name's tag where that is empty: a manifest or an index.
Result<std::string> OciImages::ask(const ImageName& name, const std::string& digest) {
    const Workplace work = TRY(Workplace::make(images_));
    ImageHelpers::Fetch fetch{.arguments = {"inspect", "--raw", "--no-tags", "--authfile=/proc/self/fd/3",
                                            fmt::format("--tls-verify={}", !name.is_loopback())},
                              .work = work.folder(),
                              .logins = TRY(logins()),
                              .limits = asking};
    fetch.arguments.push_back(transport(name, digest));
    HelperEnd end = TRY(helpers_->skopeo(fetch));
    if (end.code != 0) return fail("{}", meaning_of(end.words));
    if (!digest.empty() && sha256(end.output) != digest)
        return fail("the registry serves other bytes than those that the digest names: they have sha256:{}",
                    sha256(end.output));
    return std::move(end.output);
}

Result<void> OciImages::copy(const path& work, const ImageName& name, const std::string& digest,
                             const ImageManifest& manifest) {
    ImageHelpers::Fetch fetch{
        .arguments = {"copy", "--quiet", "--src-authfile=/proc/self/fd/3",
                      fmt::format("--src-tls-verify={}", !name.is_loopback()), "--dest-oci-accept-uncompressed-layers",
                      transport(name, digest), "oci:/mnt/layout:image"},
        .work = work,
        .logins = TRY(logins()),
        .limits = {.time = copyWithin,
                   .fileBytes = largest(manifest) + besideLayers,
                   .bytes = manifest.size() + besideLayers,
                   .files = mostLayers + blobsBeside}};
    const HelperEnd end = TRY(helpers_->skopeo(fetch));
    if (end.tooLarge) return fail("the registry sends more than its manifest says");
    if (end.code != 0) return fail("{}", meaning_of(end.words));
    return close_layout(work);
}

// From a layout to a stored image.
Result<std::string> OciImages::make(const path& work, const path& layout) {
    const LayoutImage image = TRY(read_layout(layout, own_platform()));
    TRY_VOID(write_layout(work / "oci", image.manifest));
    const path files = TRY(ImageHelpers::unpacked_place(work));
    const HelperEnd end = TRY(helpers_->unpack(work, layout, unpacking));
    if (end.tooLarge) return fail("it is too large: a file has more than {} MiB", mostImageBytes >> 20);
    if (end.code != 0) return fail("its layers cannot be unpacked: {}", umoci_cause(end.words));
    TRY_VOID(close_tree(files));
    return images_.adopt(files, to_text(image.settings));
}

Result<std::string> OciImages::fetch_manifest(const ImageName& name, const std::string& digest,
                                              const std::string& text) {
    const ImageDocument document = TRY(read_manifest(text));
    if (const auto* index = std::get_if<ImageIndex>(&document)) {
        const ImageBlob chosen = TRY(choose(*index, own_platform()));
        if (auto there = images_.named(manifest_name(chosen.digest))) return *std::move(there);
        const std::string own = TRY(ask(name, chosen.digest));
        if (!std::holds_alternative<ImageManifest>(TRY(read_manifest(own)))) return fail("its index leads to an index");
        return fetch_manifest(name, chosen.digest, own);
    }
    const Workplace work = TRY(Workplace::make(images_));
    TRY_VOID(copy(work.folder(), name, digest, std::get<ImageManifest>(document)));
    std::string made = TRY(make(work.folder(), work.folder() / "layout"));
    TRY_VOID(images_.name(manifest_name(digest), made));
    return made;
}

Result<std::string> OciImages::fetch_named(const ImageName& name) {
    if (!name.digest.empty())
        if (auto there = images_.named(manifest_name(name.digest))) return *std::move(there);
    const std::string text = TRY(ask(name, name.digest));
    const std::string digest = sha256(text);
    if (auto there = images_.named(manifest_name(digest))) return *std::move(there);
    std::string made = TRY(fetch_manifest(name, digest, text));
    TRY_VOID(images_.name(manifest_name(digest), made));
    return made;
}

Result<std::string> OciImages::fetch(const ImageRef& reference) {
    const auto fetch = [&]() -> Result<std::string> {
        const ImageName name = TRY(parse_image_name(reference));
        const Turn turn(*this, reference.str());
        return fetch_named(name);
    };
    return wrap(fetch(), "the image {}", reference.str());
}

Result<std::string> OciImages::unpack_sent(const std::string& digest) {
    const path sent = TRY(images_.folder_of(digest));
    const Workplace work = TRY(Workplace::make(images_));
    std::error_code error;
    if (std::filesystem::exists(sent / "oci-layout", error)) return make(work.folder(), sent);
    std::vector<path> files;
    for (const auto& entry : std::filesystem::directory_iterator(sent, error)) files.push_back(entry.path());
    if (files.size() != 1 || !std::filesystem::is_regular_file(files.front(), error))
        return fail(
            "it is neither an OCI layout (a folder with `oci-layout`) nor an archive of `docker save` (a file)");
    ImageHelpers::Fetch fetch{
        // It compresses layers: an archive's manifest says that they are, and they are not.
        .arguments = {"copy", "--quiet", "docker-archive:/mnt/source/" + files.front().filename().string(),
                      "oci:/mnt/layout:image"},
        .work = work.folder(),
        .source = sent,
        .limits = {.time = copyWithin,
                   .fileBytes = mostLayerBytes,
                   .bytes = 2 * mostLayerBytes,
                   .files = mostLayers + blobsBeside}};
    const HelperEnd end = TRY(helpers_->skopeo(fetch));
    if (end.tooLarge) return fail("it is too large: a layer has more than {} MiB", mostLayerBytes >> 20);
    if (end.code != 0) return fail("it is no archive of `docker save`: {}", cause_of(end.words));
    TRY_VOID(close_layout(work.folder()));
    return make(work.folder(), work.folder() / "layout");
}

Result<std::string> OciImages::unpack(const std::string& digest) {
    const Turn turn(*this, digest);
    if (auto there = images_.named(sent_name(digest))) return *std::move(there);
    std::string made = TRY(unpack_sent(digest));
    TRY_VOID(images_.name(sent_name(digest), made));
    return made;
}

bool OciImages::has(const std::string& digest) const { return images_.named(sent_name(digest)).has_value(); }

namespace {

using world::EnvironmentSpec;
using world::TaskSpec;

// Folders of images that a task sees, by what is mounted: `.../images/lend+web/srv/www`.
Result<void> check_mounted(const EnvironmentSpec& spec, const std::string& config, const ImageStore& images) {
    const std::string folder = world::folder_of(spec.placement) + "/images/";
    for (const std::string& source : TRY(mounted_by(config))) {
        if (!source.starts_with(folder)) continue;
        const std::string rest = source.substr(folder.size());
        const std::size_t slash = rest.find('/');
        const auto image = std::ranges::find(spec.images, rest.substr(0, slash), &world::ImageSpec::name);
        if (slash == std::string::npos || image == spec.images.end()) continue;
        const path files = TRY(images.folder_of(image->digest));
        TRY_VOID(check_folder(files, rest.substr(slash)));
    }
    return {};
}

Result<void> check_root(const EnvironmentSpec& spec, const std::string& config, const ImageUse& use,
                        const ImageStore& images) {
    const auto image = std::ranges::find(spec.images, use.name, &world::ImageSpec::name);
    if (image == spec.images.end()) return fail("it is not at hand");
    const std::string text = TRY(images.settings_of(image->digest));
    const ImageSettings settings = TRY(settings_of(text));
    return check_program(TRY(images.folder_of(image->digest)), TRY(process_in_image(config, settings)));
}

Result<void> check_task(const EnvironmentSpec& spec, const TaskSpec& task, const ImageStore& images) {
    const world::TextSpec* config = spec.text("tasks/" + task.name + "/config.json");
    if (config == nullptr) return fail("{} has no config.json", task.name);
    const std::optional<ImageUse> use = TRY(image_used_by(config->text));
    if (!use) return {};
    const auto check = [&]() -> Result<void> {
        TRY_VOID(check_mounted(spec, config->text, images));
        return use->isRoot ? check_root(spec, config->text, *use, images) : Result<void>();
    };
    return wrap(check(), "the image {} of {}", use->reference, task.service);
}

}  // namespace

Result<void> OciImages::check(const EnvironmentSpec& spec) const {
    std::string last;
    for (const TaskSpec& task : spec.tasks) {
        if (task.service == last) continue;
        last = task.service;
        TRY_VOID(wrap(check_task(spec, task, images_), "{}", spec.placement.environment));
    }
    return {};
}

}  // namespace tenantry::host

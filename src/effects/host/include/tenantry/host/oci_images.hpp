#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <tenantry/base/error.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/host/machine_view.hpp>
#include <tenantry/world/task_spec.hpp>

namespace tenantry::host {

class ImageHelpers;
struct ImageManifest;
struct ImageName;

/// Images that others built: of registries, and layouts (OCI) and archives (`docker save`) that were sent. Each is
/// fetched by its digest, unpacked once and kept in the image store. A registry is asked by the reference's own host
/// alone, over plain HTTP only where that is this machine. May be used from several threads; one image is fetched by
/// one. `view` must outlive it.
class OciImages {
  public:
    OciImages(const MachineView& view, ImageStore images, std::string logins = "/etc/tenantry/registries.json");
    ~OciImages();

    /// The stored image that a reference means now. By digest no registry is asked where it is at hand; a tag is looked
    /// up each time. An error says what the registry has instead, or what to do.
    Result<std::string> fetch(const ImageRef& reference);
    /// The stored image of a layout or an archive that was sent (`digest`: as `ImageStore::store` gave it).
    Result<std::string> unpack(const std::string& digest);
    /// Whether `unpack` needs nothing more to be sent.
    [[nodiscard]] bool has(const std::string& digest) const;

    /// Whether the tasks of an environment can begin with the images that they get: entry points are there and may be
    /// run, folders that frontends serve are there. The first that cannot, with what to do.
    [[nodiscard]] Result<void> check(const world::EnvironmentSpec& spec) const;

    /// Ends what is being fetched, and lets nothing begin any more.
    void stop();

  private:
    class Turn;

    Result<std::string> fetch_named(const ImageName& name);
    Result<std::string> fetch_manifest(const ImageName& name, const std::string& digest, const std::string& text);
    Result<std::string> make(const std::filesystem::path& work, const std::filesystem::path& layout);
    Result<std::string> ask(const ImageName& name, const std::string& digest);
    Result<void> copy(const std::filesystem::path& work, const ImageName& name, const std::string& digest,
                      const ImageManifest& manifest);
    Result<std::string> unpack_sent(const std::string& digest);
    [[nodiscard]] Result<std::string> logins() const;

    ImageStore images_;
    std::string logins_;
    std::unique_ptr<ImageHelpers> helpers_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::set<std::string> busy_;
};

}  // namespace tenantry::host

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include <tenantry/host/host_files.hpp>
#include <tenantry/host/machine_view.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"
#include "mounts.hpp"
#include "places.hpp"
#include "runtime_config.hpp"
#include "secret_files.hpp"
#include "shared_root.hpp"
#include "store_data.hpp"
#include "store_files.hpp"

namespace tenantry::host {
namespace {

using world::EnvironmentSpec;

constexpr const char* certificateName = "environment.pem";
constexpr std::string_view configuration = "config.json";

std::filesystem::path folder_path(const EnvironmentSpec& spec) { return world::folder_of(spec.placement); }

// The texts that are there: in the folder itself, below `services`, and each task's config.json. All else there is the
// containers' or a mount.
Result<std::vector<std::string>> texts_there(const Workspace& folder) {
    std::vector<std::string> found;
    for (const std::string& name : TRY(folder.list("")))
        if (name.ends_with(".json")) found.push_back(name);
    for (const std::string& service : TRY(folder.list("services")))
        for (const std::string& name : TRY(folder.list(fmt::format("services/{}", service))))
            found.push_back(fmt::format("services/{}/{}", service, name));
    for (const std::string& task : TRY(folder.list("tasks")))
        for (const std::string& name : TRY(folder.list(fmt::format("tasks/{}", task))))
            if (name == configuration) found.push_back(fmt::format("tasks/{}/{}", task, name));
    return found;
}

Result<void> write_texts(const EnvironmentSpec& spec) {
    TRY_VOID(make_folder(std::filesystem::path(runFolder) / "platforms", 0700));
    const Workspace folder = TRY(Workspace::make(world::folder_of(spec.placement)));
    std::set<std::string> wanted;
    for (const world::TextSpec& text : spec.texts) {
        TRY_VOID(folder.write(text.path, text.text));
        wanted.insert(text.path);
    }
    for (const std::string& path : TRY(texts_there(folder)))
        if (!wanted.contains(path)) TRY_VOID(folder.remove(path));
    return {};
}

// What an image's folder is a view of is kept beside: the mount itself does not tell.
Result<void> mount_image(const std::filesystem::path& images, const world::ImageSpec& image, const ImageStore& store) {
    const std::filesystem::path point = images / image.name, note = image_note_of(images, image.name);
    const std::string lower = TRY(store.folder_of(image.digest));
    const auto noted = read_small(note);
    if (noted && *noted == image.digest && is_mount(point)) return {};
    TRY_VOID(unmount(point));
    TRY_VOID(mount_view(lower, point, true));
    return write_whole(note, image.digest, 0600);
}

std::vector<std::filesystem::path> entries(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) found.push_back(entry.path());
    return found;
}

Result<void> unmount_other_images(const std::filesystem::path& images, std::span<const world::ImageSpec> wanted) {
    for (const std::filesystem::path& path : entries(images)) {
        const std::string name = path.filename().string();
        const auto belongs = [&](const world::ImageSpec& image) {
            return name == image.name || name == "." + image.name + ".digest" || name == "." + image.name + ".empty";
        };
        if (std::ranges::any_of(wanted, belongs)) continue;
        TRY_VOID(unmount(path));
        TRY_VOID(remove_tree(path));
    }
    return {};
}

Result<void> ensure_images(const EnvironmentSpec& spec, const ImageStore& store) {
    const std::filesystem::path images = folder_path(spec) / "images";
    TRY_VOID(make_folder(images));
    TRY_VOID(unmount_other_images(images, spec.images));
    for (const world::ImageSpec& image : spec.images)
        TRY_VOID(wrap(mount_image(images, image, store), "mounting the image {}", image.name));
    return {};
}

Result<std::vector<HostName>> hosts_of(const EnvironmentSpec& spec) {
    std::vector<HostName> hosts;
    for (const world::SocketSpec& socket : spec.network.sockets) {
        auto host = HostName::parse(socket.host);
        if (!host) return fail("the host `{}` {}", socket.host, host.error());
        if (std::ranges::find(hosts, *host) == hosts.end()) hosts.push_back(*std::move(host));
    }
    return hosts;
}

// The uid of the first load balancer's process; all of them have the same.
Result<std::uint32_t> balancer_user(const EnvironmentSpec& spec) {
    const auto balancer = std::ranges::find(spec.tasks, "load-balancer", &world::TaskSpec::service);
    if (balancer == spec.tasks.end()) return fail("it has hosts and no load balancer");
    const world::TextSpec* config = spec.text("tasks/" + balancer->name + "/config.json");
    if (config == nullptr) return fail("{} has no config.json", balancer->name);
    return user_of(config->text);
}

// Files and certificates of a placement are changed by one at a time: an apply, a renewal, a removal.
std::unique_lock<std::mutex> alone(const world::Placement& placement) {
    static std::array<std::mutex, 64> mutexes;
    return std::unique_lock(mutexes[std::hash<std::string>()(placement.str()) % mutexes.size()]);
}

std::filesystem::path kept_certificate_of(const world::Placement& placement) {
    return kept_folder_of(placement) / "tls" / certificateName;
}

Result<CertificateFacts> facts_of(std::string_view pem) {
    return CertificateFacts{TRY(certificate_serial(pem)), TRY(certificate_dates(pem))};
}

// The certificate that is kept, or a new one.
Result<std::string> certificate_for(const world::Placement& placement, std::span<const HostName> hosts,
                                    const Authority& authority, bool anew = false) {
    const std::filesystem::path kept = kept_folder_of(placement) / "tls";
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto there = read_small(kept / certificateName);
    if (!anew && there && authority.still_good(*there, hosts, now)) return *std::move(there);
    std::string made = TRY(authority.issue(hosts));
    TRY_VOID(make_folder(kept, 0700));
    TRY_VOID(write_whole(kept / certificateName, made, 0600));
    return made;
}

Result<void> give_to_balancer(const EnvironmentSpec& spec, const std::string& pem) {
    const std::uint32_t uid = TRY(balancer_user(spec));
    const std::filesystem::path tls = folder_path(spec) / "tls";
    TRY_VOID(make_folder(tls, 0750, FileOwner{.uid = 0, .gid = uid}));
    const auto there = read_small(tls / certificateName);
    if (there && *there == pem) return {};
    return write_whole(tls / certificateName, pem, 0400, FileOwner{.uid = uid, .gid = uid});
}

Result<void> ensure_certificates(const EnvironmentSpec& spec, const Authority& authority) {
    const std::vector<HostName> hosts = TRY(hosts_of(spec));
    if (hosts.empty()) return {};
    return give_to_balancer(spec, TRY(certificate_for(spec.placement, hosts, authority)));
}

// Stores that are in the spec are made; what others left in the folder goes, but not their data.
Result<void> ensure_stores(const EnvironmentSpec& spec, const StoreTemplates& templates, const Vault& vault) {
    TRY_VOID(remove_other_stores(spec));
    for (const world::StoreSpec& store : spec.stores) {
        TRY_VOID(wrap(ensure_store_data(templates, spec.placement, store), "preparing the data of {}", store.name));
        TRY_VOID(wrap(write_store_files(spec, store, vault), "preparing {}", store.name));
    }
    return {};
}

}  // namespace

Result<void> HostFiles::ensure(const EnvironmentSpec& spec) {
    const auto lock = alone(spec.placement);
    const auto ensure = [&]() -> Result<void> {
        TRY_VOID(write_texts(spec));
        TRY_VOID(ensure_shared_root(shared_root_of(spec.placement)));
        TRY_VOID(ensure_images(spec, images_));
        TRY_VOID(ensure_certificates(spec, authority_));
        TRY_VOID(ensure_stores(spec, StoreTemplates(view_.cgroups()), vault_));
        return write_secret_files(spec, vault_);
    };
    return wrap(ensure(), "preparing the files of {}", spec.placement.str());
}

Result<void> HostFiles::ensure_secrets(const EnvironmentSpec& spec) {
    const auto lock = alone(spec.placement);
    const auto ensure = [&]() -> Result<void> {
        TRY_VOID(write_store_users(spec, vault_));
        return write_secret_files(spec, vault_);
    };
    return wrap(ensure(), "preparing the secrets of {}", spec.placement.str());
}

Result<std::optional<EnvironmentCertificate>> HostFiles::certificate(const EnvironmentSpec& spec, bool anew) {
    const auto lock = alone(spec.placement);
    const auto renew = [&]() -> Result<std::optional<EnvironmentCertificate>> {
        const std::vector<HostName> hosts = TRY(hosts_of(spec));
        const auto before = read_small(kept_certificate_of(spec.placement));
        std::error_code error;
        if (hosts.empty() || !before || !std::filesystem::exists(folder_path(spec) / "tls", error)) return std::nullopt;
        Secret pem(TRY(certificate_for(spec.placement, hosts, authority_, anew)));
        TRY_VOID(give_to_balancer(spec, pem.reveal()));
        CertificateFacts facts = TRY(facts_of(pem.reveal()));
        const bool isNew = pem.reveal() != *before;
        return EnvironmentCertificate{std::move(pem), std::move(facts), isNew};
    };
    return wrap(renew(), "the certificate of {}", spec.placement.str());
}

Result<std::optional<CertificateFacts>> HostFiles::kept_certificate(const world::Placement& placement) {
    std::error_code error;
    if (!std::filesystem::exists(kept_certificate_of(placement), error)) return std::nullopt;
    const Secret pem(TRY(read_small(kept_certificate_of(placement))));
    return TRY(wrap(facts_of(pem.reveal()), "reading the certificate of {}", placement.str()));
}

Result<void> HostFiles::empty(const EnvironmentSpec& spec, std::span<const std::string> stores) {
    const auto lock = alone(spec.placement);
    const auto empty = [&]() -> Result<void> {
        for (const world::StoreSpec& store : spec.stores)
            if (std::ranges::find(stores, store.name) != stores.end())
                TRY_VOID(wrap(forget_store_data(spec.placement, store), "the store {}", store.name));
        return ensure_stores(spec, StoreTemplates(view_.cgroups()), vault_);
    };
    return wrap(empty(), "emptying stores of {}", spec.placement.str());
}

Result<void> HostFiles::remove(const world::Placement& placement) {
    const auto lock = alone(placement);
    const auto remove = [&]() -> Result<void> {
        const std::filesystem::path folder = world::folder_of(placement);
        TRY_VOID(unmount_other_images(folder / "images", {}));
        TRY_VOID(unmount_stores(placement));
        TRY_VOID(remove_shared_root(shared_root_of(placement)));
        TRY_VOID(remove_tree(folder));
        // The tenant's and the platform's folders go with their last environment.
        remove_empty(folder.parent_path(), runFolder);
        return {};
    };
    return wrap(remove(), "removing the files of {}", placement.str());
}

Result<void> HostFiles::destroy(const world::Placement& placement) {
    const auto lock = alone(placement);
    const auto destroy = [&]() -> Result<void> {
        if (TRY(has_mounted_stores(placement))) return fail("its stores' data are mounted: take it down first");
        const std::filesystem::path kept = kept_folder_of(placement);
        for (const char* name : {"stores", "secrets", "tls"}) TRY_VOID(remove_tree(kept / name));
        remove_empty(kept, std::filesystem::path(stateFolder) / "placements");
        return {};
    };
    return wrap(destroy(), "removing what is kept of {}", placement.str());
}

}  // namespace tenantry::host

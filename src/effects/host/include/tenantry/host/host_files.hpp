#pragma once

#include <tenantry/host/authority.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/host/machine_view.hpp>
#include <tenantry/host/vault.hpp>
#include <tenantry/ports/ports.hpp>

namespace tenantry::host {

/// What everybody may know of a certificate.
struct CertificateFacts {
    std::string serial;  ///< hexadecimal
    CertificateDates dates;
};
struct EnvironmentCertificate {
    Secret pem;
    CertificateFacts facts;
    bool isNew = false;
};

/// Below `folder_of(placement)`, all of it root's:
///
///     network.json, services/..., tasks/TASK/config.json   the texts
///     images/NAME          an overlay of its own over the stored image, read-only, nosuid, nodev
///     root/usr, root/certs, root/etc/...   what every task of it shares of the host: read-only overlays of /usr and
///                          /etc/ssl/certs (an inode that two environments see could be locked and watched by both),
///                          copies of a few files
///     tls/environment.pem  the load balancer's certificate and key, 0400, its uid's; kept in
///                          /var/lib/tenantry/placements/PLATFORM/TENANT/STAGE/tls (0600) too
///     control/             where the load balancer makes its runtime socket, its uid's, 0700
///
///     stores/STORE/data    postgresql: an overlay of its own over a template of this machine; redis: a folder. What it
///                          holds is kept in /var/lib/tenantry/placements/PLATFORM/TENANT/STAGE/stores/STORE
///     stores/STORE/tls     store.pem and store.key, 0400, the store's uid's; kept too. Not redis
///     stores/STORE/users   users.acl, 0400, the store's uid's: the emitted one with the passwords' digests. Redis
///     stores/STORE/control where the store makes its control socket, its uid's, 0700
///     secrets/READER/NAME  0400, the reader's uid's, in a folder 0750: its secrets, and STORE.password, STORE.url,
///                          STORE.ca for each store that has a user of its name. Values are the vault's: a store's
///                          password is its `store.STORE.USER`
///
/// The load balancer's uid is the one in its config.json. Mounts are made in the mount namespace of the calling thread
/// (MachineView). `view` and `authority` must outlive it.
class HostFiles final : public ports::Files {
  public:
    HostFiles(const MachineView& view, const Authority& authority, ImageStore images = ImageStore(),
              Vault vault = Vault())
        : view_(view), authority_(authority), images_(std::move(images)), vault_(std::move(vault)) {}

    Result<void> ensure(const world::EnvironmentSpec& spec) override;
    /// The files of readers, and what tells a Redis its users.
    Result<void> ensure_secrets(const world::EnvironmentSpec& spec) override;

    /// The certificate, with its key, of an environment that has its files: one that ends soon, or any where `anew`, is
    /// replaced by another one, in the kept folder first. What runs is told by nobody here. Nothing where it has no
    /// hosts or its files are gone.
    Result<std::optional<EnvironmentCertificate>> certificate(const world::EnvironmentSpec& spec, bool anew);
    /// What is kept of a placement; nothing where there is none.
    [[nodiscard]] static Result<std::optional<CertificateFacts>> kept_certificate(const world::Placement& placement);

    Result<void> empty(const world::EnvironmentSpec& spec, std::span<const std::string> stores) override;
    /// Takes away all below the folder; tasks must have been stopped. Certificates, logs, the stores' data and secrets
    /// stay in /var/lib/tenantry.
    Result<void> remove(const world::Placement& placement) override;
    /// Removes for good what is kept of a placement but its logs: the stores' data, secrets, certificates. An error,
    /// and nothing done, where its data are mounted: `remove` comes before.
    Result<void> destroy(const world::Placement& placement) override;

  private:
    const MachineView& view_;
    const Authority& authority_;
    ImageStore images_;
    Vault vault_;
};

}  // namespace tenantry::host

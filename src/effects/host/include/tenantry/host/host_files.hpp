#pragma once

#include <tenantry/host/authority.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/ports/ports.hpp>

namespace tenantry::host {

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
/// The load balancer's uid is the one in its config.json. Mounts are made in the mount namespace of the calling thread
/// (MachineView). `authority` must outlive it.
class HostFiles final : public ports::Files {
  public:
    explicit HostFiles(const Authority& authority, ImageStore images = ImageStore())
        : authority_(authority), images_(std::move(images)) {}

    Result<void> ensure(const world::EnvironmentSpec& spec) override;
    /// Takes away all below the folder; tasks must have been stopped. Certificates and logs stay in /var/lib/tenantry.
    Result<void> remove(const world::Placement& placement) override;

  private:
    const Authority& authority_;
    ImageStore images_;
};

}  // namespace tenantry::host

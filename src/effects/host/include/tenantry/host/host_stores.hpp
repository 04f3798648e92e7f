#pragma once

#include <chrono>

#include <tenantry/host/vault.hpp>
#include <tenantry/ports/ports.hpp>

namespace tenantry::host {

/// Speaks to stores over the socket in `stores/STORE/control` of the environment's folder, and to nobody but the user
/// that the spec says: what else listens there is refused before anything is told to it. HostFiles must have made the
/// store's files. Calls for different stores may come from several threads.
///
/// A PostgreSQL has one database, of the store's name, and three groups: `tenantry.owner` owns and makes everything,
/// `tenantry.write` and `tenantry.read` have their rights on what it has made and will make. Users are in one group
/// each; all others are dropped, and what they own becomes the owners'. Whoever loses rights loses its sessions, and so
/// does whoever has a password that is not of the vault; the next one of the vault leaves sessions as they are until
/// `settle`. A Redis takes both passwords until then.
///
/// MongoDB's language is FerretDB's, in front of such a PostgreSQL: a collection is a table and a database a schema, of
/// which the first one has the store's name. `tenantry.write` makes tables too, which are its own. Once it has its
/// users, FerretDB is asked as one of them; then it is ready.
class HostStores final : public ports::Stores {
  public:
    explicit HostStores(Vault vault = Vault(), std::chrono::milliseconds patience = std::chrono::minutes(1))
        : vault_(std::move(vault)), patience_(patience) {}

    Result<bool> ensure(const world::Placement& placement, const world::StoreSpec& store,
                        const ports::StillWanted& isWanted) override;
    Result<bool> settle(const world::Placement& placement, const world::StoreSpec& store,
                        const ports::StillWanted& isWanted) override;
    Result<world::ObservedStore> observe(const world::Placement& placement, const world::StoreSpec& store) override;

  private:
    Vault vault_;
    std::chrono::milliseconds patience_;
};

}  // namespace tenantry::host

#pragma once

// Secrets of placements, sealed on this machine.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/host/secret.hpp>
#include <tenantry/world/placement.hpp>

namespace tenantry::host {

/// Whose a value is: made here, or given by somebody.
enum class SecretOrigin : std::uint8_t { made, given };

/// What may be said of a secret.
struct SecretInfo {
    std::string name;
    std::chrono::sys_seconds made;
    std::uint32_t version = 1;  ///< counts up with each value that the name gets
    SecretOrigin origin = SecretOrigin::made;
    bool operator==(const SecretInfo&) const = default;
};

/// A file each, `placements/PLATFORM/TENANT/STAGE/secrets/NAME` (0600 in a folder 0700) below the state folder, sealed
/// by XChaCha20-Poly1305 with the machine's key `machine.key` (0600), which is made once. Placement, name, version,
/// date and origin are authenticated with it: a file that was moved or changed does not open. Names are of
/// [a-z0-9._-], 200 bytes at most. May be used from several threads; those of one process change a placement one after
/// the other. No error holds a secret.
class Vault {
  public:
    explicit Vault(std::string folder = "/var/lib/tenantry") : folder_(std::move(folder)) {}

    /// Nothing where there is no secret of this name. One that does not open is an error.
    [[nodiscard]] Result<std::optional<Secret>> get(const world::Placement& placement, std::string_view name) const;
    /// The same, and makes `bytes` random ones as base64url without padding where there is none.
    [[nodiscard]] Result<Secret> get_or_make(const world::Placement& placement, std::string_view name,
                                             std::size_t bytes) const;
    /// Keeps a value, whole or not at all, and says its version. One that is there already is not written again.
    [[nodiscard]] Result<std::uint32_t> set(const world::Placement& placement, std::string_view name,
                                            const Secret& value, SecretOrigin origin = SecretOrigin::made) const;
    /// Another random value, as `get_or_make` makes one, in the place of the one that is there; its version.
    [[nodiscard]] Result<std::uint32_t> renew(const world::Placement& placement, std::string_view name,
                                              std::size_t bytes) const;
    [[nodiscard]] Result<std::optional<SecretInfo>> info(const world::Placement& placement,
                                                         std::string_view name) const;
    /// Sorted by name.
    [[nodiscard]] Result<std::vector<SecretInfo>> list(const world::Placement& placement) const;
    /// Placements of a platform that have secrets, sorted.
    [[nodiscard]] Result<std::vector<world::Placement>> placements(const std::string& platform) const;
    /// Fine where there is none.
    [[nodiscard]] Result<void> remove(const world::Placement& placement, std::string_view name) const;
    [[nodiscard]] Result<void> remove_all(const world::Placement& placement) const;

  private:
    std::string folder_;
};

}  // namespace tenantry::host

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

/// What may be said of a secret.
struct SecretInfo {
    std::string name;
    std::chrono::sys_seconds made;
    std::uint32_t version = 1;  ///< counts up with each value that the name gets
    bool operator==(const SecretInfo&) const = default;
};

/// A file each, `placements/PLATFORM/TENANT/STAGE/secrets/NAME` (0600 in a folder 0700) below the state folder, sealed
/// by XChaCha20-Poly1305 with the machine's key `machine.key` (0600), which is made once. Placement, name, version and
/// date are authenticated with it: a file that was moved or changed does not open. Names are of [a-z0-9._-], 200 bytes
/// at most. May be used from several threads, but not for one placement at a time. No error holds a secret.
class Vault {
  public:
    explicit Vault(std::string folder = "/var/lib/tenantry") : folder_(std::move(folder)) {}

    /// Nothing where there is no secret of this name. One that does not open is an error.
    [[nodiscard]] Result<std::optional<Secret>> get(const world::Placement& placement, std::string_view name) const;
    /// The same, and makes `bytes` random ones as base64url without padding where there is none.
    [[nodiscard]] Result<Secret> get_or_make(const world::Placement& placement, std::string_view name,
                                             std::size_t bytes) const;
    /// Keeps a value, whole or not at all. One that is there already is not written again.
    [[nodiscard]] Result<void> set(const world::Placement& placement, std::string_view name, const Secret& value) const;
    /// Sorted by name.
    [[nodiscard]] Result<std::vector<SecretInfo>> list(const world::Placement& placement) const;
    [[nodiscard]] Result<void> remove_all(const world::Placement& placement) const;

  private:
    std::string folder_;
};

}  // namespace tenantry::host

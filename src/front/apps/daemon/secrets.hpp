#pragma once

// The secrets of environments as callers see them: given, listed, made anew; and those who read them, replaced then.

#include <tenantry/engine/runner.hpp>
#include <tenantry/host/vault.hpp>
#include <tenantry/wire/messages.hpp>
#include <tenantry/world/secret_versions.hpp>

namespace tenantry::daemon {

/// The vault alone says which value is the last. It gets a new one first, and then an environment that runs is asked
/// to be the same with that version: whoever is killed in between does the second when it starts again (`catch_up`).
/// What reads it runs on until its turn to be replaced. Not for two callers at one time.
class SecretKeeper {
  public:
    explicit SecretKeeper(engine::Runner& runner, host::Vault vault = host::Vault())
        : runner_(runner), vault_(std::move(vault)) {}

    /// Puts the versions of the vault into what shall run. An error names each given secret without a value.
    Result<void> prepare(world::EnvironmentSpec& spec) const;
    [[nodiscard]] Result<wire::Secrets> kept(const std::string& platform) const;
    Result<wire::SecretAnswer> set(const world::Placement& placement, const std::string& name, const std::string& value,
                                   const std::string& by);
    Result<wire::RotateAnswer> rotate(const wire::RotateRequest& request, const std::string& by);
    /// Every environment that runs with another version than the last one is asked to be renewed.
    Result<void> catch_up();

  private:
    [[nodiscard]] Result<world::SecretVersions> versions(const world::Placement& placement) const;
    Result<bool> renew(const world::Placement& placement);
    Result<void> rotate_one(const world::Placement& placement, const std::string& name, std::size_t bytes, bool runs);

    engine::Runner& runner_;
    host::Vault vault_;
};

}  // namespace tenantry::daemon

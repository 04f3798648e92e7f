#pragma once

// A PostgreSQL cluster without data, made once on this machine, over which the data of stores lie: making one takes
// seconds of CPU, a view of one milliseconds.

#include <cstdint>
#include <filesystem>
#include <string>

#include <tenantry/base/error.hpp>

#include "cgroups.hpp"

namespace tenantry::host {

/// Whose the files of a template are; never a process' of anybody else. Below the first range that a lock gives.
inline constexpr std::uint32_t templateUser = 1'048'574;

class StoreTemplates {
  public:
    /// `cgroups` must outlive it.
    explicit StoreTemplates(const Cgroups& cgroups, std::string folder = "/var/lib/tenantry/templates")
        : cgroups_(cgroups), folder_(std::move(folder)) {}

    /// Name of the template for the PostgreSQL that is installed, `postgresql-15.20-1`; makes it where there is none,
    /// whole or not at all. Its superuser is `tenantry`. May be called from several threads.
    [[nodiscard]] Result<std::string> postgresql() const;
    /// The data folder of a template. Nothing in it is ever changed. An error where there is none.
    [[nodiscard]] Result<std::filesystem::path> data_of(const std::string& name) const;

  private:
    [[nodiscard]] Result<void> make(const std::string& name) const;
    [[nodiscard]] Result<void> initialize(const std::filesystem::path& folder) const;
    [[nodiscard]] Result<void> keep_one_log(const std::filesystem::path& data) const;
    [[nodiscard]] Result<std::string> installed() const;
    [[nodiscard]] Result<std::string> run(std::vector<std::string> argv) const;

    const Cgroups& cgroups_;
    std::filesystem::path folder_;
};

}  // namespace tenantry::host

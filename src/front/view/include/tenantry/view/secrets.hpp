#pragma once

// What `tenantry secret list` and `tenantry certificate list` say. No value is anywhere near.

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/compile/secret_uses.hpp>
#include <tenantry/view/diagnostics.hpp>

namespace tenantry::view {

/// A value that a machine keeps.
struct KeptSecret {
    std::uint32_t version = 1;
    std::chrono::sys_seconds since;  ///< when this version came
    bool given = false;
};
/// By environment and name.
using KeptSecrets = std::map<std::string, std::map<std::string, KeptSecret>>;

/// One secret of one environment.
struct SecretRow {
    std::string environment;
    std::string name;
    std::optional<compile::SecretUse> use;  ///< nothing: the file names it no more
    std::optional<KeptSecret> kept;         ///< nothing: there is no value yet

    /// True where it cannot come by itself.
    [[nodiscard]] bool is_missing() const;
};

/// Of these environments, in the order of the blueprint: what is read, then what is kept beside.
std::vector<SecretRow> secret_rows(const blueprint::Blueprint& blueprint, std::span<const std::string> environments,
                                   const KeptSecrets& kept);

/// A line for each: since when, when it is due by `rotate:`, who reads it.
std::string secrets_text(std::span<const SecretRow> rows, std::chrono::sys_seconds now, const Style& style);
/// Member `secrets`.
void secrets_json(std::span<const SecretRow> rows, std::chrono::sys_seconds now, JsonText& json);

struct CertificateRow {
    std::string environment;
    std::vector<std::string> hosts;
    std::string serial;
    std::chrono::sys_seconds until;
};
std::string certificates_text(std::span<const CertificateRow> rows, std::chrono::sys_seconds now, const Style& style);
/// Member `certificates`.
void certificates_json(std::span<const CertificateRow> rows, std::chrono::sys_seconds now, JsonText& json);

}  // namespace tenantry::view

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <tenantry/model/platform.hpp>
#include <tenantry/model/types.hpp>

namespace tenantry::model {

enum class Status : std::uint8_t { known, later };

/// A key of the language. Readers may take only keys of their table, so what the tables say is what is read.
struct Key {
    std::string_view name;
    std::string_view meaning;  ///< one phrase, for the schema and the help
    Type type = {};            ///< of its value; a later key's is nothing yet
    std::string_view example;  ///< of a key that must be there: what to write; empty for others
    Status status = Status::known;
};

/// A key of services that one tier does not have.
struct TierRule {
    std::string_view key;
    Tier tier;  ///< the tier that has none
    std::string_view help;
};

/// Each service has a user id of its own in 65,536, and a network of its own; a platform of this size is many
/// platforms.
inline constexpr std::size_t mostServices = 1000;
inline constexpr std::size_t mostRoutes = 1000;

/// The tables, one a kind of map.
namespace keys {
std::span<const Key> platform();
std::span<const Key> network();
std::span<const Key> stage();
std::span<const Key> service();
std::span<const Key> health();
std::span<const Key> tenant();          ///< beside these, the names of stages
std::span<const Key> stage_override();  ///< under a tenant's stage
std::span<const Key> service_override();
std::span<const Key> targets();
std::span<const Key> local_target();
std::span<const Key> local_image();
std::span<const Key> aws_target();
std::span<const Key> account();
std::span<const Key> backups();
std::span<const Key> job();
std::span<const Key> store();
std::span<const Key> store_override();
std::span<const Key> secret();
std::span<const Key> access();
std::span<const Key> exception();
std::span<const Key> delivery();  ///< beside these, the names of stages
std::span<const Key> stage_delivery();
std::span<const Key> wave();
std::span<const Key> tenants();  ///< beside these, the names of tenants
std::span<const TierRule> tier_rules();
}  // namespace keys

}  // namespace tenantry::model

#pragma once

// The grammars of single values that belong to one key or a few. Those of names, hosts, paths and images are in
// base/text.hpp, units and times in units.hpp and schedule.hpp; `scalars.cpp` has each as a pattern too.

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <tenantry/model/model.hpp>

namespace tenantry::model {

/// `true` or `false`.
std::expected<bool, Refusal> parse_bool(std::string_view text);
/// `/20`: the size of a block, /22 to /16.
std::expected<std::uint8_t, Refusal> parse_block(std::string_view text);
/// 1 to 4.
std::expected<std::uint8_t, Refusal> parse_zones(std::string_view text);
/// A range of private addresses.
std::expected<Cidr, Refusal> parse_pool(std::string_view text);
std::expected<Cidr, Refusal> parse_range(std::string_view text);
/// `sleep-after 30m`.
std::expected<Duration, Refusal> parse_idle(std::string_view text);
/// A stage where it is defined: no hyphen, and no key of the maps that it stands in.
std::expected<StageName, Refusal> parse_stage_name(std::string_view text);
std::expected<std::string, Refusal> parse_region(std::string_view text);
std::expected<std::string, Refusal> parse_account(std::string_view text);
std::expected<FilePath, Refusal> parse_static_folder(std::string_view text);
std::expected<Tier, Refusal> parse_tier(std::string_view text);
std::expected<Access, Refusal> parse_access(std::string_view text);
/// `api.bureau.example:443`.
std::expected<HostPort, Refusal> parse_host_port(std::string_view text);
std::expected<Job::When, Refusal> parse_when(std::string_view text);
/// `allow` or `forbid`.
std::expected<bool, Refusal> parse_overlap(std::string_view text);
std::expected<Engine, Refusal> parse_engine(std::string_view text);
/// `cache`.
std::expected<bool, Refusal> parse_cache(std::string_view text);
/// `env`.
std::expected<bool, Refusal> parse_as_variable(std::string_view text);
/// `32 bytes`.
std::expected<std::uint32_t, Refusal> parse_make(std::string_view text);
/// `per tenant`.
std::expected<bool, Refusal> parse_given(std::string_view text);
/// `25%`.
std::expected<std::uint32_t, Refusal> parse_share(std::string_view text);
/// 0 to 1000.
std::expected<std::uint32_t, Refusal> parse_count(std::string_view text);
/// A claim that may be excepted.
std::expected<std::string, Refusal> parse_claim(std::string_view text);
/// An include's pattern.
std::expected<Include, Refusal> parse_include(std::string_view text);

/// `acme/demo`, each may be `*`.
struct Where {
    std::string tenant;
    std::string stage;
};
std::expected<Where, Refusal> parse_where(std::string_view text);

/// Claims that isolation rests on.
inline constexpr std::array<std::string_view, 4> neverExcepted{"NET-1", "ID-1", "DB-1", "TLS-2"};

/// First segments of paths that every task has: a folder of an image there would be hidden, or hide what Tenantry puts.
inline constexpr std::array<std::string_view, 16> takenFolders{"app",   "bin",   "boot",   "dev",  "etc",  "lib",
                                                               "lib32", "lib64", "libx32", "proc", "root", "run",
                                                               "sbin",  "sys",   "tmp",    "usr"};

}  // namespace tenantry::model

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <tenantry/base/cidr.hpp>

namespace tenantry::blueprint {

/// Kinds of subnets inside an environment's block, on every target.
enum class SubnetKind : std::uint8_t { privateTasks, publicIngress, data, egress, endpoints };
inline constexpr std::size_t subnetKinds = 5;
std::string_view to_string(SubnetKind kind);

/// A range inside the environment's own block: `offset` addresses after its start.
struct Relative {
    std::uint32_t offset = 0;
    std::uint8_t prefix = 32;
    auto operator<=>(const Relative&) const = default;

    [[nodiscard]] Cidr in(Cidr block) const { return Cidr{Ipv4{block.base.value + offset}, prefix}; }
    [[nodiscard]] constexpr std::uint32_t size() const { return std::uint32_t{1} << (32 - prefix); }
};

inline constexpr std::uint8_t layoutVersion = 1;
inline constexpr std::uint8_t maxZones = 4;

/// AWS keeps the first four addresses of a subnet and its last one (VPC user guide, "Subnet CIDR blocks"); local does
/// the same, so that both targets give equal addresses.
inline constexpr std::uint32_t firstUsable = 4;
[[nodiscard]] constexpr std::uint32_t usable(Relative subnet) { return subnet.size() - 5; }

/// Layout 1 of a block (/16 to /22): the first half is four zones, each with room for a subnet of every kind, whether
/// the zone is used or not; the second half stays free for ranges from outside. Aligned, disjoint.
Relative subnet(std::uint8_t blockPrefix, std::uint8_t zone, SubnetKind kind);

}  // namespace tenantry::blueprint

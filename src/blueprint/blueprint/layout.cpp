#include <bit>

#include <tenantry/base/check.hpp>
#include <tenantry/blueprint/layout.hpp>

namespace tenantry::blueprint {
namespace {

// Addresses of each kind in one zone, for a block of 2^(32 - prefix) addresses whose first half is four zones. Public
// subnets have at least /27, which an Application Load Balancer needs (ELB user guide, "Availability Zone subnets").
std::array<std::uint32_t, subnetKinds> sizes(std::uint8_t blockPrefix) {
    const std::uint32_t zone = std::uint32_t{1} << (32 - blockPrefix - 3);
    switch (blockPrefix) {
        case 22:
            return {32, 32, 16, 16, 16};
        case 21:
            return {128, 32, 32, 16, 16};
        default:
            return {zone / 2, zone / 8, zone / 8, zone / 16, zone / 16};
    }
}

}  // namespace

std::string_view to_string(SubnetKind kind) {
    switch (kind) {
        case SubnetKind::privateTasks:
            return "private";
        case SubnetKind::publicIngress:
            return "public";
        case SubnetKind::data:
            return "data";
        case SubnetKind::egress:
            return "egress";
        case SubnetKind::endpoints:
            return "endpoints";
    }
    return "";
}

Relative subnet(std::uint8_t blockPrefix, std::uint8_t zone, SubnetKind kind) {
    TENANTRY_CHECK(blockPrefix >= 16 && blockPrefix <= 22 && zone < maxZones, "a block is /16 to /22 with four zones");
    const auto size = sizes(blockPrefix);
    std::uint32_t offset = zone * (std::uint32_t{1} << (32 - blockPrefix - 3));
    for (std::size_t i = 0; i < static_cast<std::size_t>(kind); ++i) offset += size[i];
    const std::uint32_t own = size[static_cast<std::size_t>(kind)];
    return Relative{offset, static_cast<std::uint8_t>(32 - std::countr_zero(own))};
}

}  // namespace tenantry::blueprint

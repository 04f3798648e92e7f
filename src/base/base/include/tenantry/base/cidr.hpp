#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace tenantry {

/// An IPv4 address in host byte order.
struct Ipv4 {
    std::uint32_t value = 0;
    auto operator<=>(const Ipv4&) const = default;

    /// Dotted decimal, four parts, no leading zeros.
    static std::optional<Ipv4> parse(std::string_view text);
    [[nodiscard]] std::string str() const;
};

/// An aligned range of IPv4 addresses: `base` has no bit set beyond `prefix` (0 to 32).
struct Cidr {
    Ipv4 base;
    std::uint8_t prefix = 32;
    auto operator<=>(const Cidr&) const = default;

    /// `10.0.0.0/20`; the reason where it is none (a base with host bits set is refused and the aligned one named).
    static std::expected<Cidr, std::string> parse(std::string_view text);
    [[nodiscard]] std::string str() const;
    [[nodiscard]] std::uint64_t size() const { return std::uint64_t{1} << (32 - prefix); }
    [[nodiscard]] Ipv4 last() const { return Ipv4{static_cast<std::uint32_t>(base.value + (size() - 1))}; }
    [[nodiscard]] bool contains(Ipv4 address) const { return base <= address && address <= last(); }
    [[nodiscard]] bool contains(Cidr other) const { return contains(other.base) && contains(other.last()); }
    [[nodiscard]] bool overlaps(Cidr other) const { return base <= other.last() && other.base <= last(); }
};

}  // namespace tenantry

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include <tenantry/base/cidr.hpp>

namespace tenantry::verify {

/// What a rule can look at. The numbers are positions in a Cube.
enum class Field : std::uint8_t {
    inInterface,
    outInterface,
    source,
    destination,
    protocol,
    sourcePort,
    destinationPort,
    state
};
inline constexpr std::size_t fieldCount = 8;

/// What connection tracking says of a packet (nft `ct state`; one value a packet).
enum class State : std::uint8_t { fresh, established, related, invalid, untracked };
inline constexpr std::uint32_t lastState = 4;

/// IANA protocol numbers that claims speak of; ports exist for TCP and UDP only and are 0 for others.
namespace protocol {
inline constexpr std::uint32_t icmp = 1;
inline constexpr std::uint32_t tcp = 6;
inline constexpr std::uint32_t udp = 17;
}  // namespace protocol

/// Closed range of values of one field.
struct Interval {
    std::uint32_t low = 0;
    std::uint32_t high = std::numeric_limits<std::uint32_t>::max();
    auto operator<=>(const Interval&) const = default;
    [[nodiscard]] bool contains(std::uint32_t value) const { return low <= value && value <= high; }
};

/// All packets whose every field lies in its interval. The default is all packets of the model: whole ranges of
/// addresses, 0-255 protocols, 0-65535 ports, every state, every interface.
struct Cube {
    std::array<Interval, fieldCount> fields{
        Interval{},       Interval{},         Interval{},         Interval{},
        Interval{0, 255}, Interval{0, 65535}, Interval{0, 65535}, Interval{0, lastState}};
    auto operator<=>(const Cube&) const = default;

    [[nodiscard]] const Interval& operator[](Field field) const { return fields[static_cast<std::size_t>(field)]; }
    Interval& operator[](Field field) { return fields[static_cast<std::size_t>(field)]; }
};

/// One concrete packet. Interfaces are positions in Facts::interfaces plus 1; 0 is "none" (made here, or for here).
struct Packet {
    Ipv4 source;
    Ipv4 destination;
    std::uint8_t protocol = 6;
    std::uint16_t sourcePort = 0;
    std::uint16_t destinationPort = 0;
    State state = State::fresh;
    auto operator<=>(const Packet&) const = default;
};

}  // namespace tenantry::verify

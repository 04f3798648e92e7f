#include "packet_text.hpp"

#include <array>

#include <fmt/format.h>

#include "packet_set.hpp"

namespace tenantry::verify {
namespace {

constexpr std::array<std::string_view, lastState + 1> states{"fresh", "established", "related", "invalid", "untracked"};
constexpr std::array<std::string_view, 5> hooks{"prerouting", "input", "forward", "output", "postrouting"};

std::string protocol_text(std::uint32_t number) {
    switch (number) {
        case protocol::icmp:
            return "ICMP";
        case protocol::tcp:
            return "TCP";
        case protocol::udp:
            return "UDP";
        default:
            return fmt::format("protocol {}", number);
    }
}

}  // namespace

std::string_view to_string(State state) { return states[static_cast<std::size_t>(state)]; }
std::string_view to_string(Hook hook) { return hooks[static_cast<std::size_t>(hook)]; }

std::string packet_text(const Packet& packet) {
    const bool ports = has_ports(packet.protocol);
    return fmt::format("{} {}{} -> {}{}{}", protocol_text(packet.protocol), packet.source.str(),
                       ports ? fmt::format(":{}", packet.sourcePort) : "", packet.destination.str(),
                       ports ? fmt::format(":{}", packet.destinationPort) : "",
                       packet.state == State::fresh ? "" : fmt::format(" ({})", to_string(packet.state)));
}

}  // namespace tenantry::verify

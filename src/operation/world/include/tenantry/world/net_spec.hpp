#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/cidr.hpp>

namespace tenantry::world {

struct Mac {
    std::array<std::uint8_t, 6> bytes{};
    auto operator<=>(const Mac&) const = default;
    [[nodiscard]] std::string str() const;  ///< `02:54:0a:00:10:04`
};

/// The other end of a veth pair: a namespace of the same NetSpec and the interface in it.
struct PeerSpec {
    std::string nameSpace;
    std::string interface;
    auto operator<=>(const PeerSpec&) const = default;
};

struct InterfaceSpec {
    std::string name;  ///< at most 15 bytes (IFNAMSIZ of linux/if.h less the NUL)
    Mac mac;
    std::vector<Cidr> addresses;
    PeerSpec peer;
    auto operator<=>(const InterfaceSpec&) const = default;
};

struct RouteSpec {
    Cidr to;
    std::optional<Ipv4> via;
    std::optional<std::string> interface;  ///< nothing: unreachable
    auto operator<=>(const RouteSpec&) const = default;
};

/// A permanent neighbour entry, so that no ARP is needed.
struct NeighbourSpec {
    Ipv4 address;
    Mac mac;
    std::string interface;
    auto operator<=>(const NeighbourSpec&) const = default;
};

struct NamespaceSpec {
    std::string name;  ///< `router`, or the task's
    std::string path;  ///< where it is pinned
    bool forwards = false;
    std::map<std::string, std::string> sysctls;
    std::vector<InterfaceSpec> interfaces;
    std::vector<RouteSpec> routes;
    std::vector<NeighbourSpec> neighbours;
    auto operator<=>(const NamespaceSpec&) const = default;
};

/// A listening unix socket for one host name, handed to a task under a descriptor number.
struct SocketSpec {
    std::string path;  ///< at most 107 bytes (sockaddr_un of unix(7) less the NUL)
    std::string host;
    std::string task;
    std::uint32_t descriptor = 3;
    auto operator<=>(const SocketSpec&) const = default;
};

/// The wanted network of one environment on a machine, but for the rule set.
struct NetSpec {
    std::string platform;
    std::string environment;
    Cidr block;
    std::vector<NamespaceSpec> namespaces;  ///< the router first, then the tasks' in order of their placement
    std::vector<SocketSpec> sockets;
    auto operator<=>(const NetSpec&) const = default;
};

inline constexpr std::uint32_t netSpecVersion = 1;

/// The versioned JSON of docs/local-files.md, `network.json`.
std::string encode(const NetSpec& spec);

}  // namespace tenantry::world

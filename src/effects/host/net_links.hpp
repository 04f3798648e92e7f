#pragma once

// The interfaces of one network namespace, as rtnetlink(7) lists them.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/world/net_spec.hpp>

#include "netlink.hpp"

namespace tenantry::host {

/// A setting of each interface that decides where packets go (ip-sysctl of the kernel's documentation).
struct LinkSetting {
    std::string_view name;  ///< `rp_filter`, below `net.ipv4.conf.`
    std::uint32_t number;   ///< IPV4_DEVCONF_* of linux/ip.h
};
extern const std::array<LinkSetting, 8> linkSettings;
/// What they are in a namespace of an environment: all off, but for `forwarding` where it forwards.
std::uint32_t wanted_setting(const LinkSetting& setting, bool forwards);

/// Bytes of a packet that every link takes (veth's own default).
inline constexpr std::uint32_t linkSize = 1500;

struct KernelLink {
    std::uint32_t index = 0;
    std::string name;
    std::string kind;  ///< `veth`, `ipip`; empty: loopback or a device of the machine
    std::optional<world::Mac> mac;
    bool loopback = false, up = false;
    bool program = false;  ///< XDP: sees packets before everything else
    bool ipv6 = false;     ///< not turned off
    std::uint32_t size = 0;
    std::uint32_t peer = 0;           ///< veth: index of the other end; 0: there is none
    std::optional<std::int32_t> far;  ///< veth: the other end's namespace, by the number that this one has for it
    std::array<std::uint32_t, std::tuple_size_v<decltype(linkSettings)>> settings{};

    [[nodiscard]] bool is_veth() const { return kind == "veth"; }
    /// Fallback devices of tunnels are in every namespace, down, and cannot be taken away. Nothing passes what is down.
    [[nodiscard]] bool is_idle() const { return !up && !is_veth() && !loopback; }
};

Result<std::vector<KernelLink>> list_links(Netlink& route);

/// The number that the socket's namespace has for another one (RTM_GETNSID); nothing: it has none.
Result<std::optional<std::int32_t>> number_of(Netlink& route, int space);

struct VethEnd {
    const world::InterfaceSpec& interface;
    int space;  ///< descriptor of its namespace
};
/// Makes a pair at once with both ends where they belong, down. `near` is in the socket's namespace.
Result<void> add_veth(Netlink& route, const world::InterfaceSpec& near, const VethEnd& far);
/// Takes an interface away; a device that stays for ever is put down. Fine where it is gone.
Result<void> remove_link(Netlink& route, const KernelLink& link);
/// Up, with the size and the settings of an environment's namespace. Nothing is sent where it is so.
Result<void> put_up(Netlink& route, const KernelLink& link, bool forwards);

}  // namespace tenantry::host

#include "net_links.hpp"

#include <cerrno>
#include <cstring>

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

namespace tenantry::host {
namespace {

// The kernel's arrays of settings: IPv4's number 1 stands first, IPv6's number 0 (devinet.c, addrconf.c).
std::uint32_t setting_at(std::span<const std::uint8_t> settings, std::size_t place) {
    std::uint32_t value = 0;
    if (settings.size() >= (place + 1) * sizeof(value))
        std::memcpy(&value, settings.data() + place * sizeof(value), sizeof(value));
    return value;
}

void read_settings(const nlattr& families, KernelLink& link) {
    const Attributes family(families);
    if (const nlattr* ipv4 = family.find(AF_INET)) {
        const Attributes inside(*ipv4);
        for (std::size_t i = 0; i < linkSettings.size(); ++i)
            link.settings[i] = setting_at(inside.bytes(IFLA_INET_CONF), linkSettings[i].number - 1);
    }
    if (const nlattr* ipv6 = family.find(AF_INET6)) {
        const Attributes inside(*ipv6);
        link.ipv6 = inside.has(IFLA_INET6_CONF) && setting_at(inside.bytes(IFLA_INET6_CONF), DEVCONF_DISABLE_IPV6) == 0;
    }
}

KernelLink read_link(const Message& message) {
    const auto& header = message.get<ifinfomsg>();
    const Attributes found(message.header(), sizeof(ifinfomsg));
    KernelLink link{.index = static_cast<std::uint32_t>(header.ifi_index),
                    .name = std::string(found.text(IFLA_IFNAME)),
                    .loopback = (header.ifi_flags & IFF_LOOPBACK) != 0,
                    .up = (header.ifi_flags & IFF_UP) != 0,
                    .size = found.number(IFLA_MTU)};
    if (const nlattr* info = found.find(IFLA_LINKINFO)) link.kind = Attributes(*info).text(IFLA_INFO_KIND);
    if (const auto bytes = found.bytes(IFLA_ADDRESS); bytes.size() == link.mac.emplace().bytes.size())
        std::memcpy(link.mac->bytes.data(), bytes.data(), bytes.size());
    else
        link.mac.reset();
    if (const nlattr* xdp = found.find(IFLA_XDP)) {
        const auto attached = Attributes(*xdp).bytes(IFLA_XDP_ATTACHED);
        link.program = !attached.empty() && attached[0] != XDP_ATTACHED_NONE;
    }
    if (link.is_veth()) link.peer = found.number(IFLA_LINK);
    if (link.is_veth() && found.has(IFLA_LINK_NETNSID))
        link.far = static_cast<std::int32_t>(found.number(IFLA_LINK_NETNSID));
    if (const nlattr* families = found.find(IFLA_AF_SPEC)) read_settings(*families, link);
    return link;
}

ifinfomsg header_of(const KernelLink& link, unsigned flags = 0, unsigned change = 0) {
    return {
        .ifi_family = AF_UNSPEC, .ifi_index = static_cast<int>(link.index), .ifi_flags = flags, .ifi_change = change};
}

void put_end(Request& request, const world::InterfaceSpec& interface) {
    request.text(IFLA_IFNAME, interface.name).bytes(IFLA_ADDRESS, interface.mac.bytes);
}

}  // namespace

const std::array<LinkSetting, 8> linkSettings{{{"forwarding", IPV4_DEVCONF_FORWARDING},
                                               {"rp_filter", IPV4_DEVCONF_RP_FILTER},
                                               {"accept_source_route", IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE},
                                               {"accept_redirects", IPV4_DEVCONF_ACCEPT_REDIRECTS},
                                               {"accept_local", IPV4_DEVCONF_ACCEPT_LOCAL},
                                               {"proxy_arp", IPV4_DEVCONF_PROXY_ARP},
                                               {"route_localnet", IPV4_DEVCONF_ROUTE_LOCALNET},
                                               {"bc_forwarding", IPV4_DEVCONF_BC_FORWARDING}}};

std::uint32_t wanted_setting(const LinkSetting& setting, bool forwards) {
    return setting.number == IPV4_DEVCONF_FORWARDING && forwards ? 1 : 0;
}

Result<std::vector<KernelLink>> list_links(Netlink& route) {
    std::vector<KernelLink> links;
    Request request(RTM_GETLINK, 0, ifinfomsg{});
    request.number(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    for (const Message& message : TRY(wrap(route.list(std::move(request)), "listing interfaces")))
        links.push_back(read_link(message));
    return links;
}

Result<std::optional<std::int32_t>> number_of(Netlink& route, int space) {
    std::optional<std::int32_t> number;
    Request request(RTM_GETNSID, NLM_F_ACK, rtgenmsg{AF_UNSPEC});
    request.number(NETNSA_FD, static_cast<std::uint32_t>(space));
    const Answer answer = TRY(route.ask(request, [&](const nlmsghdr& message) {
        number = static_cast<std::int32_t>(Attributes(message, sizeof(rtgenmsg)).number(NETNSA_NSID));
    }));
    if (answer.error != 0) return fail("asking for the number of a namespace: {}", answer.str());
    if (number == NETNSA_NSID_NOT_ASSIGNED) number.reset();
    return number;
}

Result<void> add_veth(Netlink& route, const world::InterfaceSpec& near, const VethEnd& far) {
    Request request(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
    put_end(request, near);
    request.nest(IFLA_LINKINFO, [&](Request& info) {
        info.text(IFLA_INFO_KIND, "veth").nest(IFLA_INFO_DATA, [&](Request& data) {
            data.nest(VETH_INFO_PEER, [&](Request& peer) {
                peer.header(ifinfomsg{});
                put_end(peer, far.interface);
                peer.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(far.space));
            });
        });
    });
    return wrap(route.tell(request), "making the link {} - {}", near.name, far.interface.name);
}

Result<void> remove_link(Netlink& route, const KernelLink& link) {
    Request request(RTM_DELLINK, NLM_F_ACK, header_of(link));
    if (link.is_idle()) {
        TRY_VOID(route.ask(request));  // whatever the answer is: it may be one that stays
        return {};
    }
    if (!link.is_veth()) {
        Request down(RTM_SETLINK, NLM_F_ACK, header_of(link, 0, IFF_UP));
        TRY_VOID(wrap(route.tell(down, ENODEV), "putting down the interface {}", link.name));
    }
    return wrap(route.tell(request, ENODEV), "removing the interface {}", link.name);
}

Result<void> put_up(Netlink& route, const KernelLink& link, bool forwards) {
    const auto is_right = [&](std::size_t i) { return link.settings[i] == wanted_setting(linkSettings[i], forwards); };
    bool settled = true;
    for (std::size_t i = 0; i < linkSettings.size(); ++i) settled = settled && is_right(i);
    const bool sized = link.loopback || link.size == linkSize;
    if (link.up && settled && sized) return {};
    Request request(RTM_SETLINK, NLM_F_ACK, header_of(link, IFF_UP, IFF_UP));
    if (!sized) request.number(IFLA_MTU, linkSize);
    if (!settled)
        request.nest(IFLA_AF_SPEC, [&](Request& families) {
            families.nest(AF_INET, [&](Request& ipv4) {
                ipv4.nest(IFLA_INET_CONF, [&](Request& settings) {
                    for (std::size_t i = 0; i < linkSettings.size(); ++i)
                        if (!is_right(i))
                            settings.number(static_cast<std::uint16_t>(linkSettings[i].number),
                                            wanted_setting(linkSettings[i], forwards));
                });
            });
        });
    return wrap(route.tell(request), "putting up the interface {}", link.name);
}

}  // namespace tenantry::host

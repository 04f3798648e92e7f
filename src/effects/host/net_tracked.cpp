#include "net_tracked.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "netlink.hpp"

namespace tenantry::host {
namespace {

// Both sides have said that they are done, or one has broken it off.
bool has_ended(std::uint8_t state) {
    return state == TCP_CONNTRACK_LAST_ACK || state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

std::uint8_t byte_of(const Attributes& attributes, std::uint16_t type) {
    const auto bytes = attributes.bytes(type);
    return bytes.empty() ? std::uint8_t{0} : bytes.front();
}

bool counts(const Attributes& connection, Ipv4 to) {
    // Who answers is who it leads to, whatever address was called.
    const nlattr* reply = connection.find(CTA_TUPLE_REPLY);
    const nlattr* ips = reply == nullptr ? nullptr : Attributes(*reply).find(CTA_TUPLE_IP);
    const nlattr* protocol = reply == nullptr ? nullptr : Attributes(*reply).find(CTA_TUPLE_PROTO);
    if (ips == nullptr || protocol == nullptr) return false;
    if (ntohl(Attributes(*ips).number(CTA_IP_V4_SRC)) != to.value) return false;
    if (byte_of(Attributes(*protocol), CTA_PROTO_NUM) != IPPROTO_TCP) return false;
    const nlattr* info = connection.find(CTA_PROTOINFO);
    const nlattr* tcp = info == nullptr ? nullptr : Attributes(*info).find(CTA_PROTOINFO_TCP);
    return tcp == nullptr || !has_ended(byte_of(Attributes(*tcp), CTA_PROTOINFO_TCP_STATE));
}

}  // namespace

Result<std::size_t> count_connections(Ipv4 to) {
    Netlink netfilter = TRY(Netlink::open(NETLINK_NETFILTER));
    Request request((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET, 0, nfgenmsg{AF_INET, NFNETLINK_V0, 0});
    const auto all = TRY(wrap(netfilter.list(std::move(request)), "listing tracked connections"));
    return static_cast<std::size_t>(std::ranges::count_if(
        all, [&](const Message& one) { return counts(Attributes(one.header(), sizeof(nfgenmsg)), to); }));
}

}  // namespace tenantry::host

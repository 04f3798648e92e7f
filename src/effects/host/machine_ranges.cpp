#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <system_error>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <tenantry/host/machine_ranges.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

constexpr Cidr loopback{Ipv4{127u << 24}, 8};
constexpr std::uint8_t widest = 8;
constexpr std::size_t mostRoutes = 1'000'000;

std::string reason(int error) { return std::generic_category().message(error); }

Ipv4 address_of(const sockaddr* address) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, address, sizeof(ipv4));
    return Ipv4{ntohl(ipv4.sin_addr.s_addr)};
}

Cidr range_of(Ipv4 address, std::uint8_t prefix) {
    const std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
    return Cidr{Ipv4{address.value & mask}, prefix};
}

template <class Take>
Result<void> each_address(const Take& take) {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return fail("reading the machine's addresses: {}", reason(errno));
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(first, &freeifaddrs);
    for (const ifaddrs* row = first; row != nullptr; row = row->ifa_next)
        if (row->ifa_addr != nullptr && row->ifa_netmask != nullptr && row->ifa_addr->sa_family == AF_INET) take(*row);
    return {};
}

Result<void> add_addresses(MachineRanges& ranges) {
    return each_address([&](const ifaddrs& row) {
        const auto prefix = static_cast<std::uint8_t>(std::popcount(address_of(row.ifa_netmask).value));
        ranges.push_back({range_of(address_of(row.ifa_addr), prefix), row.ifa_name});
    });
}

std::string route_owner(const std::optional<std::uint32_t>& interface) {
    std::array<char, IF_NAMESIZE> name{};
    if (!interface || if_indextoname(*interface, name.data()) == nullptr) return "a route";
    return std::string("a route over ") + name.data();
}

// What one RTM_NEWROUTE message says; nothing for those that are no range of the machine's.
std::optional<MachineRange> route_of(const nlmsghdr& header, std::string_view message) {
    rtmsg route{};
    if (header.nlmsg_type != RTM_NEWROUTE || header.nlmsg_len < NLMSG_SPACE(sizeof(route))) return std::nullopt;
    const char* bytes = message.data();
    std::memcpy(&route, bytes + NLMSG_HDRLEN, sizeof(route));
    // Own addresses, broadcast and multicast stand in the kernel's table `local`; the addresses are known already.
    const bool leads = route.rtm_type == RTN_UNICAST || route.rtm_type == RTN_BLACKHOLE ||
                       route.rtm_type == RTN_UNREACHABLE || route.rtm_type == RTN_PROHIBIT;
    if (route.rtm_family != AF_INET || !leads || route.rtm_dst_len < widest || route.rtm_dst_len > 32)
        return std::nullopt;
    std::optional<Ipv4> to;
    std::optional<std::uint32_t> interface;
    for (std::size_t at = NLMSG_SPACE(sizeof(route)); at + sizeof(rtattr) <= header.nlmsg_len;) {
        rtattr attribute{};
        std::memcpy(&attribute, bytes + at, sizeof(attribute));
        if (attribute.rta_len < sizeof(attribute) || at + attribute.rta_len > header.nlmsg_len) return std::nullopt;
        std::uint32_t value = 0;
        if (attribute.rta_len >= RTA_LENGTH(sizeof(value)))
            std::memcpy(&value, bytes + at + RTA_LENGTH(0), sizeof(value));
        if (attribute.rta_type == RTA_DST) to = Ipv4{ntohl(value)};
        if (attribute.rta_type == RTA_OIF) interface = value;
        at += RTA_ALIGN(attribute.rta_len);
    }
    if (!to) return std::nullopt;
    return MachineRange{range_of(*to, route.rtm_dst_len), route_owner(interface)};
}

/// True where this was the last datagram of the dump.
Result<bool> take_datagram(std::string_view datagram, MachineRanges& ranges) {
    while (datagram.size() >= NLMSG_HDRLEN) {
        nlmsghdr header{};
        std::memcpy(&header, datagram.data(), sizeof(header));
        if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > datagram.size()) break;
        if (header.nlmsg_type == NLMSG_DONE) return true;
        if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) return fail("the routes changed while they were read");
        if (header.nlmsg_type == NLMSG_ERROR) return fail("the kernel refuses to list its routes");
        if (auto range = route_of(header, datagram.substr(0, header.nlmsg_len))) ranges.push_back(*std::move(range));
        if (ranges.size() > mostRoutes) return fail("there are more than {} routes", mostRoutes);
        datagram.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
    }
    return false;
}

Result<void> add_routes(MachineRanges& ranges) {
    const Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (socket.number() < 0) return fail("reading the machine's routes: {}", reason(errno));
    const timeval ceiling{5, 0};  // the kernel answers at once, or never
    setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &ceiling, sizeof(ceiling));
    struct {
        nlmsghdr header;
        rtmsg route;
    } request{};
    request.header = {sizeof(request), RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, 1, 0};
    request.route.rtm_family = AF_INET;
    if (::send(socket.number(), &request, sizeof(request), 0) < 0)
        return fail("reading the machine's routes: {}", reason(errno));
    // The kernel fills at most 32 KiB (netlink_recvmsg in its net/netlink/af_netlink.c).
    std::string bytes(std::size_t{64} << 10, '\0');
    while (true) {
        const ssize_t got = ::recv(socket.number(), bytes.data(), bytes.size(), MSG_TRUNC);
        if (got < 0 && errno == EINTR) continue;
        if (got > static_cast<ssize_t>(bytes.size())) return fail("reading the machine's routes: an answer too long");
        if (got <= 0) return fail("reading the machine's routes: {}", got == 0 ? "no answer" : reason(errno));
        const std::string_view datagram(bytes.data(), static_cast<std::size_t>(got));
        if (TRY(wrap(take_datagram(datagram, ranges), "reading the machine's routes"))) return {};
    }
}

// A dump that something changed meanwhile is begun again.
Result<MachineRanges> routes_read_at_once() {
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        MachineRanges routes;
        auto done = add_routes(routes);
        if (done) return routes;
        if (attempt == attempts) return std::unexpected(std::move(done.error()));
    }
}

}  // namespace

Result<std::vector<Ipv4>> machine_addresses() {
    std::vector<Ipv4> addresses;
    TRY_VOID(each_address([&](const ifaddrs& row) { addresses.push_back(address_of(row.ifa_addr)); }));
    std::erase_if(addresses, [](Ipv4 address) { return loopback.contains(address); });
    std::ranges::sort(addresses);
    const auto twice = std::ranges::unique(addresses);
    addresses.erase(twice.begin(), twice.end());
    return addresses;
}

Result<MachineRanges> machine_ranges() {
    MachineRanges ranges;
    TRY_VOID(add_addresses(ranges));
    std::set<Cidr> known;
    for (const MachineRange& row : ranges) known.insert(row.range);
    // A connected route says what its address says.
    for (MachineRange& route : TRY(routes_read_at_once()))
        if (!known.contains(route.range)) ranges.push_back(std::move(route));
    std::erase_if(ranges, [](const MachineRange& row) { return loopback.contains(row.range); });
    std::ranges::sort(ranges);
    const auto twice = std::ranges::unique(ranges);
    ranges.erase(twice.begin(), twice.end());
    return ranges;
}

}  // namespace tenantry::host

#include "net_entries.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

namespace tenantry::host {
namespace {

constexpr Cidr loopback{Ipv4{127u << 24}, 8};

std::optional<Ipv4> as_address(std::span<const std::uint8_t> bytes) {
    std::uint32_t value = 0;
    if (bytes.size() != sizeof(value)) return std::nullopt;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return Ipv4{ntohl(value)};
}

std::string address_text(int family, std::span<const std::uint8_t> bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const std::size_t size = family == AF_INET6 ? sizeof(in6_addr) : sizeof(in_addr);
    if (bytes.size() != size || inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr)
        return bytes.empty() ? "everything" : "somebody";
    return text.data();
}

/// Reads rows with the names of the interfaces that they speak of.
class Reader {
  public:
    explicit Reader(const std::vector<KernelLink>& links) : links_(links) {}

    std::optional<Row<KernelAddress>> address(const Message& message) {
        const auto& header = message.get<ifaddrmsg>();
        const Attributes found(message.header(), sizeof(ifaddrmsg));
        const auto local = as_address(found.bytes(IFA_LOCAL));
        const KernelLink* link = at(header.ifa_index);
        Row<KernelAddress> row{std::nullopt, {}, message};
        const bool plain = header.ifa_family == AF_INET && local && as_address(found.bytes(IFA_ADDRESS)) == local;
        if (plain && link != nullptr && link->loopback && *local == Ipv4{loopback.base.value + 1} &&
            header.ifa_prefixlen == loopback.prefix)
            return std::nullopt;
        if (header.ifa_family == AF_INET && local) own_.insert({header.ifa_index, *local});
        const bool listed = link != nullptr && !link->loopback && !link->is_idle();
        if (plain && listed && header.ifa_scope == RT_SCOPE_UNIVERSE)
            row.value = KernelAddress{link->name, *local, header.ifa_prefixlen};
        const bool named = found.has(IFA_LOCAL);
        row.text = fmt::format("the address {}/{} of {}",
                               address_text(header.ifa_family, found.bytes(named ? IFA_LOCAL : IFA_ADDRESS)),
                               header.ifa_prefixlen, name(header.ifa_index));
        return row;
    }

    /// After the addresses: those of table `local` are told apart by them.
    std::optional<Row<world::RouteSpec>> route(const Message& message) {
        const auto& header = message.get<rtmsg>();
        const Attributes found(message.header(), sizeof(rtmsg));
        const std::uint32_t table = found.has(RTA_TABLE) ? found.number(RTA_TABLE) : header.rtm_table;
        const auto base = header.rtm_dst_len == 0 ? Ipv4{} : as_address(found.bytes(RTA_DST)).value_or(Ipv4{});
        if ((header.rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;
        if (table == RT_TABLE_LOCAL && comes_by_itself(header, found.number(RTA_OIF), base)) return std::nullopt;
        Row<world::RouteSpec> row{std::nullopt, {}, message};
        const KernelLink* out = found.has(RTA_OIF) ? at(found.number(RTA_OIF)) : nullptr;
        if (table == RT_TABLE_MAIN && header.rtm_tos == 0 && found.number(RTA_PRIORITY) == 0 && is_plain(found))
            row.value = spec_of(header, found, Cidr{base, header.rtm_dst_len}, out);
        row.text = fmt::format("the route of kind {} to {}/{} in table {}", header.rtm_type, base.str(),
                               header.rtm_dst_len, table);
        return row;
    }

    std::optional<Row<world::NeighbourSpec>> neighbour(const Message& message) {
        const auto& header = message.get<ndmsg>();
        const Attributes found(message.header(), sizeof(ndmsg));
        const auto index = static_cast<std::uint32_t>(header.ndm_ifindex);
        const bool proxied = (header.ndm_flags & NTF_PROXY) != 0;
        if (!proxied && (header.ndm_state & NUD_PERMANENT) == 0) return std::nullopt;
        Row<world::NeighbourSpec> row{std::nullopt, {}, message};
        const auto address = as_address(found.bytes(NDA_DST));
        const auto mac = found.bytes(NDA_LLADDR);
        world::Mac whole;
        if (!proxied && address && mac.size() == whole.bytes.size() && at(index) != nullptr) {
            std::memcpy(whole.bytes.data(), mac.data(), mac.size());
            row.value = world::NeighbourSpec{*address, whole, name(index)};
        }
        row.text = fmt::format("the {} {} on {}", proxied ? "proxied neighbour" : "neighbour",
                               address_text(AF_INET, found.bytes(NDA_DST)), name(index));
        return row;
    }

    static std::optional<Row<DefaultRule>> rule(const Message& message) {
        const auto& header = message.get<fib_rule_hdr>();
        const Attributes found(message.header(), sizeof(fib_rule_hdr));
        const std::uint32_t table = found.has(FRA_TABLE) ? found.number(FRA_TABLE) : header.table;
        const DefaultRule rule{found.number(FRA_PRIORITY), table};
        Row<DefaultRule> row{std::nullopt, fmt::format("the rule {} for table {}", rule.priority, table), message};
        const auto defaults = default_rules();
        const bool narrow = header.src_len != 0 || header.dst_len != 0 || header.tos != 0 || header.flags != 0 ||
                            found.has_other_than({FRA_TABLE, FRA_PRIORITY, FRA_PROTOCOL, FRA_SUPPRESS_PREFIXLEN}) ||
                            (found.has(FRA_SUPPRESS_PREFIXLEN) && found.number(FRA_SUPPRESS_PREFIXLEN) != ~0u);
        if (header.action == FR_ACT_TO_TBL && !narrow && std::ranges::find(defaults, rule) != defaults.end())
            row.value = rule;
        return row;
    }

    std::optional<Row<DefaultRule>> queue(const Message& message) {
        const Attributes found(message.header(), sizeof(tcmsg));
        const std::string_view kind = found.text(TCA_KIND);
        const auto index = static_cast<std::uint32_t>(message.get<tcmsg>().tcm_ifindex);
        const KernelLink* link = at(index);
        if (kind == "noqueue" || kind == "noop" || (link != nullptr && link->is_idle())) return std::nullopt;
        return Row<DefaultRule>{std::nullopt, fmt::format("the queueing discipline {} of {}", kind, name(index)),
                                message};
    }

  private:
    [[nodiscard]] const KernelLink* at(std::uint32_t index) const {
        const auto found = std::ranges::find(links_, index, &KernelLink::index);
        return found == links_.end() ? nullptr : &*found;
    }
    [[nodiscard]] std::string name(std::uint32_t index) const {
        const KernelLink* link = at(index);
        return link == nullptr ? fmt::format("interface {}", index) : link->name;
    }

    // fib_frontend.c, fib_add_ifaddr: a host route to each address; the loopback's range besides.
    [[nodiscard]] bool comes_by_itself(const rtmsg& header, std::uint32_t out, Ipv4 base) const {
        if (header.rtm_protocol != RTPROT_KERNEL) return false;
        const KernelLink* link = at(out);
        if (link != nullptr && link->loopback && loopback.contains(base)) return true;
        return header.rtm_type == RTN_LOCAL && header.rtm_dst_len == 32 && own_.contains({out, base});
    }

    static bool is_plain(const Attributes& found) {
        return !found.has_other_than({RTA_TABLE, RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY});
    }

    static std::optional<world::RouteSpec> spec_of(const rtmsg& header, const Attributes& found, Cidr to,
                                                   const KernelLink* out) {
        if (header.rtm_type == RTN_UNREACHABLE) return world::RouteSpec{to, std::nullopt, std::nullopt};
        if (header.rtm_type != RTN_UNICAST || out == nullptr || out->loopback || out->is_idle()) return std::nullopt;
        return world::RouteSpec{to, as_address(found.bytes(RTA_GATEWAY)), out->name};
    }

    const std::vector<KernelLink>& links_;
    std::set<std::pair<std::uint32_t, Ipv4>> own_;  // addresses, by index of the interface
};

template <class Value, class Read>
Result<void> append(Netlink& route, Request request, std::vector<Row<Value>>& rows, const Read& read) {
    for (const Message& message : TRY(route.list(std::move(request))))
        if (auto row = read(message)) rows.push_back(*std::move(row));
    return {};
}

}  // namespace

std::vector<DefaultRule> default_rules() {
    return {{0, RT_TABLE_LOCAL}, {0x7ffe, RT_TABLE_MAIN}, {0x7fff, RT_TABLE_DEFAULT}};
}

Result<KernelEntries> list_entries(Netlink& route, const std::vector<KernelLink>& links) {
    KernelEntries found;
    Reader reader(links);
    const auto address = [&](const Message& message) { return reader.address(message); };
    const auto way = [&](const Message& message) { return reader.route(message); };
    const auto neighbour = [&](const Message& message) { return reader.neighbour(message); };
    const auto queue = [&](const Message& message) { return reader.queue(message); };
    ndmsg proxies{.ndm_family = AF_INET};
    proxies.ndm_flags = NTF_PROXY;
    TRY_VOID(wrap(append(route, {RTM_GETADDR, 0, ifaddrmsg{}}, found.addresses, address), "listing addresses"));
    TRY_VOID(wrap(append(route, {RTM_GETROUTE, 0, rtmsg{.rtm_family = AF_INET}}, found.routes, way), "listing routes"));
    TRY_VOID(wrap(append(route, {RTM_GETNEIGH, 0, ndmsg{.ndm_family = AF_INET}}, found.neighbours, neighbour),
                  "listing neighbours"));
    TRY_VOID(wrap(append(route, {RTM_GETNEIGH, 0, proxies}, found.neighbours, neighbour), "listing proxies"));
    TRY_VOID(wrap(append(route, {RTM_GETRULE, 0, fib_rule_hdr{.family = AF_INET}}, found.rules, Reader::rule),
                  "listing rules"));
    TRY_VOID(wrap(append(route, {RTM_GETQDISC, 0, tcmsg{}}, found.queues, queue), "listing queues"));
    return found;
}

}  // namespace tenantry::host

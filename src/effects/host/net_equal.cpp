#include <algorithm>
#include <cerrno>

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <tenantry/base/check.hpp>

#include "net_entries.hpp"

namespace tenantry::host {
namespace {

constexpr std::uint16_t create = NLM_F_ACK | NLM_F_CREATE;

std::uint32_t on_wire(Ipv4 address) { return htonl(address.value); }

template <class Value>
std::vector<Value> missing(const std::vector<Value>& wanted, const std::vector<Row<Value>>& there) {
    std::vector<Value> result;
    for (const Value& value : wanted)
        if (std::ranges::none_of(there, [&](const Row<Value>& row) { return row.value == value; }))
            result.push_back(value);
    return result;
}

/// One namespace on its way.
class Equalizer {
  public:
    Equalizer(Netlink& route, const std::vector<KernelLink>& links, const world::NamespaceSpec& spec)
        : route_(route), links_(links), spec_(spec) {}

    Result<void> run() {
        KernelEntries there = TRY(list_entries(route_, links_));
        TRY_VOID(rules(there));
        TRY_VOID(addresses(there));
        for (const KernelLink& link : links_)
            if (!link.is_idle()) TRY_VOID(put_up(route_, link, spec_.forwards));
        TRY_VOID(routes(there));
        return neighbours(there);
    }

  private:
    // An interface never is without an address meanwhile: the kernel would take its routes.
    Result<void> addresses(KernelEntries& there) {
        std::vector<KernelAddress> wanted;
        for (const world::InterfaceSpec& interface : spec_.interfaces)
            for (const Cidr& address : interface.addresses)
                wanted.push_back({interface.name, address.base, address.prefix});
        for (const KernelAddress& address : missing(wanted, there.addresses)) {
            ifaddrmsg header{};
            header.ifa_family = AF_INET;
            header.ifa_prefixlen = address.prefix;
            header.ifa_index = index(address.interface);
            Request request(RTM_NEWADDR, create, header);
            request.number(IFA_LOCAL, on_wire(address.address)).number(IFA_ADDRESS, on_wire(address.address));
            TRY_VOID(wrap(route_.tell(request, EEXIST), "adding the address {} to {}", address.address.str(),
                          address.interface));
        }
        return remove_others(there.addresses, wanted, RTM_DELADDR, EADDRNOTAVAIL);
    }

    Result<void> routes(KernelEntries& there) {
        auto wanting = missing(spec_.routes, there.routes);
        // A gateway is taken only when a route leads to it: those without one come first, the unreachable before all.
        std::ranges::stable_sort(wanting, {}, [](const world::RouteSpec& route) {
            return std::pair(route.interface.has_value(), route.via.has_value());
        });
        for (const world::RouteSpec& route : wanting) {
            rtmsg header{};
            header.rtm_family = AF_INET;
            header.rtm_dst_len = route.to.prefix;
            header.rtm_table = RT_TABLE_MAIN;
            header.rtm_protocol = RTPROT_STATIC;
            header.rtm_scope = route.interface && !route.via ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
            header.rtm_type = route.interface ? RTN_UNICAST : RTN_UNREACHABLE;
            Request request(RTM_NEWROUTE, create | NLM_F_REPLACE, header);
            request.number(RTA_DST, on_wire(route.to.base));
            if (route.via) request.number(RTA_GATEWAY, on_wire(*route.via));
            if (route.interface) request.number(RTA_OIF, index(*route.interface));
            TRY_VOID(wrap(route_.tell(request), "adding the route to {}", route.to.str()));
        }
        // What was replaced is not found again.
        return remove_others(there.routes, spec_.routes, RTM_DELROUTE, ESRCH);
    }

    Result<void> neighbours(KernelEntries& there) {
        for (const world::NeighbourSpec& entry : missing(spec_.neighbours, there.neighbours)) {
            ndmsg header{};
            header.ndm_family = AF_INET;
            header.ndm_ifindex = static_cast<int>(index(entry.interface));
            header.ndm_state = NUD_PERMANENT;
            Request request(RTM_NEWNEIGH, create | NLM_F_REPLACE, header);
            request.number(NDA_DST, on_wire(entry.address)).bytes(NDA_LLADDR, entry.mac.bytes);
            TRY_VOID(wrap(route_.tell(request), "adding the neighbour {}", entry.address.str()));
            // The same address with another hardware address was the same entry.
            std::erase_if(there.neighbours, [&](const Row<world::NeighbourSpec>& row) {
                return row.value && row.value->address == entry.address && row.value->interface == entry.interface;
            });
        }
        return remove_others(there.neighbours, spec_.neighbours, RTM_DELNEIGH, ENOENT);
    }

    Result<void> rules(KernelEntries& there) {
        for (const DefaultRule& rule : missing(default_rules(), there.rules)) {
            fib_rule_hdr header{};
            header.family = AF_INET;
            header.action = FR_ACT_TO_TBL;
            Request request(RTM_NEWRULE, create | NLM_F_EXCL, header);
            request.number(FRA_PRIORITY, rule.priority).number(FRA_TABLE, rule.table);
            TRY_VOID(wrap(route_.tell(request, EEXIST), "adding the rule for table {}", rule.table));
        }
        TRY_VOID(remove_others(there.rules, default_rules(), RTM_DELRULE, ENOENT));
        return remove_others(there.queues, {}, RTM_DELQDISC, ENOENT);
    }

    template <class Value>
    Result<void> remove_others(std::vector<Row<Value>>& there, const std::vector<Value>& wanted, std::uint16_t type,
                               int gone) {
        for (Row<Value>& row : there)
            if (!row.value || std::ranges::find(wanted, *row.value) == wanted.end())
                TRY_VOID(wrap(route_.tell(row.message.as_request(type), gone), "removing {}", row.text));
        return {};
    }

    [[nodiscard]] std::uint32_t index(const std::string& name) const {
        const auto found = std::ranges::find(links_, name, &KernelLink::name);
        TENANTRY_CHECK(found != links_.end(), "an entry of the wanted network is on an interface of its namespace");
        return found->index;
    }

    Netlink& route_;
    const std::vector<KernelLink>& links_;
    const world::NamespaceSpec& spec_;
};

}  // namespace

Result<void> make_equal(Netlink& route, const std::vector<KernelLink>& links, const world::NamespaceSpec& spec) {
    return Equalizer(route, links, spec).run();
}

}  // namespace tenantry::host

#pragma once

// What decides in one network namespace where packets go, as rtnetlink(7) lists it: addresses, routes, neighbours,
// policy rules, queueing disciplines.

#include <optional>
#include <string>
#include <vector>

#include <tenantry/world/net_spec.hpp>

#include "net_links.hpp"

namespace tenantry::host {

/// One object of the kernel's.
template <class Value>
struct Row {
    std::optional<Value> value;  ///< nothing where network.json has no words for it
    std::string text;            ///< what it is, for people: `the route to 10.0.0.0/8 in table 100`
    Message message;             ///< as it was listed
};

struct KernelAddress {
    std::string interface;
    Ipv4 address;
    std::uint8_t prefix = 32;
    auto operator<=>(const KernelAddress&) const = default;
};

/// One of the three rules that a namespace begins with: look into `table` at `priority` (ip-rule(8)).
struct DefaultRule {
    std::uint32_t priority = 0;
    std::uint32_t table = 0;
    auto operator<=>(const DefaultRule&) const = default;
};
std::vector<DefaultRule> default_rules();

/// What the kernel makes by itself is left out: the loopback's own address, the routes of table `local` that come with
/// addresses, neighbours that were learnt, devices without a queue.
struct KernelEntries {
    std::vector<Row<KernelAddress>> addresses;
    std::vector<Row<world::RouteSpec>> routes;
    std::vector<Row<world::NeighbourSpec>> neighbours;  ///< permanent ones, and those answered for (no value)
    std::vector<Row<DefaultRule>> rules;
    std::vector<Row<DefaultRule>> queues;  ///< never with a value
};
Result<KernelEntries> list_entries(Netlink& route, const std::vector<KernelLink>& links);

/// Adds, changes and removes until the namespace's entries are those of the spec. What is equal is not touched.
Result<void> make_equal(Netlink& route, const std::vector<KernelLink>& links, const world::NamespaceSpec& spec);

}  // namespace tenantry::host

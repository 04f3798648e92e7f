#pragma once

#include <array>
#include <vector>

#include <tenantry/verify/facts.hpp>

#include "packet_set.hpp"

namespace tenantry::verify {

/// Where a routing decision may lead; several where routes of the same prefix stand side by side.
struct Exit {
    bool local = false;
    bool nowhere = false;  ///< unreachable, or no route
    std::vector<Index<Interface>> out;
    bool operator==(const Exit&) const = default;
};

/// A device's routing as disjoint ranges of destinations, ascending, each with an index into `exits`.
struct RoutingTable {
    struct Row {
        Interval to;
        std::size_t exit = 0;
    };
    std::vector<Row> rows;
    std::vector<Exit> exits;

    /// What of `packets` takes each exit, in the order of `exits`.
    [[nodiscard]] std::vector<PacketSet> spread(const PacketSet& packets) const;
};

/// The facts' devices, prepared once for many explorations. Looks at the facts, which must outlive it.
class Network {
  public:
    explicit Network(const Facts& facts);

    [[nodiscard]] const Facts& facts() const { return facts_; }
    [[nodiscard]] const RoutingTable& routing(Index<Device> device) const { return devices_[device.at].routing; }
    /// Base chains of a hook in the order in which they act.
    [[nodiscard]] const std::vector<const Chain*>& chains(Index<Device> device, Hook hook) const {
        return devices_[device.at].hooks[static_cast<std::size_t>(hook)];
    }

  private:
    struct Prepared {
        std::array<std::vector<const Chain*>, 5> hooks;
        RoutingTable routing;
    };
    const Facts& facts_;
    std::vector<Prepared> devices_;
};

}  // namespace tenantry::verify

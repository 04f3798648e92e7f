#pragma once

#include <array>
#include <span>
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

/// A rule's cubes, those that name one in-interface apart: a set of (in, out, protocol, port) grows with the square of
/// an environment's tasks, and a packet stands on one interface.
class Match {
  public:
    explicit Match(const Rule& rule);

    [[nodiscard]] std::span<const Cube> on_interface(std::uint32_t in) const;
    [[nodiscard]] std::span<const Cube> elsewhere() const { return std::span(cubes_).subspan(pinned_); }

  private:
    std::vector<Cube> cubes_;  // pinned ones first, by their interface
    std::size_t pinned_ = 0;
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

    /// The matches of a chain's rules, in their order; `chain` is one of the device's own.
    [[nodiscard]] const std::vector<Match>& matches(Index<Device> device, const Chain& chain) const {
        const auto position = &chain - facts_.devices[device.at].chains.data();
        return devices_[device.at].matches[static_cast<std::size_t>(position)];
    }

  private:
    struct Prepared {
        std::vector<std::vector<Match>> matches;
        std::array<std::vector<const Chain*>, 5> hooks;
        RoutingTable routing;
    };
    const Facts& facts_;
    std::vector<Prepared> devices_;
};

}  // namespace tenantry::verify

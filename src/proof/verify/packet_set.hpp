#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <tenantry/verify/facts.hpp>
#include <tenantry/verify/packet.hpp>

namespace tenantry::verify {

/// Position of an interface in a Cube; 0 is "none".
constexpr std::uint32_t field_value(Index<Interface> interface) { return interface.at + 1; }

/// A set of packets as a union of disjoint cubes. Past `cap` cubes the set is lost for good: `overflowed` is true, so
/// is every set made from it, and nothing may be concluded from its cubes.
class PacketSet {
  public:
    static constexpr std::size_t cap = 4096;

    PacketSet() = default;
    explicit PacketSet(const Cube& cube) : cubes_{cube} {}
    /// The cubes may overlap.
    explicit PacketSet(std::span<const Cube> cubes);
    static PacketSet from_disjoint(std::vector<Cube> cubes);

    [[nodiscard]] bool is_empty() const { return cubes_.empty() && !overflowed_; }
    [[nodiscard]] bool overflowed() const { return overflowed_; }
    [[nodiscard]] const std::vector<Cube>& cubes() const { return cubes_; }
    [[nodiscard]] bool contains(std::uint32_t in, std::uint32_t out, const Packet& packet) const;

    /// Takes out what lies in any of `by` and gives it back; the rest stays. `by` may overlap.
    PacketSet split(std::span<const Cube> by);
    void subtract(std::span<const Cube> by);
    void subtract(const PacketSet& other);
    void unite(const PacketSet& other);
    [[nodiscard]] PacketSet intersected(std::span<const Cube> by) const;

    /// The same packets on another interface. All packets of a set must stand on the same interface before.
    void place(std::uint32_t in, std::uint32_t out);
    /// What a translation makes of them; ports change for TCP and UDP only.
    [[nodiscard]] PacketSet translated(const Translate::Target& target) const;

    /// The packet nearest to `wish`: of the cubes the one that agrees with it in most of state, protocol, source,
    /// destination, ports (the earlier weigh more); the first of equals. Nothing where the set is empty.
    [[nodiscard]] std::optional<Packet> sample(const Packet& wish) const;

  private:
    void overflow_if_large();

    std::vector<Cube> cubes_;
    bool overflowed_ = false;
};

/// The cube that holds this packet alone, on any interface.
Cube cube_of(const Packet& packet);
bool lies_in(const Cube& cube, std::uint32_t in, std::uint32_t out, const Packet& packet);
bool has_ports(std::uint32_t protocol);

}  // namespace tenantry::verify

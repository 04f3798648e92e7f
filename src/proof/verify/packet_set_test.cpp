#include "packet_set.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace tenantry::verify {
namespace {

// Two fields of four values: every packet of the model can be asked after.
constexpr std::uint32_t values = 4;

Cube cube(Interval source, Interval port) {
    Cube made;
    made[Field::source] = source;
    made[Field::destinationPort] = port;
    return made;
}

rc::Gen<Interval> intervals() {
    return rc::gen::map(rc::gen::pair(rc::gen::inRange(0U, values), rc::gen::inRange(0U, values)),
                        [](std::pair<unsigned, unsigned> ends) {
                            return Interval{std::min(ends.first, ends.second), std::max(ends.first, ends.second)};
                        });
}

std::vector<Cube> some_cubes() {
    std::vector<Cube> cubes;
    const auto count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) cubes.push_back(cube(*intervals(), *intervals()));
    return cubes;
}

Packet packet(std::uint32_t source, std::uint32_t port) {
    return {Ipv4{source}, Ipv4{7}, protocol::tcp, 1, static_cast<std::uint16_t>(port), State::fresh};
}

bool lies_in_any(const std::vector<Cube>& cubes, const Packet& one) {
    return std::ranges::any_of(cubes, [&](const Cube& c) { return lies_in(c, 0, 0, one); });
}

template <class Law>
void for_all_packets(const Law& law) {
    for (std::uint32_t source = 0; source < values; ++source)
        for (std::uint32_t port = 0; port < values; ++port) law(packet(source, port));
}

void expect_disjoint(const PacketSet& set) {
    for_all_packets([&](const Packet& one) {
        RC_ASSERT(std::ranges::count_if(set.cubes(), [&](const Cube& c) { return lies_in(c, 0, 0, one); }) <= 1);
    });
}

TEST(PacketSet, HoldsWhatItsOperationsSay) {
    EXPECT_TRUE(rc::check([] {
        const auto left = some_cubes();
        const auto right = some_cubes();
        const PacketSet a(left), b(right);
        PacketSet both = a, without = a, rest = a;
        both.unite(b);
        without.subtract(b);
        const PacketSet taken = rest.split(right);
        const PacketSet common = a.intersected(right);
        for_all_packets([&](const Packet& one) {
            const bool inA = lies_in_any(left, one), inB = lies_in_any(right, one);
            RC_ASSERT(a.contains(0, 0, one) == inA);
            RC_ASSERT(both.contains(0, 0, one) == (inA || inB));
            RC_ASSERT(without.contains(0, 0, one) == (inA && !inB));
            RC_ASSERT(rest.contains(0, 0, one) == (inA && !inB));
            RC_ASSERT(taken.contains(0, 0, one) == (inA && inB));
            RC_ASSERT(common.contains(0, 0, one) == (inA && inB));
        });
        for (const PacketSet& set : {a, both, without, rest, taken}) expect_disjoint(set);
    }));
}

TEST(PacketSet, IsEmptyExactlyWhereNothingIsIn) {
    EXPECT_TRUE(rc::check([] {
        const auto cubes = some_cubes();
        PacketSet set(cubes);
        RC_ASSERT(set.is_empty() == cubes.empty());
        set.subtract(set);
        RC_ASSERT(set.is_empty());
        RC_ASSERT(!set.sample({}).has_value());
    }));
}

TEST(PacketSet, SamplesWhatItHolds) {
    EXPECT_TRUE(rc::check([] {
        const PacketSet set(some_cubes());
        const Packet wish = packet(*rc::gen::inRange(0U, values), *rc::gen::inRange(0U, values));
        const auto sample = set.sample(wish);
        RC_ASSERT(sample.has_value() == !set.is_empty());
        if (sample) RC_ASSERT(set.contains(0, 0, *sample));
        if (set.contains(0, 0, wish)) RC_ASSERT(*sample == wish);
    }));
}

TEST(PacketSet, IsLostPastItsCapAndStaysLost) {
    std::vector<Cube> many;
    for (std::uint32_t i = 0; i <= PacketSet::cap; ++i) many.push_back(cube({2 * i, 2 * i}, {0, 0}));
    PacketSet set = PacketSet::from_disjoint(many);
    EXPECT_TRUE(set.overflowed());
    EXPECT_FALSE(set.is_empty());
    PacketSet other(cube({0, 0}, {0, 0}));
    other.unite(set);
    EXPECT_TRUE(other.overflowed());
    PacketSet third(cube({0, 0}, {0, 0}));
    third.subtract(set);
    EXPECT_TRUE(third.overflowed());
    EXPECT_TRUE(set.split(std::array{Cube{}}).overflowed());
    EXPECT_TRUE(set.translated({Ipv4{1}, std::nullopt}).overflowed());

    many.pop_back();
    EXPECT_FALSE(PacketSet::from_disjoint(many).overflowed());
    // Cutting may make more of them than there were.
    PacketSet cutUp = PacketSet::from_disjoint({Cube{}});
    cutUp.subtract(many);
    EXPECT_TRUE(cutUp.overflowed());
}

TEST(PacketSet, TranslatesPortsOnlyWherePortsExist) {
    Cube any;
    any[Field::protocol] = {5, 7};
    const PacketSet moved = PacketSet(any).translated({Ipv4{9}, Port{80}});
    Packet one{Ipv4{1}, Ipv4{9}, protocol::tcp, 5, 80, State::fresh};
    EXPECT_TRUE(moved.contains(0, 0, one));
    one.destinationPort = 81;
    EXPECT_FALSE(moved.contains(0, 0, one));
    one.protocol = 7;
    EXPECT_TRUE(moved.contains(0, 0, one));
    one.destination = Ipv4{8};
    EXPECT_FALSE(moved.contains(0, 0, one));
    expect_disjoint(moved);
}

}  // namespace
}  // namespace tenantry::verify

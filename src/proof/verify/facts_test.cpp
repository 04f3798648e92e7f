#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>

#include "world_for_test.hpp"

namespace tenantry::verify {
namespace {

using test::lending;
using test::World;

const std::string one = "tenant-1/production";

TEST(FactsText, SaysEveryFact) {
    World world = lending(1);
    world.facts.notUnderstood.push_back({std::nullopt, "The table `ip nat` is not known.", {}});
    world.facts.notUnderstood.push_back({Index<EnvironmentFact>{0}, "The rule uses `ct mark`.", {}});
    auto& rules = world.chain(one + "/router", "to-api").rules;
    rules.insert(rules.begin(), {{test::on(Field::destinationPort, 1, 9)}, Jump{6}, false, {}});
    rules.insert(rules.begin(), {{}, Return{}, true, {}});
    world.chain(one + "/router", "relay").rules.push_back({{Cube{}}, Drop{}, true, {}});
    std::get<Translate>(rules.back().action).to.push_back({Ipv4{0x0A001063}, Port{9001}});
    support::expect_golden("verify/facts.txt", to_text(world.facts));
}

// Every way in which a reader could break the tables ends the program with the code of a bug of ours.
void expect_refused(const World& world, const char* what) {
    EXPECT_EXIT(check_invariants(world.facts), ::testing::ExitedWithCode(70), what);
}

TEST(Invariants, HoldForTheWorldThatTheLocalTargetMakes) { check_invariants(lending(2).facts); }

TEST(Invariants, RefuseAnIndexPastItsTable) {
    const char* what = "an index of the facts lies in its table";
    World process = lending(1);
    process.facts.processes[0].device.at = 99;
    expect_refused(process, what);
    World owner = lending(1);
    owner.facts.devices[0].owner = Index<EnvironmentFact>{7};
    expect_refused(owner, what);
    World processOwner = lending(1);
    processOwner.facts.processes[0].owner = Index<EnvironmentFact>{7};
    expect_refused(processOwner, what);
    World proxy = lending(1);
    proxy.facts.proxies[0].process.at = 99;
    expect_refused(proxy, what);
    World socket = lending(1);
    socket.facts.sockets[0].process.at = 99;
    expect_refused(socket, what);
    World peer = lending(1);
    peer.facts.interfaces[0].peer = Index<Interface>{99};
    expect_refused(peer, what);
    World doubt = lending(1);
    doubt.facts.notUnderstood.push_back({Index<EnvironmentFact>{7}, "", {}});
    expect_refused(doubt, what);
}

TEST(Invariants, RefusePeersThatAreNotMutual) {
    World world = lending(1);
    world.facts.interfaces[1].peer = Index<Interface>{3};
    expect_refused(world, "peers are mutual");
}

TEST(Invariants, RefuseAnInterfaceThatItsDeviceDoesNotList) {
    World unlisted = lending(1);
    unlisted.device(one + "/api-1").interfaces.clear();
    unlisted.device(one + "/api-1").routes.clear();
    expect_refused(unlisted, "an interface is listed once by its device");
    World foreign = lending(1);
    foreign.device(one + "/api-1").interfaces.push_back(Index<Interface>{0});
    expect_refused(foreign, "a device lists its own interfaces");
}

TEST(Invariants, RefuseARouteOutOfAnotherDevice) {
    World world = lending(1);
    world.device(one + "/api-1").routes[0].out = Index<Interface>{0};
    expect_refused(world, "a route leads out of its device");
}

TEST(Invariants, RefuseJumpsThatGoAstray) {
    const auto with = [](Action action) {
        World world = lending(1);
        world.chain(one + "/router", "to-api").rules.push_back({{Cube{}}, std::move(action), true, {}});
        return world;
    };
    expect_refused(with(Jump{99}), "a jump stays in its device");
    expect_refused(with(Goto{0}), "a base chain is not jumped to");
    World cycle = with(Jump{6});
    cycle.chain(one + "/router", "to-scoring").rules.push_back({{Cube{}}, Goto{5}, true, {}});
    expect_refused(cycle, "jumps form no cycle");
    expect_refused(with(Jump{5}), "jumps form no cycle");
}

TEST(Invariants, TakeARowOfChainsLongerThanAStack) {
    World world = lending(1);
    auto& chains = world.device(one + "/router").chains;
    for (std::uint32_t i = 0; i < 200'000; ++i) {
        const auto next = static_cast<std::uint32_t>(chains.size()) + 1;
        chains.push_back({"", std::nullopt, {{{Cube{}}, Jump{next}, true, {}}}, {}});
    }
    chains.push_back({"", std::nullopt, {}, {}});
    check_invariants(world.facts);
}

}  // namespace
}  // namespace tenantry::verify

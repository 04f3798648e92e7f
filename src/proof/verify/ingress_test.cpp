#include <gtest/gtest.h>

#include "claims_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

TEST(Net6, NoticesALoadBalancerThatForgetsATask) {
    World world = lending(1);
    world.proxy(one + "/load-balancer-1").routes[0].to.pop_back();
    expect_violated(world, Claim::net6,
                    "tenant-1/production/load-balancer-1 should bring requests under / to web, but it does not know "
                    "web-2 at 10.0.16.6.",
                    "services.web.routes");
}

TEST(Net6, TakesARouteToAServiceThatHasNoTasks) {
    World world = lending(1);
    world.proxy(one + "/load-balancer-1").routes[0].to.clear();
    expect_violated(world, Claim::net6,
                    "tenant-1/production/load-balancer-1 should bring requests under / to web, but it answers them "
                    "itself.",
                    "services.web.routes");
    std::erase_if(world.declared.environments[0].tasks, [](const DeclaredTask& task) { return task.service == "web"; });
    expect_holds(world, Claim::net6);
}

TEST(Net6, NoticesAProxyWithoutADeclaredRoute) {
    World world = lending(1);
    world.proxy(one + "/web-2").routes.pop_back();
    expect_violated(world, Claim::net6,
                    "tenant-1/production/web-2 should bring requests under /api to api, but it has no route /api.",
                    "services.web.routes");
}

TEST(Net6, NoticesAnUpstreamOnAnotherPortOrName) {
    World world = lending(1);
    world.proxy(one + "/web-1").routes[1].to[0].port = Port{9001};
    expect_violated(world, Claim::net6,
                    "tenant-1/production/web-1 should bring requests under /api to api, but api is asked on port 9001.",
                    "services.web.routes");
    World misnamed = lending(1);
    misnamed.proxy(one + "/web-1").routes[1].to[0].host = "apis";
    expect_violated(misnamed, Claim::net6,
                    "tenant-1/production/web-1 should bring requests under /api to api, but apis leads elsewhere or "
                    "nowhere.",
                    "services.web.routes");
    expect_holds(misnamed, Claim::net5);
}

TEST(Net6, NoticesAPrefixThatIsAnsweredBeforeARoute) {
    World world = lending(1);
    world.proxy(one + "/web-1").routes.push_back({"/api/v1", {}, {}});
    expect_violated(world, Claim::net6,
                    "tenant-1/production/web-1 answers requests under /api/v1 itself; api should get them.",
                    "services.web.routes");
    World beside = lending(1);
    beside.proxy(one + "/web-1").routes.push_back({"/apis", {}, {}});
    expect_holds(beside, Claim::net6);
}

TEST(Net6, NoticesAProxyThatListensElsewhere) {
    World world = lending(1);
    world.proxy(one + "/web-1").ports = {Port{8081}};
    expect_violated(world, Claim::net6, "The proxy of tenant-1/production/web-1 does not listen on its port 8080.",
                    "services.web");
}

TEST(Net6, NoticesAHostThatDoesNotComeIn) {
    const std::string start = "A request for tenant-1.lend.localhost does not come to tenant-1/production: ";
    const std::string balancer = "tenant-1/production/load-balancer-1";
    World noEdge = lending(1);
    noEdge.facts.edges.clear();
    expect_violated(noEdge, Claim::net6, start + "the machine has no edge.", "hosts");

    World elsewhere = lending(1);
    elsewhere.facts.edges[0].directory = "/run/tenantry/out/";
    expect_violated(elsewhere, Claim::net6, start + "nobody listens on the socket of that name.", "hosts");

    World descriptor = lending(1);
    descriptor.facts.sockets[0].descriptor = 5;
    expect_violated(descriptor, Claim::net6, start + "no proxy of " + balancer + " reads descriptor 5.", "hosts");

    World holder = lending(1);
    holder.facts.sockets[0].process = holder.process_index(one + "/web-1");
    expect_violated(holder, Claim::net6,
                    start + "tenant-1/production/web-1 holds its socket, which is not its load balancer.", "hosts");

    World other = lending(1);
    other.proxy(balancer).hosts = {test::host("www.elsewhere.example")};
    const Verdict verdict = verdict_of(other, Claim::net6);
    ASSERT_EQ(verdict.findings.size(), 2U) << told(verdict);
    EXPECT_EQ(verdict.findings[0].summary, start + "the proxy of " + balancer + " does not take that host.");

    World any = lending(1);
    any.proxy(balancer).hosts = {};
    const Verdict open = verdict_of(any, Claim::net6);
    ASSERT_EQ(open.findings.size(), 1U) << told(open);
    EXPECT_EQ(open.findings[0].summary, "The proxy of " + balancer + " takes requests for any host.");

    World more = lending(1);
    more.proxy(balancer).hosts.push_back(test::host("www.elsewhere.example"));
    expect_violated(more, Claim::net6,
                    "The proxy of " + balancer +
                        " takes requests for www.elsewhere.example, which tenant-1/production does not declare.",
                    "hosts");
}

}  // namespace
}  // namespace tenantry::verify

#include "net_revoke.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace tenantry::host {
namespace {

constexpr std::string_view rules = R"({"nftables": [
    {"add": {"table": {"family": "inet", "name": "tenantry"}}},
    {"add": {"element": {"family": "inet", "table": "tenantry", "name": "sources", "elem": [{"concat": ["web-1", "10.0.0.4"]}]}}},
    {"add": {"element": {"family": "inet", "table": "tenantry", "name": "sources", "elem": [{"concat": ["api-1", "10.0.0.5"]},
                                                                                           {"concat": ["api-2", "10.0.0.6"]}]}}},
    {"add": {"element": {"family": "inet", "table": "tenantry", "name": "calls", "elem": [{"concat": ["web-1", "api-1", "tcp", 9000]}]}}}
]})";

bool allow(const char* caller, const char* callee, std::uint16_t port, std::uint8_t protocol = IPPROTO_TCP) {
    const auto permits = Permits::read(rules);
    return permits && permits->allow(*Ipv4::parse(caller), *Ipv4::parse(callee), protocol, port);
}

TEST(Permits, AreThoseOfTheRuleSet) {
    EXPECT_TRUE(allow("10.0.0.4", "10.0.0.5", 9000));
    EXPECT_FALSE(allow("10.0.0.5", "10.0.0.4", 9000)) << "the other way";
    EXPECT_FALSE(allow("10.0.0.4", "10.0.0.6", 9000)) << "another task";
    EXPECT_FALSE(allow("10.0.0.4", "10.0.0.5", 9001)) << "another port";
    EXPECT_FALSE(allow("10.0.0.4", "10.0.0.5", 9000, IPPROTO_UDP)) << "another protocol";
    EXPECT_FALSE(allow("10.0.0.7", "10.0.0.5", 9000)) << "an address that nobody has any more";
}

TEST(Permits, OfWhatIsNoRuleSetAreAnError) {
    EXPECT_FALSE(Permits::read("{}"));
    EXPECT_FALSE(Permits::read("no JSON"));
    EXPECT_TRUE(Permits::read(R"({"nftables": []})"));
}

}  // namespace
}  // namespace tenantry::host

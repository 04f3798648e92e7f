#include <gtest/gtest.h>

#include <tenantry/world/json.hpp>

namespace tenantry::world {
namespace {

EnvironmentSpec sample() {
    EnvironmentSpec spec{
        .placement = {"lend", "acme/production"}, .network = {}, .tasks = {}, .texts = {}, .images = {}};
    spec.network.platform = "lend";
    spec.network.block = *Cidr::parse("10.0.16.0/20");
    spec.network.namespaces.push_back({.name = "router",
                                       .path = "/run/x",
                                       .forwards = true,
                                       .sysctls = {{"net.ipv4.ip_forward", "1"}},
                                       .interfaces = {{"api-1", Mac{{2, 0, 0, 0, 0, 1}}, {}, {"api-1", "eth0"}}},
                                       .routes = {{*Cidr::parse("10.0.16.0/20"), std::nullopt, std::nullopt}},
                                       .neighbours = {}});
    spec.tasks.push_back({.name = "api-1",
                          .service = "api",
                          .address = *Ipv4::parse("10.0.16.4"),
                          .health = HealthSpec{.port = 9000, .path = "/healthz"},
                          .digest = "d"});
    spec.texts.push_back({"network.json", "{\"a\": \"\u00e9\"}\n"});
    spec.images.push_back({"lend+api", std::string(64, 'a')});
    return spec;
}

TEST(WorldJson, WhatWasWrittenIsReadBackEqual) {
    const EnvironmentSpec spec = sample();
    const auto back = from_json<EnvironmentSpec>(to_json(spec));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_TRUE(*back == spec);
}

TEST(WorldJson, RefusesMissingAndUnknownMembers) {
    EXPECT_TRUE(from_json<TaskEnd>(R"({"code": 1, "outOfMemory": false})"));
    EXPECT_FALSE(from_json<TaskEnd>(R"({"code": 1})"));
    EXPECT_FALSE(from_json<TaskEnd>(R"({"code": 1, "outOfMemory": false, "more": 1})"));
    EXPECT_FALSE(from_json<TaskEnd>(R"({"code": 1, "outOfMemory": "no"})"));
    EXPECT_FALSE(from_json<TaskEnd>(std::string(1000, '[')));
}

}  // namespace
}  // namespace tenantry::world

#include "balancer_socket.hpp"

#include <array>

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

TEST(DirectingCommands, NoServerIsDrainedBeforeTheOthersServe) {
    const std::array<world::BehindSpec, 3> behind{
        {{.service = "web", .task = "web-1", .serves = false}, {"web", "web-2", true}, {"shop", "shop-1", true}}};
    EXPECT_EQ(directing_commands(behind), "set server web/web-2 state ready; set server web/web-2 health up; "
                                          "set server shop/shop-1 state ready; set server shop/shop-1 health up; "
                                          "set server web/web-1 state drain");
    EXPECT_EQ(directing_commands({}), "");
}

}  // namespace
}  // namespace tenantry::host

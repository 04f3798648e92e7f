#include <gtest/gtest.h>

#include <tenantry/world/selector.hpp>

namespace tenantry::world {
namespace {

Selector parsed(const char* text) { return Selector::parse(text).value(); }

TEST(Selector, MeansAllThatItDoesNotSay) {
    EXPECT_TRUE(parsed("*").matches("acme/production"));
    EXPECT_TRUE(parsed("acme").matches("acme/demo"));
    EXPECT_TRUE(parsed("acme/demo").matches_task("api", "api-1"));
    EXPECT_FALSE(parsed("acme").names_task());
}

TEST(Selector, TakesAPartWholeUnlessThereIsAStar) {
    EXPECT_FALSE(parsed("acme").matches("acme-corp/demo"));
    EXPECT_TRUE(parsed("acme*").matches("acme-corp/demo"));
    EXPECT_TRUE(parsed("*/production").matches("norte/production"));
    EXPECT_FALSE(parsed("*/production").matches("norte/demo"));
    EXPECT_TRUE(parsed("a*c*e/d*").matches("a-c-ce/demo"));
    EXPECT_FALSE(parsed("a*c*e/d*").matches("a-c-c/demo"));
}

TEST(Selector, LastPartIsAServiceOrATask) {
    EXPECT_TRUE(parsed("acme/demo/api").matches_task("api", "api-2"));
    EXPECT_TRUE(parsed("acme/demo/api-2").matches_task("api", "api-2"));
    EXPECT_FALSE(parsed("acme/demo/api-2").matches_task("api", "api-1"));
    EXPECT_TRUE(parsed("acme/demo/*").matches_task("load-balancer", "load-balancer-1"));
}

TEST(Selector, RefusesWhatIsNone) {
    for (const char* text : {"", "/", "acme/", "/demo", "acme/demo/api/1", "Acme", "acme demo", "../x"})
        EXPECT_FALSE(Selector::parse(text)) << text;
}

}  // namespace
}  // namespace tenantry::world

#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/world/probes.hpp>

namespace tenantry::world {
namespace {

TEST(ProbeResults, AreAText) {
    support::expect_golden("world/probes.json",
                           to_text(std::vector<ProbeResult>{{"web-1", "", "10.0.0.4", 9000, true},
                                                            {"api-1", "10.0.0.5", "10.0.0.6", 5432, false}}));
}

}  // namespace
}  // namespace tenantry::world

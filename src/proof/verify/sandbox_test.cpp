#include <gtest/gtest.h>

#include <tenantry/verify/sandbox.hpp>

namespace tenantry::verify {
namespace {

TEST(Sandbox, NamesComeBack) {
    for (unsigned bit = 0; bit <= 40; ++bit) {
        const std::string name = capability_names(std::uint64_t{1} << bit);
        EXPECT_EQ(capability_from_string(name), bit) << name;
    }
    EXPECT_EQ(capability_names(0), "");
    EXPECT_EQ(capability_names(0b10'0001 | std::uint64_t{1} << 41), "CAP_CHOWN, CAP_KILL, capability 41");
    EXPECT_FALSE(capability_from_string("CAP_EVERYTHING"));
    for (std::size_t i = 0; i < spaceCount; ++i) {
        const auto space = static_cast<Space>(i);
        EXPECT_EQ(space_from_string(to_string(space)), space);
    }
    EXPECT_FALSE(space_from_string("time"));
}

}  // namespace
}  // namespace tenantry::verify

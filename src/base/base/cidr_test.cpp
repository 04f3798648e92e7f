#include <gtest/gtest.h>

#include <tenantry/base/cidr.hpp>

namespace tenantry {
namespace {

TEST(Ipv4, ReadsDottedDecimalAlone) {
    EXPECT_EQ(Ipv4::parse("10.0.16.4"), (Ipv4{0x0A001004}));
    EXPECT_EQ(Ipv4::parse("255.255.255.255")->str(), "255.255.255.255");
    for (const char* bad :
         {"", "10", "10.0.0", "10.0.0.0.0", "256.0.0.1", "010.0.0.1", "1.2.3.-4", "1.2.3.4 ", "0x1.2.3.4", "1..2.3"})
        EXPECT_FALSE(Ipv4::parse(bad)) << bad;
}

TEST(Cidr, RefusesARangeThatIsNotAlignedAndNamesTheAlignedOne) {
    EXPECT_EQ(Cidr::parse("10.0.16.0/20")->str(), "10.0.16.0/20");
    const auto unaligned = Cidr::parse("10.0.17.0/20");
    ASSERT_FALSE(unaligned);
    EXPECT_EQ(unaligned.error(), "a /20 range begins at 10.0.16.0, not at 10.0.17.0");
    for (const char* bad : {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "/8"})
        EXPECT_FALSE(Cidr::parse(bad)) << bad;
}

TEST(Cidr, KnowsItsEnds) {
    const Cidr all = *Cidr::parse("0.0.0.0/0");
    EXPECT_EQ(all.last().str(), "255.255.255.255");
    EXPECT_EQ(all.size(), std::uint64_t{1} << 32);
    const Cidr block = *Cidr::parse("10.0.16.0/20");
    EXPECT_TRUE(block.contains(*Ipv4::parse("10.0.31.255")));
    EXPECT_FALSE(block.contains(*Ipv4::parse("10.0.32.0")));
    EXPECT_TRUE(all.contains(block));
    EXPECT_FALSE(block.contains(all));
    EXPECT_TRUE(block.overlaps(all));
    EXPECT_FALSE(block.overlaps(*Cidr::parse("10.0.32.0/20")));
}

}  // namespace
}  // namespace tenantry

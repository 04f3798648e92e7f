#include <gtest/gtest.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/network_use.hpp>

namespace tenantry::blueprint {
namespace {

struct ReadLock {
    Sources sources;
    SourceId text;
    Lock lock;

    explicit ReadLock(const std::string& blocks) {
        text = sources.add("platform.lock", "tenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\n" + blocks);
        Diagnostics diagnostics;
        lock = *read_lock(sources, text, diagnostics);
    }
};

const std::string three = R"(block 10.0.0.0/20 acme/demo layout=1 uid=1048576 gen=1
retired 10.0.16.0/20 oldbank/demo uid=1114112 gen=2
block 10.0.32.0/20 zeta/demo layout=1 uid=1179648 gen=1
)";

TEST(PoolUse, CountsEveryBlockOfThePoolOnce) {
    const ReadLock read(three);
    const model::Network network{
        *Cidr::parse("10.0.0.0/16"), 20, {*Cidr::parse("10.0.64.0/19"), *Cidr::parse("10.9.0.0/16")}};
    const PoolUse use = pool_use(read.lock, network);
    EXPECT_EQ(use.blocks, 16u);
    EXPECT_EQ(use.avoided, 2u);
    EXPECT_EQ(use.active, 2u);
    EXPECT_EQ(use.retired, 1u);
    EXPECT_EQ(use.free, 11u);
    EXPECT_EQ(use.next->str(), "10.0.48.0/20");
    EXPECT_EQ(use.freeUids, (0xFFFF'0000u - firstUid) / uidsPerEnvironment - 3);
    EXPECT_FALSE(pool_use(read.lock, {*Cidr::parse("10.0.0.0/19"), 20, {}}).next);
}

TEST(Reclaim, FreesARetiredBlockForTheNextEnvironment) {
    const ReadLock read(three);
    Diagnostics diagnostics;
    const std::vector<std::string> names{"oldbank/demo"};
    const auto left = reclaim(read.lock, names, read.text, diagnostics);
    ASSERT_TRUE(left);
    const std::vector<Wanted> wanted{{*TenantName::parse("norte"), *StageName::parse("demo"), {}, {}}};
    const auto allocation = allocate(*left, wanted, {}, diagnostics);
    ASSERT_TRUE(allocation);
    EXPECT_EQ(allocation->lock.blocks[1].name(), "norte/demo");
    EXPECT_EQ(allocation->lock.blocks[1].block.str(), "10.0.16.0/20");
    EXPECT_EQ(allocation->lock.blocks[1].uids.first, 1114112u);
}

TEST(Reclaim, TakesNothingFromAnActiveOneAndTellsEveryNameThatIsWrong) {
    const ReadLock read(three);
    Diagnostics diagnostics;
    const std::vector<std::string> names{"acme/demo", "oldbank/demo", "oldbnk/demo"};
    EXPECT_FALSE(reclaim(read.lock, names, read.text, diagnostics));
    ASSERT_EQ(diagnostics.all().size(), 2u);
    EXPECT_EQ(diagnostics.all()[0].code, &code::blockActive);
    EXPECT_EQ(read.sources.position(read.text, diagnostics.all()[0].at.begin).line, 3u);
    EXPECT_EQ(diagnostics.all()[1].code, &code::notInLock);
    EXPECT_EQ(diagnostics.all()[1].help, "did you mean `oldbank/demo`?");
}

}  // namespace
}  // namespace tenantry::blueprint

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/blueprint/codes.hpp>
#include <tenantry/blueprint/lock.hpp>

namespace tenantry::blueprint {
namespace {

Wanted wanted(const std::string& tenant, const std::string& stage = "production") {
    return {*TenantName::parse(tenant), *StageName::parse(stage), {}};
}

model::Network network(const char* pool, std::uint8_t prefix, std::initializer_list<const char*> avoid = {}) {
    model::Network network{*Cidr::parse(pool), prefix, {}};
    for (const char* range : avoid) network.avoid.push_back(*Cidr::parse(range));
    return network;
}

std::optional<Lock> read(const std::string& text, Diagnostics& diagnostics) {
    Sources sources;
    const SourceId id = sources.add("platform.lock", text);
    return read_lock(sources, id, diagnostics);
}

const std::string good = R"(tenantry-lock 1
platform lend 7f3c0e5a91d2ab03
block 10.0.0.0/20 acme/demo aws=111111111111 layout=1 uid=1048576 gen=1
block 10.0.16.0/20 acme/production layout=1 uid=1114112 gen=3
retired 10.0.32.0/20 oldbank/demo uid=1179648 gen=1
)";

TEST(Lock, ComesBackFromItsText) {
    Diagnostics diagnostics;
    const auto lock = read(good, diagnostics);
    ASSERT_TRUE(lock) << diagnostics.all().front().detail;
    EXPECT_EQ(to_text(*lock), good);
    EXPECT_EQ(lock->blocks[0].account, "111111111111");
    EXPECT_TRUE(lock->blocks[2].retired);
}

TEST(Lock, GivesTheLowestFreeBlockInOrderOfNames) {
    Diagnostics diagnostics;
    const std::vector<Wanted> all{wanted("norte"), wanted("acme"), wanted("acme", "demo")};
    const auto allocation =
        allocate({"lend", "7f3c0e5a91d2ab03", {}}, all, network("10.0.0.0/8", 20, {"10.0.16.0/20"}), diagnostics);
    ASSERT_TRUE(allocation);
    EXPECT_EQ(allocation->added, (std::vector<std::string>{"acme/demo", "acme/production", "norte/production"}));
    EXPECT_EQ(to_text(allocation->lock), R"(tenantry-lock 1
platform lend 7f3c0e5a91d2ab03
block 10.0.0.0/20 acme/demo layout=1 uid=1048576 gen=1
block 10.0.32.0/20 acme/production layout=1 uid=1114112 gen=1
block 10.0.48.0/20 norte/production layout=1 uid=1179648 gen=1
)");
}

TEST(Lock, ARetiredEnvironmentComesBackToItsBlockWithTheNextGeneration) {
    Diagnostics diagnostics;
    const auto lock = read(good, diagnostics);
    const std::vector<Wanted> all{wanted("oldbank", "demo")};
    const auto allocation = allocate(*lock, all, network("10.0.0.0/8", 20), diagnostics);
    ASSERT_TRUE(allocation);
    EXPECT_EQ(allocation->lock.blocks[2].generation, 2u);
    EXPECT_FALSE(allocation->lock.blocks[2].retired);
    EXPECT_EQ(allocation->lock.blocks[2].block.str(), "10.0.32.0/20");
}

TEST(Lock, AGenerationNeverWrapsAround) {
    const std::string head =
        "tenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\nretired 10.0.0.0/20 oldbank/demo uid=1048576 gen=";
    Diagnostics diagnostics;
    EXPECT_FALSE(read(head + "4294967295\n", diagnostics));
    const auto lock = read(head + "1000000\n", diagnostics);
    ASSERT_TRUE(lock);
    const std::vector<Wanted> all{wanted("oldbank", "demo")};
    EXPECT_FALSE(allocate(*lock, all, network("10.0.0.0/8", 20), diagnostics));
}

TEST(Lock, NobodyGetsTheBlockOrIdsOfARetiredEnvironment) {
    Diagnostics diagnostics;
    const auto lock = read(good, diagnostics);
    const std::vector<Wanted> all{wanted("new")};
    const auto allocation = allocate(*lock, all, network("10.0.0.0/8", 20), diagnostics);
    ASSERT_TRUE(allocation);
    EXPECT_EQ(allocation->lock.blocks.back().block.str(), "10.0.48.0/20");
    EXPECT_EQ(allocation->lock.blocks.back().uids.first, 1048576u + 3 * 65536);
}

RC_GTEST_PROP(Lock, WhatIsGivenNeverMovesWhateverComesAndGoes, ()) {
    const model::Network net = network("10.0.0.0/12", 20, {"10.2.0.0/15", "10.0.64.0/18"});
    const auto steps = *rc::gen::container<std::vector<std::vector<int>>>(
        rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 30)));
    Lock lock{"lend", "7f3c0e5a91d2ab03", {}};
    std::map<std::string, std::pair<Cidr, std::uint32_t>> given;
    for (const auto& step : steps) {
        std::vector<Wanted> all;
        for (const int i : step) all.push_back(wanted("t" + std::to_string(i)));
        std::ranges::sort(all, {}, [](const Wanted& w) { return w.tenant; });
        const auto twice = std::ranges::unique(all, {}, [](const Wanted& w) { return w.tenant; });
        all.erase(twice.begin(), twice.end());
        Diagnostics diagnostics;
        const auto allocation = allocate(lock, all, net, diagnostics);
        RC_ASSERT(allocation.has_value());
        lock = allocation->lock;
        std::set<Cidr> blocks;
        for (const LockedBlock& block : lock.blocks) {
            const auto [row, fresh] = given.emplace(block.name(), std::pair(block.block, block.uids.first));
            RC_ASSERT(row->second == std::pair(block.block, block.uids.first));
            RC_ASSERT(blocks.insert(block.block).second);
            RC_ASSERT(net.pool.contains(block.block));
            for (const Cidr avoid : net.avoid) RC_ASSERT(!avoid.overlaps(block.block));
        }
        Diagnostics again;
        RC_ASSERT(read(to_text(lock), again).has_value());
    }
}

TEST(Lock, SaysWhenThePoolIsFull) {
    Diagnostics diagnostics;
    const std::vector<Wanted> all{wanted("a"), wanted("b"), wanted("c")};
    EXPECT_FALSE(allocate({"lend", "7f3c0e5a91d2ab03", {}}, all, network("10.0.0.0/19", 20), diagnostics));
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].code, &code::poolFull);
    EXPECT_NE(diagnostics.all()[0].detail.find("c/production"), std::string::npos);
}

TEST(Lock, SaysWhenNoIdsAreLeftInsteadOfGivingOnesTwice) {
    Lock lock{"lend", "7f3c0e5a91d2ab03", {}};
    std::uint32_t address = 192u << 24;
    for (std::uint64_t uid = firstUid; uid < 0xFFFF'0000; uid += uidsPerEnvironment)
        lock.blocks.push_back({Cidr{Ipv4{address++}, 32},
                               *TenantName::parse("t" + std::to_string(uid)),
                               *StageName::parse("demo"),
                               {},
                               layoutVersion,
                               UidRange{static_cast<std::uint32_t>(uid)},
                               1,
                               true,
                               {}});
    Diagnostics diagnostics;
    const std::vector<Wanted> one{wanted("acme")};
    EXPECT_FALSE(allocate(lock, one, network("10.0.0.0/8", 20), diagnostics));
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].code, &code::poolFull);

    const UidRange last = lock.blocks.back().uids;
    lock.blocks.pop_back();
    const auto allocation = allocate(lock, one, network("10.0.0.0/8", 20), diagnostics);
    ASSERT_TRUE(allocation);
    EXPECT_EQ(allocation->lock.blocks.front().uids, last);
}

TEST(Lock, IdsBeginWhereTheLocksOwnIdSays) {
    Diagnostics diagnostics;
    const std::vector<Wanted> two{wanted("a"), wanted("b")};
    // 65,519 ranges in all: the last one, and behind it the first one again.
    const auto given = allocate({"lend", "000000000000ffee", {}}, two, network("10.0.0.0/8", 20), diagnostics);
    ASSERT_TRUE(given);
    EXPECT_EQ(given->lock.blocks[0].uids.first, 0xFFFF'0000u - uidsPerEnvironment);
    EXPECT_EQ(given->lock.blocks[1].uids.first, firstUid);
}

TEST(Lock, RangesToAvoidThatHoldTheWholePoolLeaveNoRoom) {
    Diagnostics diagnostics;
    const std::vector<Wanted> all{wanted("a")};
    EXPECT_FALSE(allocate({"lend", "7f3c0e5a91d2ab03", {}}, all,
                          network("10.0.0.0/12", 20, {"10.0.0.0/20", "10.0.0.0/8"}), diagnostics));
}

struct BadLock {
    const char* name;
    std::string text;
    const CodeInfo* code;
};
class BadLocks : public testing::TestWithParam<BadLock> {};

TEST_P(BadLocks, AreToldAtTheirLine) {
    Diagnostics diagnostics;
    EXPECT_FALSE(read(GetParam().text, diagnostics));
    ASSERT_FALSE(diagnostics.empty());
    EXPECT_EQ(diagnostics.all()[0].code, GetParam().code) << diagnostics.all()[0].detail;
}

const std::string head = "tenantry-lock 1\nplatform lend 7f3c0e5a91d2ab03\n";
INSTANTIATE_TEST_SUITE_P(
    Texts, BadLocks,
    testing::Values(
        BadLock{"empty", "", &code::lockSyntax},
        BadLock{"version", "tenantry-lock 2\nplatform lend 7f3c0e5a91d2ab03\n", &code::lockSyntax},
        BadLock{"noPlatform", "tenantry-lock 1\n", &code::lockSyntax},
        BadLock{"shortId", "tenantry-lock 1\nplatform lend 7f\n", &code::lockSyntax},
        BadLock{"carriageReturn", "tenantry-lock 1\r\nplatform lend 7f3c0e5a91d2ab03\r\n", &code::lockSyntax},
        BadLock{
            "order",
            head +
                "block 10.0.16.0/20 a/b layout=1 uid=1048576 gen=1\nblock 10.0.0.0/20 c/b layout=1 uid=1114112 gen=1\n",
            &code::lockSyntax},
        BadLock{
            "sameBlock",
            head +
                "block 10.0.0.0/20 a/b layout=1 uid=1048576 gen=1\nblock 10.0.0.0/20 c/b layout=1 uid=1114112 gen=1\n",
            &code::lockTwice},
        BadLock{
            "overlap",
            head +
                "block 10.0.0.0/16 a/b layout=1 uid=1048576 gen=1\nblock 10.0.16.0/20 c/b layout=1 uid=1114112 gen=1\n",
            &code::lockTwice},
        BadLock{
            "sameUid",
            head +
                "block 10.0.0.0/20 a/b layout=1 uid=1048576 gen=1\nblock 10.0.16.0/20 c/b layout=1 uid=1048576 gen=1\n",
            &code::lockTwice},
        BadLock{"oddUid", head + "block 10.0.0.0/20 a/b layout=1 uid=1048577 gen=1\n", &code::lockSyntax},
        BadLock{"hostUid", head + "block 10.0.0.0/20 a/b layout=1 uid=65536 gen=1\n", &code::lockSyntax},
        BadLock{"unaligned", head + "block 10.0.0.1/20 a/b layout=1 uid=1048576 gen=1\n", &code::lockSyntax},
        BadLock{"layout", head + "block 10.0.0.0/20 a/b layout=2 uid=1048576 gen=1\n", &code::lockSyntax},
        BadLock{"words", head + "block 10.0.0.0/20 a/b layout=1 uid=1048576 gen=1 x\n", &code::lockSyntax},
        BadLock{"conflict",
                head + "<<<<<<< HEAD\nblock 10.0.0.0/20 a/b layout=1 uid=1048576 gen=1\n=======\n>>>>>>> x\n",
                &code::lockConflict},
        BadLock{"hugeNumber", head + "block 10.0.0.0/20 a/b layout=1 uid=99999999999999999999 gen=1\n",
                &code::lockSyntax}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace tenantry::blueprint

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tenantry/model/units.hpp>

namespace tenantry::model {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadWhatPeopleWrite) {
    EXPECT_EQ(parse_cpu("0.25")->units, 256u);
    EXPECT_EQ(parse_cpu("2")->units, 2048u);
    EXPECT_EQ(parse_bytes("256MiB")->count, std::uint64_t{256} << 20);
    EXPECT_EQ(parse_duration("35d"), Duration{35 * 24h});
    EXPECT_EQ(parse_duration("250ms"), Duration{250ms});
    EXPECT_EQ(*parse_tasks("2..6"), (TaskCount{2, 6, true}));
    EXPECT_EQ(*parse_tasks("0"), (TaskCount{0, 0, false}));
    EXPECT_EQ(parse_port("65535")->number, 65535);
}

TEST(Units, RefuseEverythingElse) {
    for (const char* bad : {"", "0", "-1", "65", "1.", ".5", "0.12345", "1e3", "0x1", "64.0001", "1,5"})
        EXPECT_FALSE(parse_cpu(bad)) << bad;
    for (const char* bad :
         {"", "256", "256MB", "0MiB", "1.5GiB", "65TiB", "99999999999999GiB", "MiB", "-1MiB", "256 MiB"})
        EXPECT_FALSE(parse_bytes(bad)) << bad;
    for (const char* bad : {"", "30", "30 s", "1w", "3651d", "-1s", "s", "1.5h", "99999999999999d"})
        EXPECT_FALSE(parse_duration(bad)) << bad;
    for (const char* bad : {"", "-1", "1001", "0..3", "3..2", "1..", "..2", "1...2", "two", "01"})
        EXPECT_FALSE(parse_tasks(bad)) << bad;
    for (const char* bad : {"0", "65536", "-1", "+1", "080", ""}) EXPECT_FALSE(parse_port(bad)) << bad;
}

RC_GTEST_PROP(Units, ComeBackFromTheirText, ()) {
    const Cpu cpu{*rc::gen::inRange<std::uint32_t>(1, 64 * 1024 + 1)};
    RC_ASSERT(*parse_cpu(to_string(cpu)) == cpu);
    const Bytes bytes{*rc::gen::inRange<std::uint64_t>(1, 1 << 20) << 10};
    RC_ASSERT(*parse_bytes(to_string(bytes)) == bytes);
    const Duration duration{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
    RC_ASSERT(*parse_duration(to_string(duration)) == duration);
    const auto low = *rc::gen::inRange<std::uint32_t>(1, 1001);
    const TaskCount tasks{low, *rc::gen::inRange<std::uint32_t>(low, 1001), true};
    RC_ASSERT(*parse_tasks(to_string(tasks)) == tasks);
}

}  // namespace
}  // namespace tenantry::model

#include <algorithm>

#include <gtest/gtest.h>

#include <tenantry/view/top.hpp>

namespace tenantry::view {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t mebibyte = 1 << 20;

world::TaskUsage taken(const char* environment, const char* task, int pid, std::int64_t cpuNs, std::uint64_t memory,
                       std::uint64_t most = 256 * mebibyte, std::uint64_t processes = 3) {
    return {{"lend", environment}, task, pid, cpuNs, memory, most, processes, 0};
}

const world::Usage before{
    10 * second,
    {taken("acme/demo", "api-1", 10, 5 * second, 0), taken("acme/demo", "web-1", 11, 7 * second, 0),
     taken("norte/demo", "api-1", 20, 9 * second, 0)}};
const world::Usage now{12 * second,
                       {taken("acme/demo", "api-1", 10, 5 * second + 400'000'000, 10 * mebibyte),
                        taken("acme/demo", "web-1", 12, second / 5, 20 * mebibyte),  // another process by now
                        taken("norte/demo", "api-1", 20, 10 * second, 5 * mebibyte),
                        taken("norte/demo", "books-1", 21, 0, 150 * mebibyte, 0)}};

TEST(Loads, AreOfTheTimeBetweenTwoReadings) {
    const auto loads = loads_of(before, now, LoadOrder::cpu);
    ASSERT_EQ(loads.size(), 2U);
    EXPECT_EQ(loads[0].placement.environment, "norte/demo");
    EXPECT_EQ(loads[0].load.cpuTenths, 500) << "a second of two";
    EXPECT_EQ(loads[1].load.cpuTenths, 300);
    EXPECT_EQ(loads[1].tasks[0].task, "api-1");
    EXPECT_EQ(loads[1].tasks[0].load.cpuTenths, 200);
    EXPECT_EQ(loads[1].tasks[1].load.cpuTenths, 100) << "a new process counts from its beginning";
}

TEST(Loads, AreSummedForEachEnvironment) {
    const auto loads = loads_of(before, now, LoadOrder::name);
    EXPECT_EQ(loads[0].load.memory, 30 * mebibyte);
    EXPECT_EQ(loads[0].load.mostMemory, 512 * mebibyte);
    EXPECT_EQ(loads[0].load.processes, 6U);
    EXPECT_EQ(loads[1].load.mostMemory, 0U) << "one without a limit, and so the sum";
}

TEST(Loads, AreSortedAsAsked) {
    EXPECT_EQ(loads_of(before, now, LoadOrder::memory)[0].tasks[0].task, "books-1");
    EXPECT_EQ(loads_of(before, now, LoadOrder::name)[1].tasks[0].task, "api-1");
    EXPECT_EQ(loads_of(before, now, LoadOrder::processes)[0].placement.environment, "acme/demo");
    EXPECT_TRUE(loads_of({}, {}, LoadOrder::cpu).empty());
}

TEST(TopText, IsATableWithSums) {
    EXPECT_EQ(top_text(loads_of(before, now, LoadOrder::cpu), {}),
              "                                   CPU     MEMORY      LIMIT   PIDS\n"
              "2 environments                  80.0 %    185 MiB          -     12\n"
              "norte/demo                      50.0 %    155 MiB          -      6\n"
              "  api-1                         50.0 %    5.0 MiB    256 MiB      3\n"
              "  books-1                        0.0 %    150 MiB          -      3\n"
              "acme/demo                       30.0 %   30.0 MiB    512 MiB      6\n"
              "  api-1                         20.0 %   10.0 MiB    256 MiB      3\n"
              "  web-1                         10.0 %   20.0 MiB    256 MiB      3\n");
    EXPECT_EQ(top_text({}, {}), "Nothing runs on this machine.\n");
}

TEST(TopText, FitsTheRowsOfATerminal) {
    const auto loads = loads_of(before, now, LoadOrder::cpu);
    for (const std::size_t rows : {4U, 6U, 8U, 20U}) {
        const std::string text = top_text(loads, {}, rows);
        EXPECT_LE(static_cast<std::size_t>(std::ranges::count(text, '\n')), rows);
        EXPECT_EQ(text.find("lines more") == std::string::npos, rows >= 8) << text;
    }
}

TEST(TopJson, HasBytesAndTenths) {
    JsonText json;
    json.object();
    top_json(loads_of(before, now, LoadOrder::name), json);
    json.end();
    const std::string text = std::move(json).take();
    EXPECT_NE(
        text.find(R"({ "name": "web-1", "pid": 12, "cpuTenths": 100, "memory": 20971520, "mostMemory": 268435456, )"
                  R"("processes": 3 })"),
        std::string::npos)
        << text;
}

}  // namespace
}  // namespace tenantry::view

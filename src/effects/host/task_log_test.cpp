#include "task_log.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view log = "2026-11-24T10:00:00.000000001+00:00 stdout F ready\n"
                                 "2026-11-24T10:00:01.000000001+00:00 stdout P one \n"
                                 "2026-11-24T10:00:01.000000002+00:00 stderr F trouble\n"
                                 "2026-11-24T10:00:01.000000003+00:00 stdout F line\n"
                                 "2026-11-24T10:00:02.000000001+00:00 stdout F \n"
                                 "2026-11-24T10:00:03.000000001+00:00 stdout F 2026 stdout F not a frame\n";

TEST(TaskLog, TakesTheFrameAwayAndPutsPartsTogetherByStream) {
    EXPECT_EQ(last_lines_of(log, 9), (Lines{"ready", "trouble", "one line", "", "2026 stdout F not a frame"}));
}

TEST(TaskLog, GivesTheLastLinesOldestFirst) {
    EXPECT_EQ(last_lines_of(log, 2), (Lines{"", "2026 stdout F not a frame"}));
    EXPECT_EQ(last_lines_of(log, 0), Lines{});
    EXPECT_EQ(last_lines_of("", 3), Lines{});
}

TEST(TaskLog, ShowsALineThatIsNotEnded) {
    EXPECT_EQ(last_lines_of("t stdout P begun", 3), Lines{"begun"});
    EXPECT_EQ(last_lines_of("t stderr P a\nt stdout P b\n", 3), (Lines{"b", "a"}));
}

TEST(TaskLog, LeavesOutWhatIsNotInTheFrame) {
    EXPECT_EQ(last_lines_of("noise\nt elsewhere F x\nt stdout X x\nt stdout F x\n", 3), Lines{"x"});
    EXPECT_EQ(last_lines_of("half stdout F a line\nt stdout F whole\n", 3, true), Lines{"whole"});
    EXPECT_EQ(last_lines_of("no line end", 3, true), Lines{});
}

}  // namespace
}  // namespace tenantry::host

#include "task_log.hpp"

#include <filesystem>
#include <fstream>

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

TEST(TaskLog, IsFollowedFromPlaceToPlaceInWholeLines) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "followed.log";
    const auto append = [&](std::string_view text) { std::ofstream(file, std::ios::app) << text; };
    std::filesystem::remove(file);
    append("T stdout F one\n");
    LogPart part = read_log_behind(file, "").value();
    EXPECT_TRUE(part.lines.empty()) << "what is there already";
    append("T stdout F two\nT stderr F thr");
    part = read_log_behind(file, part.place).value();
    EXPECT_EQ(part.lines, std::vector<std::string>{"two"});
    append("ee\n");
    part = read_log_behind(file, part.place).value();
    EXPECT_EQ(part.lines, std::vector<std::string>{"three"});
    std::filesystem::rename(file, file.string() + ".1");
    EXPECT_TRUE(read_log_behind(file, part.place)->lines.empty()) << "the next run has not written yet";
    append("T stdout F four\n");
    EXPECT_EQ(read_log_behind(file, part.place)->lines, std::vector<std::string>{"four"});
    for (const char* place : {"x", ":", "1:99999999999999999999", "-1:-1"})
        EXPECT_EQ(read_log_behind(file, place)->lines, std::vector<std::string>{"four"}) << place;
}

}  // namespace
}  // namespace tenantry::host

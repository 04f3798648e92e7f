#include "task_log.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/base/instant_text.hpp>

namespace tenantry::host {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view log = "2026-11-24T10:00:00.000000001+00:00 stdout F ready\n"
                                 "2026-11-24T10:00:01.000000001+00:00 stdout P one \n"
                                 "2026-11-24T10:00:01.000000002+00:00 stderr F trouble\n"
                                 "2026-11-24T10:00:01.000000003+00:00 stdout F line\n"
                                 "2026-11-24T10:00:02.000000001+00:00 stdout F \n"
                                 "2026-11-24T10:00:03.000000001+00:00 stdout F 2026 stdout F not a frame\n";

Lines texts(const std::vector<world::LogLine>& lines) {
    Lines all;
    for (const world::LogLine& line : lines) all.push_back(line.text);
    return all;
}

Lines texts_of(std::string_view text, bool partial = false) { return texts(log_lines_of(text, partial)); }

TEST(TaskLog, TakesTheFrameAwayAndPutsPartsTogetherByStream) {
    EXPECT_EQ(texts_of(log), (Lines{"ready", "trouble", "one line", "", "2026 stdout F not a frame"}));
}

TEST(TaskLog, SaysWhenAndWhere) {
    const auto lines = log_lines_of(log);
    EXPECT_EQ(lines[1], (world::LogLine{"2026-11-24T10:00:01.000000002+00:00", "stderr", "trouble"}));
    EXPECT_EQ(lines[2].time, "2026-11-24T10:00:01.000000003+00:00") << "of the last part";
    EXPECT_EQ(lines[2].stream, "stdout");
}

TEST(TaskLog, GivesBytesThatAreNoTextAsReplacements) {
    EXPECT_EQ(texts_of("t stdout F a\xff\xc3\xa9\xc3\n"), Lines{"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd"});
}

class LogFile : public testing::Test {
  protected:
    void append(std::string_view text) const { std::ofstream(file_, std::ios::app) << text; }
    [[nodiscard]] Lines last(std::size_t count, const char* since = nullptr) const {
        LogWanted wanted{count};
        if (since != nullptr) wanted.since = epoch_ms(since);
        return texts(last_log_lines(file_, wanted).value());
    }
    void SetUp() override { std::filesystem::remove(file_); }
    std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) / "a-task.log";
};

TEST_F(LogFile, GivesTheLastLinesOldestFirst) {
    EXPECT_EQ(last(3), Lines{}) << "no file";
    append(log);
    EXPECT_EQ(last(2), (Lines{"", "2026 stdout F not a frame"}));
    EXPECT_EQ(last(0), Lines{});
}

TEST_F(LogFile, GivesWhatWasWrittenSince) {
    append(log);
    EXPECT_EQ(last(9, "2026-11-24T11:00:02+01:00"), (Lines{"", "2026 stdout F not a frame"}));
    EXPECT_EQ(last(1, "2026-11-24T10:00:01Z"), Lines{"2026 stdout F not a frame"});
    EXPECT_EQ(last(9, "2026-11-24T10:00:04Z"), Lines{});
}

TEST_F(LogFile, ReadsAsFarBackAsIsWanted) {
    std::string text;
    for (int line = 0; line < 20'000; ++line)
        text += fmt::format("2026-11-24T10:{:02}:{:02}Z stdout F line {}\n", line / 60 % 60, line % 60, line);
    ASSERT_GT(text.size(), std::size_t{512} << 10);
    append(text.substr(0, text.find("line 3599\n") + 10));
    EXPECT_EQ(last(3'600).size(), 3'600U);
    EXPECT_EQ(last(100'000, "2026-11-24T10:01:00Z").size(), 3'540U);
    append(text.substr(text.find("line 3599\n") + 10));
    const Lines most = last(19'000);
    ASSERT_EQ(most.size(), 19'000U);
    EXPECT_EQ(most.front(), "line 1000");
    EXPECT_EQ(last(100'000).size(), 20'000U);
}

TEST(TaskLog, ShowsALineThatIsNotEnded) {
    EXPECT_EQ(texts_of("t stdout P begun"), Lines{"begun"});
    EXPECT_EQ(texts_of("t stderr P a\nt stdout P b\n"), (Lines{"b", "a"}));
}

TEST(TaskLog, LeavesOutWhatIsNotInTheFrame) {
    EXPECT_EQ(texts_of("noise\nt elsewhere F x\nt stdout X x\nt stdout F x\n"), Lines{"x"});
    EXPECT_EQ(texts_of("half stdout F a line\nt stdout F whole\n", true), Lines{"whole"});
    EXPECT_EQ(texts_of("no line end", true), Lines{});
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
    EXPECT_EQ(texts(part.lines), Lines{"two"});
    append("ee\n");
    part = read_log_behind(file, part.place).value();
    EXPECT_EQ(texts(part.lines), Lines{"three"});
    std::filesystem::rename(file, file.string() + ".1");
    EXPECT_TRUE(read_log_behind(file, part.place)->lines.empty()) << "the next run has not written yet";
    append("T stdout F four\n");
    EXPECT_EQ(texts(read_log_behind(file, part.place)->lines), Lines{"four"});
    for (const char* place : {"x", ":", "1:99999999999999999999", "-1:-1"})
        EXPECT_EQ(texts(read_log_behind(file, place)->lines), Lines{"four"}) << place;
}

}  // namespace
}  // namespace tenantry::host

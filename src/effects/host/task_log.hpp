#pragma once

// What a task wrote, in the frame of conmon's k8s-file: `TIME stdout|stderr P|F TEXT` a line, P where the line goes on.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/world/log_line.hpp>

namespace tenantry::host {

/// Bytes of a log at most. conmon begins it anew then, and loses what was in it.
inline constexpr std::uint64_t mostLogBytes = 8 << 20;

/// The lines of a text, without the frame; parts of a line are put together, a stream at a time. What is not in the
/// frame is left out. `partial`: the text begins somewhere in a line.
std::vector<world::LogLine> log_lines_of(std::string_view text, bool partial = false);

/// Which of a log's lines: the last `count`, of those that were written at `since` (milliseconds since 1970) or later.
struct LogWanted {
    std::size_t count = 0;
    std::optional<std::int64_t> since = {};
};
/// Reads from the end as much as that needs. None where there is no file.
Result<std::vector<world::LogLine>> last_log_lines(const std::filesystem::path& log, const LogWanted& wanted);

/// Where the log of the run before is kept.
std::filesystem::path previous_log(const std::filesystem::path& log);

/// What was written behind a place of a log, in whole lines, and the place behind that; 256 KiB at most at once.
struct LogPart {
    std::vector<world::LogLine> lines;
    std::string place;  ///< `INODE:OFFSET`
};
/// From the beginning where the place is of another run, or the log was begun anew; an empty one means the end.
Result<LogPart> read_log_behind(const std::filesystem::path& log, std::string_view place);

/// What was the log becomes that of the run before; that one goes. Makes the folder.
Result<void> rotate_log(const std::filesystem::path& log);

}  // namespace tenantry::host

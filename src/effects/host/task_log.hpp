#pragma once

// What a task wrote, in the frame of conmon's k8s-file: `TIME stdout|stderr P|F TEXT` a line, P where the line goes on.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// Bytes of a log at most. conmon begins it anew then, and loses what was in it.
inline constexpr std::uint64_t mostLogBytes = 8 << 20;

/// The last `count` lines of a text, without the frame; parts of a line are put together, a stream at a time. What is
/// not in the frame is left out. `partial`: the text begins somewhere in a line.
std::vector<std::string> last_lines_of(std::string_view text, std::size_t count, bool partial = false);

/// Reads at most 256 KiB from the end. None where there is no file.
Result<std::vector<std::string>> last_log_lines(const std::filesystem::path& log, std::size_t count);

/// What was written behind a place of a log, in whole lines, and the place behind that; 256 KiB at most at once.
struct LogPart {
    std::vector<std::string> lines;
    std::string place;  ///< `INODE:OFFSET`
};
/// From the beginning where the place is of another run, or the log was begun anew; an empty one means the end.
Result<LogPart> read_log_behind(const std::filesystem::path& log, std::string_view place);

/// The log of the run before becomes `NAME.1`; the one before that goes. Makes the folder.
Result<void> rotate_log(const std::filesystem::path& log);

}  // namespace tenantry::host

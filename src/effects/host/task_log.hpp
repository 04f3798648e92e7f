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

/// The log of the run before becomes `NAME.1`; the one before that goes. Makes the folder.
Result<void> rotate_log(const std::filesystem::path& log);

}  // namespace tenantry::host

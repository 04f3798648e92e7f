#include "task_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

constexpr off_t mostRead = 256 << 10;

struct Record {
    bool error = false;  // of stderr
    bool whole = true;   // ends the line
    std::string_view text;
};

std::string_view next_word(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

bool read_record(std::string_view line, Record& record) {
    next_word(line);  // the time
    const std::string_view stream = next_word(line), tag = next_word(line);
    if ((stream != "stdout" && stream != "stderr") || (tag != "F" && tag != "P")) return false;
    record = {stream == "stderr", tag == "F", line};
    return true;
}

}  // namespace

std::vector<std::string> last_lines_of(std::string_view text, std::size_t count, bool partial) {
    if (partial) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    std::vector<std::string> lines;
    std::array<std::string, 2> begun;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        Record record;
        if (read_record(text.substr(0, end), record)) {
            std::string& line = begun[record.error ? 1 : 0];
            line += record.text;
            if (record.whole) lines.push_back(std::exchange(line, {}));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (std::string& line : begun)
        if (!line.empty()) lines.push_back(std::move(line));
    if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    return lines;
}

namespace {

struct OpenLog {
    Descriptor file;
    struct stat status{};
};

// Nothing where there is no such file.
Result<std::optional<OpenLog>> open_log(const std::filesystem::path& log) {
    OpenLog opened{Descriptor(open(log.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW))};
    if (opened.file.number() < 0 && errno == ENOENT) return std::optional<OpenLog>();
    if (opened.file.number() < 0 || fstat(opened.file.number(), &opened.status) != 0)
        return fail("reading {}: {}", log.string(), reason(errno));
    return std::optional<OpenLog>(std::move(opened));
}

Result<std::string> read_part(const OpenLog& log, off_t from) {
    std::string bytes(static_cast<std::size_t>(std::min(log.status.st_size - from, mostRead)), '\0');
    const ssize_t got = pread(log.file.number(), bytes.data(), bytes.size(), from);
    if (got < 0) return fail("reading a log: {}", reason(errno));
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

// Where a place is in this log; nothing where it is in another one.
std::optional<off_t> offset_in(const OpenLog& log, std::string_view place) {
    const std::size_t colon = std::min(place.find(':'), place.size());
    const std::string_view first = place.substr(0, colon), second = place.substr(std::min(colon + 1, place.size()));
    std::uint64_t inode = 0, offset = 0;
    std::from_chars(first.data(), first.data() + first.size(), inode);
    std::from_chars(second.data(), second.data() + second.size(), offset);
    const auto size = static_cast<std::uint64_t>(log.status.st_size);
    if (inode != log.status.st_ino || offset > size) return std::nullopt;
    return static_cast<off_t>(offset);
}

}  // namespace

Result<std::vector<std::string>> last_log_lines(const std::filesystem::path& log, std::size_t count) {
    const auto opened = TRY(open_log(log));
    if (!opened) return std::vector<std::string>{};
    const off_t from = std::max<off_t>(0, opened->status.st_size - mostRead);
    return last_lines_of(TRY(read_part(*opened, from)), count, from > 0);
}

Result<LogPart> read_log_behind(const std::filesystem::path& log, std::string_view place) {
    const auto opened = TRY(open_log(log));
    if (!opened) return LogPart{{}, std::string(place)};
    const off_t from = place.empty() ? opened->status.st_size : offset_in(*opened, place).value_or(0);
    std::string bytes = TRY(read_part(*opened, from));
    // A line that is not whole yet is read the next time, unless it fills all that is read at once.
    const std::size_t end = bytes.rfind('\n');
    if (static_cast<off_t>(bytes.size()) < mostRead) bytes.resize(end == std::string::npos ? 0 : end + 1);
    const off_t behind = from + static_cast<off_t>(bytes.size());
    return LogPart{last_lines_of(bytes, bytes.size()), fmt::format("{}:{}", opened->status.st_ino, behind)};
}

Result<void> rotate_log(const std::filesystem::path& log) {
    TRY_VOID(make_folder(log.parent_path(), 0700));
    const std::string before = log.string() + ".1";
    if (rename(log.c_str(), before.c_str()) != 0 && errno != ENOENT)
        return fail("keeping the log {}: {}", log.string(), reason(errno));
    return {};
}

}  // namespace tenantry::host

#include "task_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/base/instant_text.hpp>
#include <tenantry/base/utf8_text.hpp>
#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

constexpr off_t mostRead = 256 << 10;

struct Record {
    std::string_view time;
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
    const std::string_view time = next_word(line);
    const std::string_view stream = next_word(line), tag = next_word(line);
    if ((stream != "stdout" && stream != "stderr") || (tag != "F" && tag != "P")) return false;
    record = {time, stream == "stderr", tag == "F", line};
    return true;
}

// One stream's lines come in parts, the other's between them.
class LineJoiner {
  public:
    void add(const Record& record) {
        Begun& begun = begun_[record.error ? 1 : 0];
        begun.bytes += record.text;
        begun.time = record.time;
        if (record.whole) end(record.error);
    }
    std::vector<world::LogLine> take() && {
        for (const bool error : {false, true})
            if (!begun_[error ? 1 : 0].bytes.empty()) end(error);
        return std::move(lines_);
    }

  private:
    struct Begun {
        std::string bytes;
        std::string_view time;
    };
    void end(bool error) {
        const Begun begun = std::exchange(begun_[error ? 1 : 0], {});
        lines_.push_back({std::string(begun.time), error ? "stderr" : "stdout", as_utf8(begun.bytes)});
    }
    std::array<Begun, 2> begun_;
    std::vector<world::LogLine> lines_;
};

}  // namespace

std::vector<world::LogLine> log_lines_of(std::string_view text, bool partial) {
    if (partial && !text.empty()) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    LineJoiner lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        Record record;
        if (read_record(text.substr(0, end), record)) lines.add(record);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(lines).take();
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

Result<std::string> read_part(const OpenLog& log, off_t from, off_t most) {
    std::string bytes(static_cast<std::size_t>(std::min(log.status.st_size - from, most)), '\0');
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

namespace {

bool is_before(const world::LogLine& line, std::int64_t since) {
    const auto at = epoch_ms(line.time);
    return at && *at < since;
}

// Leaves what is wanted. False where a longer part of the log may hold more of that.
bool cut(std::vector<world::LogLine>& lines, const LogWanted& wanted) {
    const bool holdsOlder = wanted.since && !lines.empty() && is_before(lines.front(), *wanted.since);
    if (wanted.since) std::erase_if(lines, [&](const auto& line) { return is_before(line, *wanted.since); });
    const bool holdsAll = lines.size() >= wanted.count;
    if (lines.size() > wanted.count)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(wanted.count));
    return holdsOlder || holdsAll;
}

}  // namespace

Result<std::vector<world::LogLine>> last_log_lines(const std::filesystem::path& log, const LogWanted& wanted) {
    const auto opened = TRY(open_log(log));
    if (!opened) return std::vector<world::LogLine>{};
    for (off_t most = mostRead;; most *= 4) {
        const off_t from = std::max<off_t>(0, opened->status.st_size - most);
        auto lines = log_lines_of(TRY(read_part(*opened, from, most)), from > 0);
        if (cut(lines, wanted) || from == 0 || most >= static_cast<off_t>(mostLogBytes)) return lines;
    }
}

std::filesystem::path previous_log(const std::filesystem::path& log) { return log.string() + ".1"; }

Result<LogPart> read_log_behind(const std::filesystem::path& log, std::string_view place) {
    const auto opened = TRY(open_log(log));
    if (!opened) return LogPart{{}, std::string(place)};
    const off_t from = place.empty() ? opened->status.st_size : offset_in(*opened, place).value_or(0);
    std::string bytes = TRY(read_part(*opened, from, mostRead));
    // A line that is not whole yet is read the next time, unless it fills all that is read at once.
    const std::size_t end = bytes.rfind('\n');
    if (static_cast<off_t>(bytes.size()) < mostRead) bytes.resize(end == std::string::npos ? 0 : end + 1);
    const off_t behind = from + static_cast<off_t>(bytes.size());
    return LogPart{log_lines_of(bytes), fmt::format("{}:{}", opened->status.st_ino, behind)};
}

Result<void> rotate_log(const std::filesystem::path& log) {
    TRY_VOID(make_folder(log.parent_path(), 0700));
    if (rename(log.c_str(), previous_log(log).c_str()) != 0 && errno != ENOENT)
        return fail("keeping the log {}: {}", log.string(), reason(errno));
    return {};
}

}  // namespace tenantry::host

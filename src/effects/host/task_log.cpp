#include "task_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
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

Result<std::vector<std::string>> last_log_lines(const std::filesystem::path& log, std::size_t count) {
    const Descriptor file(open(log.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.number() < 0 && errno == ENOENT) return std::vector<std::string>{};
    struct stat status{};
    if (file.number() < 0 || fstat(file.number(), &status) != 0)
        return fail("reading {}: {}", log.string(), reason(errno));
    const off_t from = std::max<off_t>(0, status.st_size - mostRead);
    std::string bytes(static_cast<std::size_t>(status.st_size - from), '\0');
    const ssize_t got = pread(file.number(), bytes.data(), bytes.size(), from);
    if (got < 0) return fail("reading {}: {}", log.string(), reason(errno));
    bytes.resize(static_cast<std::size_t>(got));
    return last_lines_of(bytes, count, from > 0);
}

Result<void> rotate_log(const std::filesystem::path& log) {
    TRY_VOID(make_folder(log.parent_path(), 0700));
    const std::string before = log.string() + ".1";
    if (rename(log.c_str(), before.c_str()) != 0 && errno != ENOENT)
        return fail("keeping the log {}: {}", log.string(), reason(errno));
    return {};
}

}  // namespace tenantry::host

#include <fmt/format.h>

#include <tenantry/syntax/codes.hpp>
#include <tenantry/syntax/config_text.hpp>

#include "text_check.hpp"
#include "words.hpp"

namespace tenantry::syntax {
namespace {

// MAX_LINE_ARGS of HAProxy 2.6's include/haproxy/defaults.h.
constexpr std::size_t wordsPerLine = 64;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The rules of HAProxy 2.6's parse_line (src/tools.c) with the options that its configuration reader gives it.
class HaproxyReader {
  public:
    HaproxyReader(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics)
        : cursor_(sources, id, limits, diagnostics) {}

    std::optional<std::vector<HaproxyLine>> read() {
        while (!cursor_.at_end())
            if (!line()) return std::nullopt;
        return std::move(lines_);
    }

  private:
    [[nodiscard]] bool at_line_end() const {
        return cursor_.at_end() || cursor_.here() == '\n' || cursor_.here() == '\r';
    }

    bool line() {
        const std::size_t begin = cursor_.at;
        HaproxyLine line;
        for (skip_space(); !at_line_end() && cursor_.here() != '#'; skip_space())
            if (!word(line)) return false;
        const std::size_t end = cursor_.text.find('\n', cursor_.at);
        if (end == std::string_view::npos)
            return cursor_.refuse(code::badHaproxy, cursor_.span(begin, cursor_.text.size()),
                                  "The last line does not end with a line feed; HAProxy takes the file for truncated.",
                                  "End it with a line feed.");
        cursor_.at = end + 1;
        if (!line.words.empty()) lines_.push_back(std::move(line));
        return true;
    }

    void skip_space() {
        while (!cursor_.at_end() && (cursor_.here() == ' ' || cursor_.here() == '\t')) ++cursor_.at;
    }

    /// Quoted and plain pieces that touch are one word.
    bool word(HaproxyLine& line) {
        const std::size_t begin = cursor_.at;
        word_ = Word{};
        while (!at_line_end()) {
            const char c = cursor_.here();
            if (c == ' ' || c == '\t' || c == '#') break;
            if (!(c == '"' || c == '\'' ? quoted(c) : c == '\\' ? escape(false) : plain())) return false;
        }
        word_.at = cursor_.span(begin, cursor_.at);
        if (line.words.size() == wordsPerLine)
            return cursor_.refuse(
                code::badHaproxy, word_.at,
                fmt::format("This is word {} of its line; HAProxy takes {}.", wordsPerLine + 1, wordsPerLine),
                "Use several lines.");
        if (!cursor_.count_word()) return false;
        line.words.push_back(std::move(word_));
        return true;
    }

    bool plain() {
        word_.text += cursor_.here();
        ++cursor_.at;
        return true;
    }

    bool quoted(char quote) {
        const std::size_t begin = cursor_.at++;
        word_.quoted = true;
        while (!at_line_end() && cursor_.here() != quote) {
            const bool isWeak = quote == '"';
            const char c = cursor_.here();
            if (!(isWeak && c == '\\' ? escape(true) : isWeak && c == '$' ? variable() : plain())) return false;
        }
        if (at_line_end())
            return cursor_.refuse(code::badHaproxy, cursor_.span(begin, begin + 1),
                                  "The quote that opens here is not closed on its line.",
                                  "Close it with the same kind of quote.");
        ++cursor_.at;
        return true;
    }

    /// A backslash that begins no escape is text.
    bool escape(bool inWeakQuotes) {
        constexpr std::string_view names = " \\#'\"tnr$";
        constexpr std::string_view meant = " \\#'\"\t\n\r$";
        const char c = cursor_.peek(1);
        if (c == 'x') return hex_escape();
        const std::size_t i = c == '\0' ? std::string_view::npos : names.find(c);
        if (i == std::string_view::npos || (c == '$' && !inWeakQuotes)) return plain();
        word_.text += meant[i];
        cursor_.at += 2;
        return true;
    }

    bool hex_escape() {
        const int high = hex_digit(cursor_.peek(2));
        const int low = hex_digit(cursor_.peek(3));
        const Span at = cursor_.span(cursor_.at, cursor_.at + 2);
        if (high < 0 || low < 0)
            return cursor_.refuse(code::badHaproxy, at, "`\\x` is not followed by two hexadecimal digits.",
                                  "Write two digits, or two backslashes where a backslash means itself.");
        if (high == 0 && low == 0)
            return cursor_.refuse(code::badHaproxy, cursor_.span(cursor_.at, cursor_.at + 4),
                                  "`\\x00` would end the word in the middle.", "Remove it.");
        word_.text += static_cast<char>(high * 16 + low);
        cursor_.at += 4;
        return true;
    }

    /// `$name`, `${name}`, `${name[*]}`, `${name-default}`, kept as they stand; the default ends at the first brace,
    /// whatever quotes it holds.
    bool variable() {
        const std::size_t begin = cursor_.at++;
        const bool hasBrace = cursor_.peek(0) == '{';
        if (hasBrace) ++cursor_.at;
        const char first = cursor_.peek(0);
        if (!is_letter(first) && first != '_' && first != '.')
            return cursor_.refuse(code::badHaproxy, cursor_.span(begin, cursor_.at),
                                  "No name of a variable follows the dollar sign.",
                                  "Write `\\$` where a dollar sign means itself.");
        ++cursor_.at;
        while (is_letter(cursor_.peek(0)) || is_digit(cursor_.peek(0)) || cursor_.peek(0) == '_') ++cursor_.at;
        if (hasBrace && !close_brace(begin)) return false;
        word_.variable = true;
        word_.text += cursor_.text.substr(begin, cursor_.at - begin);
        return true;
    }

    bool close_brace(std::size_t begin) {
        if (cursor_.text.substr(cursor_.at).starts_with("[*]")) cursor_.at += 3;
        if (cursor_.peek(0) == '-')
            while (!at_line_end() && cursor_.here() != '}') ++cursor_.at;
        if (cursor_.peek(0) != '}')
            return cursor_.refuse(code::badHaproxy, cursor_.span(begin, begin + 2),
                                  "The brace of this variable is not closed.", "Write `}` after the name.");
        ++cursor_.at;
        return true;
    }

    WordCursor cursor_;
    Word word_;
    std::vector<HaproxyLine> lines_;
};

}  // namespace

std::optional<std::vector<HaproxyLine>> parse_haproxy(const Sources& sources, SourceId id, const Limits& limits,
                                                      Diagnostics& diagnostics) {
    if (!check_size(sources, id, limits, diagnostics)) return std::nullopt;
    if (!check_visible(sources, id, diagnostics)) return std::nullopt;
    return HaproxyReader(sources, id, limits, diagnostics).read();
}

}  // namespace tenantry::syntax

#include "json_string.hpp"

#include <bit>
#include <cstring>
#include <optional>

#include <tenantry/base/text.hpp>

namespace tenantry::syntax {
namespace {

using Mistake = JsonString::Mistake;

bool needs_a_look(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

// The first byte from `at` on that is no plain content, eight at a time: a byte's high bit is set in `look` where it
// is a quote, a backslash, a control character or not ASCII. A borrow can set it wrongly only above a true one, and
// the lowest is taken.
std::size_t skip_plain(std::string_view text, std::size_t at) {
    static_assert(std::endian::native == std::endian::little, "the lowest bit belongs to the first byte");
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t highs = 0x8080808080808080U;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        const std::uint64_t quote = word ^ (ones * '"');
        const std::uint64_t backslash = word ^ (ones * '\\');
        const std::uint64_t look = (word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & highs;
        if (look != 0) return at + static_cast<std::size_t>(std::countr_zero(look)) / 8;
    }
    while (at < text.size() && !needs_a_look(text[at])) ++at;
    return at;
}

std::optional<unsigned> hex4(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    unsigned value = 0;
    for (const char c : text.substr(0, 4)) {
        const bool isLetter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!isLetter && (c < '0' || c > '9')) return std::nullopt;
        value = value * 16 + static_cast<unsigned>(isLetter ? (c | 0x20) - 'a' + 10 : c - '0');
    }
    return value;
}

void append_utf8(std::string& to, unsigned point) {
    const auto put = [&](unsigned byte) { to.push_back(static_cast<char>(byte)); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3F));
    } else {
        put(0xF0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3F));
        put(0x80 | (point >> 6 & 0x3F));
    }
    put(0x80 | (point & 0x3F));
}

bool is_high(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

class StringReader {
  public:
    StringReader(std::string_view text, std::size_t quote) : text_(text), quote_(quote), at_(quote + 1) {}

    JsonString read() {
        std::size_t copied = at_;  // up to here the content stands in `unescaped`, if it has escapes
        for (;;) {
            at_ = skip_plain(text_, at_);
            if (at_ == text_.size()) return mistake(Mistake::open, quote_, quote_ + 1);
            const char c = text_[at_];
            if (c == '"') break;
            if (c == '\\') {
                result_.hasEscapes = true;
                result_.unescaped += text_.substr(copied, at_ - copied);
                if (!escape()) return result_;
                copied = at_;
                continue;
            }
            if (static_cast<unsigned char>(c) < 0x20) return mistake(Mistake::control, at_, at_ + 1);
            const std::size_t length = utf8_length(text_.substr(at_));
            if (length == 0) return mistake(Mistake::bytes, at_, at_ + 1);
            at_ += length;
        }
        if (result_.hasEscapes) result_.unescaped += text_.substr(copied, at_ - copied);
        result_.end = at_ + 1;
        return std::move(result_);
    }

  private:
    JsonString mistake(Mistake mistake, std::size_t at, std::size_t end) {
        result_.mistake = mistake;
        result_.at = at;
        result_.end = end;
        return std::move(result_);
    }

    bool escape() {
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
        const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (c == 'u') return unicode();
        const std::size_t i = names.find(c);
        if (i == std::string_view::npos) return refuse(Mistake::escape, at_ + 1 + next_length());
        result_.unescaped.push_back(meant[i]);
        at_ += 2;
        return true;
    }

    /// Bytes of the character after the backslash; 0 where it is none.
    [[nodiscard]] std::size_t next_length() const {
        return at_ + 1 < text_.size() ? utf8_length(text_.substr(at_ + 1)) : 0;
    }

    bool refuse(Mistake kind, std::size_t end) {
        result_.mistake = kind;
        result_.at = at_;
        result_.end = end;
        return false;
    }

    bool unicode() {
        const std::optional<unsigned> unit = hex4(text_.substr(at_ + 2));
        if (!unit) return refuse(Mistake::escape, at_ + 2);
        if (is_low(*unit)) return refuse(Mistake::surrogate, at_ + 6);
        if (!is_high(*unit)) {
            append_utf8(result_.unescaped, *unit);
            at_ += 6;
            return true;
        }
        const bool escapeFollows = text_.substr(at_ + 6).starts_with("\\u");
        const std::optional<unsigned> low = escapeFollows ? hex4(text_.substr(at_ + 8)) : std::nullopt;
        if (!low || !is_low(*low)) return refuse(Mistake::surrogate, at_ + 6);
        append_utf8(result_.unescaped, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
        at_ += 12;
        return true;
    }

    std::string_view text_;
    std::size_t quote_;
    std::size_t at_;
    JsonString result_;
};

}  // namespace

JsonString read_json_string(std::string_view text, std::size_t quote) { return StringReader(text, quote).read(); }

}  // namespace tenantry::syntax

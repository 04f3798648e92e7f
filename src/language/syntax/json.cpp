#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/syntax/codes.hpp>
#include <tenantry/syntax/json.hpp>

#include "json_string.hpp"
#include "text_check.hpp"
#include "tree_builder.hpp"

namespace tenantry::syntax {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of the JSON number (RFC 8259 6) that `text` begins with; 0 where it begins with none.
std::size_t number_length(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t before = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at != before;
    };
    if (at < text.size() && text[at] == '0')
        ++at;
    else if (!digits())
        return 0;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) return 0;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return 0;
    }
    return at;
}

class JsonReader {
  public:
    JsonReader(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics)
        : sources_(sources),
          id_(id),
          text_(sources.text(id)),
          at_(text_.starts_with(byteOrderMark) ? byteOrderMark.size() : 0),
          diagnostics_(diagnostics),
          builder_(sources, id, limits, diagnostics) {}

    /// No recursion: the builder keeps what is open.
    std::optional<Tree> read() {
        do {
            if (!value()) return std::nullopt;
            while (!valueFollows_ && !builder_.is_done())
                if (!after_value()) return std::nullopt;
        } while (!builder_.is_done());
        skip_space();
        if (at_ != text_.size()) {
            refuse_here("The text goes on after its value.", "Remove what follows, or put all values into one list.");
            return std::nullopt;
        }
        return builder_.take();
    }

  private:
    void skip_space() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    /// The next byte after space, NUL at the end (no JSON begins with it).
    char peek() {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    bool value() {
        valueFollows_ = false;
        switch (peek()) {
            case '{':
                return open(Kind::map) && (peek() == '}' ? close() : key());
            case '[':
                return open(Kind::list) && (peek() == ']' ? close() : expect_value());
            case '"':
                return text();
            case 't':
                return literal("true");
            case 'f':
                return literal("false");
            case 'n':
                return literal("null");
            default:
                return number();
        }
    }

    bool expect_value() {
        valueFollows_ = true;
        return true;
    }

    bool open(Kind kind) { return builder_.open(kind, static_cast<std::uint32_t>(at_++)); }
    bool close() { return builder_.close(static_cast<std::uint32_t>(++at_)); }

    bool after_value() {
        const bool isMap = builder_.kind() == Kind::map;
        const char c = peek();
        if (c == (isMap ? '}' : ']')) return close();
        if (c == ',') {
            ++at_;
            return isMap ? key() : expect_value();
        }
        const Note opened{builder_.span(builder_.begin(), builder_.begin() + 1), "It begins here."};
        return refuse_here(
            isMap ? "The object is not closed before this place." : "The array is not closed before this place.",
            isMap ? "Write a comma between entries and `}` at the end."
                  : "Write a comma between entries and `]` at the end.",
            {opened});
    }

    bool key() {
        const char c = peek();
        if (c == '}') return refuse_here("A comma stands before the end of the object.", "Remove the comma.");
        if (c != '"') return refuse_here("Here a key in double quotes is expected.", "Write `\"name\": value`.");
        const std::size_t begin = at_;
        const std::optional<std::string_view> name = string();
        if (!name || !builder_.key(*name, builder_.span(begin, at_))) return false;
        if (peek() != ':') return refuse_here("Here the colon after the key is expected.", "Write `\"name\": value`.");
        ++at_;
        return expect_value();
    }

    bool text() {
        const std::size_t begin = at_;
        const std::optional<std::string_view> content = string();
        return content && builder_.scalar(*content, true, builder_.span(begin, at_));
    }

    /// From the opening quote to after the closing one.
    std::optional<std::string_view> string() {
        JsonString read = read_json_string(text_, at_);
        if (read.mistake != JsonString::Mistake::none) {
            refuse_string(read);
            return std::nullopt;
        }
        const std::string_view raw = text_.substr(at_ + 1, read.end - at_ - 2);
        at_ = read.end;
        return read.hasEscapes ? builder_.own(read.unescaped) : raw;
    }

    void refuse_string(const JsonString& read) {
        using enum JsonString::Mistake;
        const Span at = builder_.span(read.at, read.end);
        switch (read.mistake) {
            case none:
                return;
            case bytes:
                return refuse_bytes(sources_, id_, read.at, diagnostics_);
            case open:
                builder_.refuse(code::badJson, at, "The quote that opens here is never closed.", "Close it with `\"`.");
                return;
            case control:
                builder_.refuse(code::controlCharacter, at,
                                fmt::format("Here stands the character U+{:04X} inside a text.",
                                            static_cast<unsigned>(text_[read.at])),
                                "Write it as an escape: `\\n` for a line end, `\\t` for a tab, else `\\uXXXX`.");
                return;
            case escape:
                builder_.refuse(code::badJson, at, fmt::format("`{}` is no escape.", shown(sources_.text(at))),
                                "Write two backslashes where a backslash means itself.");
                return;
            case surrogate:
                builder_.refuse(code::loneSurrogate, at,
                                fmt::format("`{}` is half of a character without its other half.", sources_.text(at)),
                                "Write both halves, or the character itself.");
                return;
        }
    }

    bool literal(std::string_view word) {
        if (text_.substr(at_, word.size()) != word || word_length() != word.size()) return refuse_word();
        return plain(word.size());
    }

    bool number() {
        const std::size_t length = number_length(text_.substr(at_));
        if (length == 0 || word_length() != length) return refuse_word();
        return plain(length);
    }

    bool plain(std::size_t length) {
        const Span at = builder_.span(at_, at_ + length);
        at_ += length;
        return builder_.scalar(text_.substr(at.begin, length), false, at);
    }

    /// How far the letters, digits and marks go that a person would read as one word.
    [[nodiscard]] std::size_t word_length() const {
        const std::size_t end = std::min(text_.find_first_of(" \t\r\n,:[]{}\"", at_), text_.size());
        return end - at_;
    }

    bool refuse_word() {
        constexpr std::array<std::string_view, 3> literals{"true", "false", "null"};
        const std::size_t length = word_length();
        if (length == 0) {
            const bool afterComma = text_.substr(0, at_).find_last_not_of(" \t\r\n") != std::string_view::npos &&
                                    text_[text_.find_last_not_of(" \t\r\n", at_ - 1)] == ',';
            return refuse_here("Here a value is expected.",
                               afterComma ? "Write it, or remove the comma before it." : "");
        }
        const Span at = builder_.span(at_, at_ + length);
        const std::string_view word = sources_.text(at);
        if (!is_utf8(word)) return refuse_first_bad_byte(word);
        const auto near = did_you_mean(word, literals);
        builder_.refuse(code::badJson, at, fmt::format("`{}` is no JSON value.", shown(word)),
                        near ? fmt::format("Did you mean `{}`?", *near)
                             : std::string("Write a number, `true`, `false`, `null`, or a text in double quotes."));
        return false;
    }

    bool refuse_first_bad_byte(std::string_view word) {
        std::size_t good = 0;
        while (const std::size_t length = utf8_length(word.substr(good))) good += length;
        refuse_bytes(sources_, id_, at_ + good, diagnostics_);
        return false;
    }

    /// At the next character, or at the end of the text.
    bool refuse_here(std::string detail, std::string help, std::vector<Note> notes = {}) {
        std::size_t length = at_ == text_.size() ? 0 : utf8_length(text_.substr(at_));
        if (at_ != text_.size() && length == 0) {
            refuse_bytes(sources_, id_, at_, diagnostics_);
            return false;
        }
        if (length == 0) detail += " The text ends here.";
        builder_.refuse(code::badJson, builder_.span(at_, at_ + length), std::move(detail), std::move(help),
                        std::move(notes));
        return false;
    }

    const Sources& sources_;
    SourceId id_;
    std::string_view text_;
    std::size_t at_;
    Diagnostics& diagnostics_;
    TreeBuilder builder_;
    bool valueFollows_ = false;
};

}  // namespace

std::optional<Tree> parse_json(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics) {
    if (!check_size(sources, id, limits, diagnostics)) return std::nullopt;
    return JsonReader(sources, id, limits, diagnostics).read();
}

}  // namespace tenantry::syntax

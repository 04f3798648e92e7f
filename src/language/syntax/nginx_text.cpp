#include <fmt/format.h>

#include <tenantry/syntax/codes.hpp>
#include <tenantry/syntax/config_text.hpp>

#include "text_check.hpp"
#include "words.hpp"

namespace tenantry::syntax {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// In any word, quoted or not: \" \' \\ lose their backslash, \t \r \n are what they name, other backslashes stay.
std::string unescape(std::string_view raw) {
    constexpr std::string_view names = "\"'\\trn";
    constexpr std::string_view meant = "\"'\\\t\r\n";
    std::string result;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const std::size_t escape =
            raw[i] == '\\' && i + 1 < raw.size() ? names.find(raw[i + 1]) : std::string_view::npos;
        result += escape == std::string_view::npos ? raw[i] : meant[escape];
        if (escape != std::string_view::npos) ++i;
    }
    return result;
}

class NginxReader {
  public:
    NginxReader(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics)
        : cursor_(sources, id, limits, diagnostics) {}

    std::optional<std::vector<NginxDirective>> read() {
        for (skip_space(); !cursor_.at_end(); skip_space())
            if (!step()) return std::nullopt;
        if (!ends_well()) return std::nullopt;
        return std::move(directives_);
    }

  private:
    struct Block {
        NginxDirective* directive;  ///< stays in place: nothing is added beside it while its block is open
        std::size_t brace;
    };

    void skip_space() {
        while (!cursor_.at_end() && is_space(cursor_.here())) ++cursor_.at;
    }

    bool step() {
        switch (cursor_.here()) {
            case ';':
                return end_directive();
            case '{':
                return open_block();
            case '}':
                return close_block();
            case '#':
                return comment();
            case '"':
            case '\'':
                return quoted_word();
            default:
                return plain_word();
        }
    }

    bool comment() {
        cursor_.at = std::min(cursor_.text.find('\n', cursor_.at), cursor_.text.size());
        return true;
    }

    bool end_directive() {
        if (words_.empty()) return unexpected("A directive ends here that has no name.");
        add(false);
        ++cursor_.at;
        return true;
    }

    bool open_block() {
        if (words_.empty()) return unexpected("A block begins here that has no name.");
        if (!cursor_.check_depth(open_.size() + 1)) return false;
        NginxDirective& directive = add(true);
        open_.push_back({&directive, cursor_.at++});
        return true;
    }

    bool close_block() {
        if (!words_.empty()) return unexpected("The directive before this brace is not ended.");
        if (open_.empty()) return unexpected("No block is open here.");
        open_.pop_back();
        ++cursor_.at;
        return true;
    }

    NginxDirective& add(bool hasBlock) {
        std::vector<NginxDirective>& siblings = open_.empty() ? directives_ : open_.back().directive->block;
        siblings.push_back({std::move(words_), {}, hasBlock});
        words_.clear();
        return siblings.back();
    }

    bool unexpected(std::string detail) {
        std::vector<Note> notes;
        if (!words_.empty()) notes.push_back({words_.front().at, "The directive begins here."});
        return cursor_.refuse(code::badNginx, cursor_.character(), std::move(detail),
                              words_.empty() ? "Remove it, or write the name before it." : "Write `;` after it.",
                              std::move(notes));
    }

    /// Ends at a space, `;` or `{`, but the brace of `${` belongs to the word; quotes, `}` and `#` inside are text.
    bool plain_word() {
        const std::size_t begin = cursor_.at;
        bool afterDollar = false;
        for (; !cursor_.at_end(); ++cursor_.at) {
            const char c = cursor_.here();
            if (c == '{' && afterDollar) continue;
            afterDollar = c == '$';
            if (c == '\\') {
                skip_escaped();
            } else if (is_space(c) || c == ';' || c == '{') {
                return add_word(begin, begin, cursor_.at, false);
            }
            if (cursor_.at_end()) break;
        }
        return not_ended(words_.empty() ? cursor_.span(begin, cursor_.text.size()) : words_.front().at);
    }

    /// Leaves the cursor on the character after the backslash, or at the end.
    void skip_escaped() { cursor_.at = std::min(cursor_.at + 1, cursor_.text.size()); }

    bool quoted_word() {
        const std::size_t begin = cursor_.at;
        const char quote = cursor_.here();
        for (++cursor_.at; !cursor_.at_end() && cursor_.here() != quote; ++cursor_.at) {
            if (cursor_.here() == '\\') skip_escaped();
            if (cursor_.at_end()) break;
        }
        if (cursor_.at_end())
            return cursor_.refuse(code::badNginx, cursor_.span(begin, begin + 1),
                                  "The quote that opens here is never closed.",
                                  "Close it with the same kind of quote.");
        ++cursor_.at;
        return add_word(begin, begin + 1, cursor_.at - 1, true) && space_follows();
    }

    /// After a quoted word nginx takes only a space, `;`, `{`, or `)`, which begins a new word.
    bool space_follows() {
        if (cursor_.at_end()) return true;
        const char c = cursor_.here();
        if (is_space(c) || c == ';' || c == '{' || c == ')') return true;
        return cursor_.refuse(code::badNginx, cursor_.character(), "A quoted word ends right before this character.",
                              "Write a space between them, or move the text into the quotes.");
    }

    bool add_word(std::size_t begin, std::size_t contentBegin, std::size_t contentEnd, bool quoted) {
        if (!cursor_.count_word()) return false;
        words_.push_back({unescape(cursor_.text.substr(contentBegin, contentEnd - contentBegin)),
                          cursor_.span(begin, cursor_.at), quoted});
        return true;
    }

    bool not_ended(Span at) {
        return cursor_.refuse(code::badNginx, at, "The text ends inside this directive.", "Write `;` at its end.");
    }

    bool ends_well() {
        if (!words_.empty()) return not_ended(words_.front().at);
        if (open_.empty()) return true;
        const Span name = open_.back().directive->words.front().at;
        const std::size_t brace = open_.back().brace;
        return cursor_.refuse(code::badNginx, name, "The block of this directive is not closed before the text ends.",
                              "Write `}` at its end.", {{cursor_.span(brace, brace + 1), "It begins here."}});
    }

    WordCursor cursor_;
    std::vector<NginxDirective> directives_;
    std::vector<Word> words_;  ///< of the directive that is not ended yet
    std::vector<Block> open_;
};

}  // namespace

std::optional<std::vector<NginxDirective>> parse_nginx(const Sources& sources, SourceId id, const Limits& limits,
                                                       Diagnostics& diagnostics) {
    if (!check_size(sources, id, limits, diagnostics)) return std::nullopt;
    if (!check_visible(sources, id, diagnostics)) return std::nullopt;
    return NginxReader(sources, id, limits, diagnostics).read();
}

}  // namespace tenantry::syntax

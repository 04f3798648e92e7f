#pragma once

#include <cstddef>
#include <string_view>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// What the two lexers of configuration text share: the place in the text, the limit on words, and spans.
class WordCursor {
  public:
    WordCursor(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics)
        : text(sources.text(id)), id_(id), limits_(limits), diagnostics_(diagnostics) {}

    [[nodiscard]] bool at_end() const { return at == text.size(); }
    [[nodiscard]] char here() const { return text[at]; }
    /// The byte `ahead` of this place; NUL past the end (the texts hold none).
    [[nodiscard]] char peek(std::size_t ahead) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }

    [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
        return {id_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    }
    /// The character at this place; empty at the end.
    [[nodiscard]] Span character() const;

    /// Always false, to be returned.
    bool refuse(const CodeInfo& code, Span place, std::string detail, std::string help,
                std::vector<Note> notes = {}) const {
        diagnostics_.add(code, place, std::move(detail), std::move(help), std::move(notes));
        return false;
    }

    /// False and a diagnostic where one more word passes the limit.
    bool count_word();
    /// False and a diagnostic where a block at this place would be level `depth` past the limit.
    bool check_depth(std::size_t depth) const;

    std::string_view text;
    std::size_t at = 0;

  private:
    SourceId id_;
    Limits limits_;
    Diagnostics& diagnostics_;
    std::size_t words_ = 0;
};

}  // namespace tenantry::syntax

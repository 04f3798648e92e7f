#include <algorithm>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <yaml.h>

#include <tenantry/base/check.hpp>
#include <tenantry/syntax/codes.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "character_index.hpp"
#include "text_check.hpp"
#include "tree_builder.hpp"
#include "yaml_problem.hpp"

namespace tenantry::syntax {
namespace {

/// libyaml's parser over a text in memory.
class Events {
  public:
    explicit Events(std::string_view text) {
        if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libyaml's bytes are unsigned
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
    ~Events() {
        clear();
        yaml_parser_delete(&parser_);
    }
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    /// The next event, valid until the next call; null where the text is no YAML.
    const yaml_event_t* next() {
        clear();
        hasEvent_ = yaml_parser_parse(&parser_, &event_) != 0;
        if (!hasEvent_ && parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        return hasEvent_ ? &event_ : nullptr;
    }
    [[nodiscard]] const yaml_parser_t& parser() const { return parser_; }

  private:
    void clear() {
        if (hasEvent_) yaml_event_delete(&event_);
        hasEvent_ = false;
    }
    yaml_parser_t parser_{};
    yaml_event_t event_{};
    bool hasEvent_ = false;
};

std::string_view view(const yaml_char_t* text) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libyaml's bytes are unsigned
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

class YamlReader {
  public:
    YamlReader(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics)
        : sources_(sources),
          id_(id),
          text_(sources.text(id)),
          bodyBegin_(text_.starts_with(byteOrderMark) ? byteOrderMark.size() : 0),
          diagnostics_(diagnostics),
          index_(text_.substr(bodyBegin_)),
          builder_(sources, id, limits, diagnostics),
          events_(text_.substr(bodyBegin_)) {}

    std::optional<Tree> read() {
        while (const yaml_event_t* event = events_.next()) {
            if (event->type == YAML_STREAM_END_EVENT) return finish();
            if (!take(*event)) return std::nullopt;
        }
        diagnostics_.add(problem());
        return std::nullopt;
    }

  private:
    bool take(const yaml_event_t& event) {
        if (skipDepth_ != 0) return skip(event);
        const bool standsForMerge = std::exchange(afterMergeKey_, false);
        switch (event.type) {
            case YAML_DOCUMENT_START_EVENT:
                return document(event);
            case YAML_ALIAS_EVENT:
                return alias(event, standsForMerge);
            case YAML_SCALAR_EVENT:
                return scalar(event);
            case YAML_SEQUENCE_START_EVENT: {
                const auto& data = event.data.sequence_start;
                return properties(event, data.anchor, data.tag) && open(Kind::list, event);
            }
            case YAML_MAPPING_START_EVENT: {
                const auto& data = event.data.mapping_start;
                return properties(event, data.anchor, data.tag) && open(Kind::map, event);
            }
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                return close(event);
            case YAML_NO_EVENT:
            case YAML_STREAM_START_EVENT:
            case YAML_STREAM_END_EVENT:
            case YAML_DOCUMENT_END_EVENT:
                return true;
        }
        return true;
    }

    std::size_t byte(const yaml_mark_t& mark) { return bodyBegin_ + index_.byte(mark.index); }

    Span at_least_one(std::size_t begin, std::size_t end) const {
        return builder_.span(begin, std::min(std::max(end, begin + 1), text_.size()));
    }

    Diagnostic problem() {
        const yaml_parser_t& parser = events_.parser();
        TENANTRY_CHECK(parser.error != YAML_READER_ERROR, "the bytes were checked before libyaml saw them");
        const std::size_t contextAt = byte(parser.context_mark);
        return explain({view_of(parser.problem), view_of(parser.context), byte(parser.problem_mark), contextAt},
                       sources_, id_);
    }

    static std::string_view view_of(const char* text) { return text == nullptr ? std::string_view() : text; }

    bool document(const yaml_event_t& event) {
        const auto& data = event.data.document_start;
        const std::size_t begin = byte(event.start_mark);
        if (++documents_ > 1) {
            const bool marked = text_.substr(begin).starts_with("---");
            builder_.refuse(code::severalDocuments, at_least_one(begin, marked ? begin + 3 : begin),
                            "A second document begins here.", "Move it to a file of its own.");
            return false;
        }
        if (data.version_directive == nullptr && data.tag_directives.start == data.tag_directives.end) return true;
        const std::size_t end = std::min(text_.find_first_of("\r\n", begin), text_.size());
        return builder_.refuse(code::directive, builder_.span(begin, end), "This line is a YAML directive.",
                               "Remove the line.");
    }

    /// Anchor and tag stand before their node, in either order.
    bool properties(const yaml_event_t& event, const yaml_char_t* anchor, const yaml_char_t* tag) {
        if (anchor == nullptr && tag == nullptr) return true;
        std::size_t begin = byte(event.start_mark);
        for (int i = 0; i < 2; ++i) {
            begin = std::min(text_.find_first_not_of(" \t\r\n", begin), text_.size());
            if (begin == text_.size()) return true;
            if (text_[begin] == '&' && anchor != nullptr) {
                const std::size_t end = begin + 1 + view(anchor).size();
                if (!refuse(code::anchor, begin, end, "The anchor `{}` is not used here.", "Remove it.")) return false;
                begin = end;
            } else if (text_[begin] == '!' && tag != nullptr) {
                const std::size_t end = std::min(text_.find_first_of(" \t\r\n,", begin), text_.size());
                if (!refuse(code::tag, begin, end, "The tag `{}` is not used here.",
                            "Remove it, or put the value in quotes if it begins with `!`."))
                    return false;
                begin = end;
            }
        }
        return true;
    }

    bool refuse(const CodeInfo& code, std::size_t begin, std::size_t end, fmt::format_string<std::string> detail,
                std::string help) {
        const Span at = at_least_one(begin, end);
        return builder_.refuse(code, at, fmt::format(detail, shown(sources_.text(at))), std::move(help));
    }

    /// After a merge key an alias is what one expects and no mistake of its own.
    bool alias(const yaml_event_t& event, bool standsForMerge) {
        const Span at = at_least_one(byte(event.start_mark), byte(event.end_mark));
        if (!standsForMerge && !refuse(code::alias, at.begin, at.end, "The alias `{}` is not used here.",
                                       "Write the value again, or put it in quotes if it begins with `*`."))
            return false;
        return builder_.wants_key() ? builder_.refused_key(at) : builder_.scalar({}, false, at);
    }

    bool scalar(const yaml_event_t& event) {
        const auto& data = event.data.scalar;
        if (!properties(event, data.anchor, data.tag)) return false;
        const bool quoted = data.style != YAML_PLAIN_SCALAR_STYLE;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libyaml's bytes are unsigned
        const std::string_view value(reinterpret_cast<const char*>(data.value), data.length);
        const std::size_t begin = byte(event.start_mark);
        std::size_t end = byte(event.end_mark);
        if (data.style == YAML_LITERAL_SCALAR_STYLE || data.style == YAML_FOLDED_SCALAR_STYLE)
            end = end_of_block(begin, end);
        const Span at = builder_.span(begin, end);
        const std::string_view text = in_source(value, at, quoted);
        return builder_.wants_key() ? key(text, quoted, at) : builder_.scalar(text, quoted, at);
    }

    /// libyaml counts the empty lines after a block as its own; the token ends with its last line that holds something.
    [[nodiscard]] std::size_t end_of_block(std::size_t begin, std::size_t end) const {
        const std::string_view block = text_.substr(begin, end - begin);
        return begin + std::min(block.find_first_of("\r\n", block.find_last_not_of(" \t\r\n")), block.size());
    }

    /// The value as a view into the source where it stands there as it is, else a copy.
    std::string_view in_source(std::string_view value, Span at, bool quoted) {
        const std::size_t quote = quoted ? 1 : 0;
        if (at.end - at.begin == value.size() + 2 * quote) {
            const std::string_view raw = text_.substr(at.begin + quote, value.size());
            if (raw == value) return raw;
        }
        return builder_.own(value);
    }

    bool key(std::string_view text, bool quoted, Span at) {
        if (!quoted && (text.empty() || text == "~" || text == "null"))
            return refuse_key(at.begin, at.end, text.empty() ? "The key is empty." : "The key is null.") &&
                   builder_.refused_key(at);
        if (quoted || text != "<<") return builder_.key(text, at);
        afterMergeKey_ = true;
        return builder_.refuse(code::mergeKey, at, "The merge key `<<` is not used here.",
                               "Write the keys that it stands for.") &&
               builder_.refused_key(at);
    }

    bool refuse_key(std::size_t begin, std::size_t end, std::string detail) {
        return builder_.refuse(code::keyIsNoText, at_least_one(begin, end), std::move(detail),
                               "Write a name before the colon; quotes make a text of anything.");
    }

    bool open(Kind kind, const yaml_event_t& event) {
        const std::size_t begin = byte(event.start_mark);
        if (!builder_.wants_key()) return builder_.open(kind, static_cast<std::uint32_t>(begin));
        skipDepth_ = 1;
        const std::size_t end = byte(event.end_mark);
        return refuse_key(begin, end, kind == Kind::map ? "The key is a map." : "The key is a list.") &&
               builder_.refused_key(builder_.span(begin, end));
    }

    /// What stands inside a key that is a map or a list says nothing more; its depth still counts.
    bool skip(const yaml_event_t& event) {
        if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) --skipDepth_;
        if (event.type != YAML_SEQUENCE_START_EVENT && event.type != YAML_MAPPING_START_EVENT) return true;
        ++skipDepth_;
        return builder_.check_depth(skipDepth_, static_cast<std::uint32_t>(byte(event.start_mark)));
    }

    /// A collection in brackets ends with its bracket, the one end event that covers a character; other collections
    /// end with their last child, since libyaml gives them the place of the next token.
    bool close(const yaml_event_t& event) {
        const bool hasBracket = event.end_mark.index != event.start_mark.index;
        return builder_.close(hasBracket ? static_cast<std::uint32_t>(byte(event.end_mark)) : 0);
    }

    std::optional<Tree> finish() {
        if (documents_ == 0) {
            builder_.open(Kind::map, static_cast<std::uint32_t>(bodyBegin_));
            builder_.close(0);
        }
        std::optional<Tree> tree = builder_.take();
        // `---` alone is a document that holds nothing.
        if (tree && tree->rows.size() == 1 && tree->rows[0].kind == Kind::scalar && !tree->rows[0].quoted &&
            tree->rows[0].text.empty())
            tree->rows[0].kind = Kind::map;
        return tree;
    }

    const Sources& sources_;
    SourceId id_;
    std::string_view text_;
    std::size_t bodyBegin_;  ///< after a byte order mark
    Diagnostics& diagnostics_;
    CharacterIndex index_;
    TreeBuilder builder_;
    Events events_;
    std::size_t documents_ = 0;
    std::size_t skipDepth_ = 0;  ///< open collections inside a key that was refused
    bool afterMergeKey_ = false;
};

}  // namespace

std::optional<Tree> parse_yaml(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics) {
    if (!check_size(sources, id, limits, diagnostics)) return std::nullopt;
    if (!check_visible(sources, id, diagnostics)) return std::nullopt;
    return YamlReader(sources, id, limits, diagnostics).read();
}

}  // namespace tenantry::syntax

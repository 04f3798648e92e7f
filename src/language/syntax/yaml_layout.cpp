#include "yaml_layout.hpp"

#include <algorithm>
#include <utility>

#include <tenantry/base/source.hpp>
#include <tenantry/syntax/yaml_text.hpp>

#include "yaml_comments.hpp"
#include "yaml_scalar_lines.hpp"

namespace tenantry::syntax {
namespace {

constexpr std::size_t widest = 120;
constexpr std::size_t step = 2;
// libyaml takes a key without `? ` only where its colon is at most 1,024 characters away.
constexpr std::size_t longestPlainKey = 1000;

struct Line {
    std::string text;
    std::string comment;
    std::uint32_t commentColumn = 0;  ///< where it stood
};

class YamlLayout {
  public:
    YamlLayout(std::string_view text, const Tree& tree) : text_(text), comments_(text, tree), root_(Node::root(tree)) {}

    std::string run() {
        document_start();
        if (root_.at().begin != root_.at().end) put_root();
        put_comments(static_cast<std::uint32_t>(text_.size()), 0);
        return joined();
    }

  private:
    void put_root() {
        const std::string line = root_.is_scalar() ? "" : on_one_line(root_, 0);
        if (!root_.is_scalar() && line.empty()) return block(root_, 0, 0);
        put_comments(last_before(root_), 0);
        if (root_.is_scalar()) return put_scalar(root_, "", 0);
        put_line(line, 0);
        put_trailing(root_.at().end, "");
    }

    // What stands on lines -------------------------------------------------------------------------------------------

    void put_line(std::string_view text, std::size_t indent) {
        lines_.push_back({(begun_.empty() ? std::string(indent, ' ') : begun_) + std::string(text), "", 0});
        begun_.clear();
        mayBreak_ = true;
    }

    // Whether the line of this place follows an empty one, and nothing is written before it on its line.
    [[nodiscard]] bool follows_empty_line(std::uint32_t at) const {
        const std::uint32_t line = comments_.line_begin(at);
        if (line == 0 || text_.substr(line, at - line).find_first_not_of(" \t-?[{") != std::string_view::npos)
            return false;
        const std::uint32_t above = comments_.line_begin(line - 1);
        return text_.substr(above, line - above).find_first_not_of(" \t\r\n") == std::string_view::npos;
    }

    void put_empty_line(std::uint32_t before) {
        if (lines_.empty() || !mayBreak_ || !begun_.empty() || !follows_empty_line(before)) return;
        lines_.emplace_back();
        mayBreak_ = false;
    }

    void put_comment(Comment& comment, std::size_t indent) {
        put_empty_line(comment.begin);
        const std::string begun = std::exchange(begun_, {});
        if (!begun.empty()) indent = begun.find_first_not_of(' ');
        put_line(text_.substr(comment.begin, comment.end - comment.begin), indent);
        begun_ = begun;
        comment.used = true;
    }

    void put_comments(std::uint32_t before, std::size_t indent) {
        while (Comment* comment = comments_.next_before(before)) put_comment(*comment, indent);
    }

    bool put_trailing(std::uint32_t from, std::string_view between) {
        Comment* comment = comments_.trailing(from, between);
        if (comment == nullptr || !lines_.back().comment.empty()) return false;
        lines_.back().comment = text_.substr(comment->begin, comment->end - comment->begin);
        lines_.back().commentColumn = comment->column;
        comment->used = true;
        return true;
    }

    // Comments behind a block that are not less deep than it belong to it.
    void put_comments_of_block(const Node& node, std::size_t indent, std::uint32_t column) {
        const std::uint32_t end = comments_.next_node(node.at().end);
        while (Comment* comment = comments_.next_before(end)) {
            if (!comment->alone || comment->column < column) return;
            put_comment(*comment, indent);
        }
    }

    std::string joined() {
        align_comments();
        std::string out;
        for (const Line& line : lines_) out += line.text + line.comment + "\n";
        return out;
    }

    // Comments that stand under each other stay so; others begin two spaces behind their line.
    void align_comments() {
        for (std::size_t i = 0; i < lines_.size();) {
            std::size_t end = i + 1;
            std::size_t width = code_points(lines_[i].text);
            while (end < lines_.size() && !lines_[i].comment.empty() && !lines_[end].comment.empty() &&
                   lines_[end].commentColumn == lines_[i].commentColumn)
                width = std::max(width, code_points(lines_[end++].text));
            for (; i < end; ++i)
                if (!lines_[i].comment.empty())
                    lines_[i].text += std::string(width - code_points(lines_[i].text) + 2, ' ');
        }
    }

    // Values on one line ---------------------------------------------------------------------------------------------

    [[nodiscard]] std::string_view token(Span at) const { return text_.substr(at.begin, at.end - at.begin); }
    static bool is_empty(const Node& node) { return node.is_scalar() && !node.quoted() && node.text().empty(); }
    [[nodiscard]] bool is_bracketed(const Node& node) const {
        return !node.is_scalar() && node.at().begin < text_.size() &&
               (text_[node.at().begin] == '{' || text_[node.at().begin] == '[');
    }

    [[nodiscard]] std::string key_text(const Entry& entry) const {
        const std::string_view written = token(entry.keyAt);
        const bool quoted = std::string_view("'\"|>").find(written.front()) != std::string_view::npos;
        if (written.find_first_of("\r\n") != std::string_view::npos) return yaml_quoted(entry.key);
        return scalar_on_one_line(written, entry.key, quoted);
    }

    // Empty where it cannot stand in brackets on one line of `widest` characters.
    [[nodiscard]] std::string in_brackets(const Node& node) const {
        if (node.is_scalar())
            return is_empty(node) ? "" : scalar_on_one_line(token(node.at()), node.text(), node.quoted());
        if (node.size() == 0) return node.is_map() ? "{}" : "[]";
        std::string inner;
        for (std::size_t i = 0; i < node.size(); ++i) {
            const std::string value = in_brackets(node.is_map() ? node.entry(i).value : node.item(i));
            if (value.empty()) return {};
            if (!inner.empty()) inner += ", ";
            if (node.is_map()) inner += key_text(node.entry(i)) + ": ";
            inner += value;
            if (inner.size() > 4 * widest) return {};  // too long, whatever its characters
        }
        return node.is_map() ? "{ " + inner + " }" : "[" + inner + "]";
    }

    // A map or list in brackets that may stay so behind `before` characters; else empty.
    [[nodiscard]] std::string on_one_line(const Node& node, std::size_t before) const {
        if (node.size() == 0) return node.is_map() ? "{}" : "[]";
        if (!is_bracketed(node) || comments_.any_within(node.at())) return {};
        const std::string line = in_brackets(node);
        return before + code_points(line) <= widest ? line : std::string();
    }

    // Blocks ---------------------------------------------------------------------------------------------------------

    [[nodiscard]] std::uint32_t column(std::uint32_t at) const { return at - comments_.line_begin(at); }
    // Comments up to here cannot stand inside the value's one line.
    static std::uint32_t last_before(const Node& value) {
        return value.is_scalar() || value.size() != 0 ? value.at().begin : value.at().end;
    }

    void block(const Node& node, std::size_t indent, std::uint32_t outerColumn) {
        for (std::size_t i = 0; i < node.size(); ++i)
            if (node.is_map())
                entry(node.entry(i), indent);
            else
                item(node.item(i), indent);
        if (is_bracketed(node))
            put_comments(node.at().end, indent);
        else
            put_comments_of_block(node, indent, std::max(column(node.at().begin), outerColumn));
    }

    void entry(const Entry& entry, std::size_t indent) {
        const std::string text = key_text(entry);
        const bool marked = code_points(text) > longestPlainKey;
        put_comments(entry.keyAt.begin, indent);
        put_empty_line(entry.keyAt.begin);
        if (marked) put_line("? " + text, indent);
        const std::string key = marked ? ":" : text + ":";
        if (is_empty(entry.value)) {
            put_line(key, indent);
            put_trailing(entry.keyAt.end, ":");
            return;
        }
        const std::string line = entry.value.is_scalar() ? "" : on_one_line(entry.value, indent + code_points(key) + 1);
        if (entry.value.is_scalar() || !line.empty()) put_comments(last_before(entry.value), indent);
        if (entry.value.is_scalar()) {
            put_scalar(entry.value, key + " ", indent);
        } else if (!line.empty()) {
            put_line(key + " " + line, indent);
            put_trailing(entry.value.at().end, ",]}");
        } else {
            put_line(key, indent);
            if (!put_trailing(entry.keyAt.end, is_bracketed(entry.value) ? ":{[" : ":") && is_bracketed(entry.value))
                put_trailing(entry.value.at().end, ",]}");
            block(entry.value, indent + step, column(entry.keyAt.begin) + 1);
        }
    }

    void item(const Node& value, std::size_t indent) {
        const std::string line = value.is_scalar() ? "" : on_one_line(value, indent + step);
        put_comments(last_before(value), indent);
        put_empty_line(value.at().begin);
        if (is_empty(value)) {
            put_line("-", indent);
            put_trailing(value.at().end, "");
        } else if (value.is_scalar()) {
            put_scalar(value, "- ", indent);
        } else if (!line.empty()) {
            put_line("- " + line, indent);
            put_trailing(value.at().end, ",]}");
        } else {
            begun_ = (begun_.empty() ? std::string(indent, ' ') : begun_) + "- ";
            block(value, indent + step, 0);
        }
    }

    void put_scalar(const Node& node, const std::string& before, std::size_t indent) {
        const ScalarLines scalar = scalar_lines(token(node.at()), node.text(), node.quoted());
        put_line(before + scalar.lines.front(), indent);
        for (std::size_t i = 1; i < scalar.lines.size(); ++i)
            put_line(scalar.lines[i], scalar.lines[i].empty() ? 0 : indent + step);
        if (scalar.endsInEmptyLines)
            mayBreak_ = false;
        else
            put_trailing(node.at().end, ",]}");
    }

    // `---` stays where it is; it is the one thing before the root that is no comment.
    void document_start() {
        const std::uint32_t end = root_.at().begin;
        for (std::size_t at = 0; at < end; at = std::min(text_.find('\n', at), text_.size()) + 1) {
            const std::size_t line = at == 0 && text_.starts_with("\xEF\xBB\xBF") ? 3 : at;
            if (!text_.substr(line).starts_with("---")) continue;
            if (line + 3 < text_.size() && std::string_view(" \t\r\n").find(text_[line + 3]) == std::string_view::npos)
                continue;
            put_comments(static_cast<std::uint32_t>(line), 0);
            put_empty_line(static_cast<std::uint32_t>(line));
            put_line("---", 0);
            put_trailing(static_cast<std::uint32_t>(line) + 3, "");
            return;
        }
    }

    std::string_view text_;
    YamlComments comments_;
    Node root_;
    std::vector<Line> lines_;
    std::string begun_;     ///< marks of lists that the next line begins with
    bool mayBreak_ = true;  ///< an empty line may follow
};

}  // namespace

std::string laid_out(std::string_view text, const Tree& tree) { return YamlLayout(text, tree).run(); }

}  // namespace tenantry::syntax

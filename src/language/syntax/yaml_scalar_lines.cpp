#include "yaml_scalar_lines.hpp"

#include <algorithm>

#include <tenantry/syntax/yaml_text.hpp>

namespace tenantry::syntax {
namespace {

constexpr std::string_view spaces = " \t\r";

std::string_view trimmed_front(std::string_view line) {
    return line.substr(std::min(line.find_first_not_of(spaces), line.size()));
}

// Spaces behind a backslash may be escaped ones.
std::string_view trimmed_back(std::string_view line) {
    const std::size_t last = line.find_last_not_of(spaces);
    if (last == std::string_view::npos) return {};
    return line[last] == '\\' ? line : line.substr(0, last + 1);
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> lines;
    while (true) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
}

std::string requoted(std::string_view token) {
    const std::string_view inner = token.substr(1, token.size() - 2);
    if (token.front() == '\'' && inner.find_first_of("'\"\\") == std::string_view::npos)
        return '"' + std::string(inner) + '"';
    return std::string(token);
}

bool is_one_line(std::string_view token) { return token.find_first_of("\r\n") == std::string_view::npos; }

// `|2-  # why` without the digit: the header's comment is part of the token.
struct Header {
    char style = '|';
    bool digit = false;
    std::string comment;
};

Header header_of(std::string_view line) {
    Header header{line.front(), line.find_first_of("0123456789") < line.find('#'), {}};
    if (const std::size_t hash = line.find('#'); hash != std::string_view::npos)
        header.comment = "  " + std::string(trimmed_back(line.substr(hash)));
    return header;
}

// The lines of a folded text as they are written; none where only its value says what they are.
std::vector<std::string> folded_lines(const std::vector<std::string_view>& token) {
    std::vector<std::string> lines;
    std::size_t depth = 0;
    std::size_t deepestEmpty = 0;
    for (std::size_t i = 1; i < token.size(); ++i) {
        const std::size_t first = token[i].find_first_not_of(' ');
        if (depth == 0 && first == std::string_view::npos) deepestEmpty = std::max(deepestEmpty, token[i].size());
        if (depth == 0 && first != std::string_view::npos) depth = first;
        if (first < depth || deepestEmpty > depth) return {};
        lines.emplace_back(token[i].size() > depth && depth != 0 ? token[i].substr(depth) : "");
    }
    return lines;
}

// Whether the last line holds nothing but spaces.
bool is_blank(std::string_view lines) {
    const std::size_t last = lines.find_last_not_of(" \t");
    return last == std::string_view::npos || lines[last] == '\n';
}

// A text as `|` or `>` shows it. Literal lines are made from the value, which needs nobody to know how deep they were.
ScalarLines block_lines(std::string_view token, std::string_view value) {
    const std::size_t last = value.find_last_not_of('\n');
    const auto written = split(token);
    const Header header = header_of(written.front());
    // A last line of spaces would look like one that is no part of the text.
    if (last == std::string_view::npos || is_blank(value.substr(0, last + 1)))
        return {{yaml_quoted(value) + header.comment}};
    const std::size_t ends = value.size() - last - 1;
    std::vector<std::string> content;
    if (header.style == '>' && !header.digit) content = folded_lines(written);
    const bool folded = !content.empty();
    if (!folded)
        for (const std::string_view line : split(value.substr(0, last + 1))) content.emplace_back(line);
    const auto first = std::ranges::find_if(content, [](const std::string& line) { return !line.empty(); });
    const bool indented = first->front() == ' ' || first->front() == '\t';
    ScalarLines result;
    result.lines.push_back((folded ? ">" : "|") + std::string(indented ? "2" : "") +
                           (ends == 0  ? "-"
                            : ends > 1 ? "+"
                                       : "") +
                           header.comment);
    result.lines.insert(result.lines.end(), content.begin(), content.end());
    for (std::size_t i = 1; i < ends; ++i) result.lines.emplace_back();
    result.endsInEmptyLines = ends > 1;
    return result;
}

// Plain texts that mean something else where they may be moved to: a lone hyphen begins a list outside of brackets,
// and three hyphens or dots at the beginning of a line divide documents.
bool needs_quotes(std::string_view value) {
    if (value == "-") return true;
    const bool isMark = value.starts_with("---") || value.starts_with("...");
    return isMark && (value.size() == 3 || spaces.find(value[3]) != std::string_view::npos || value[3] == '\n');
}

}  // namespace

ScalarLines scalar_lines(std::string_view token, std::string_view value, bool quoted) {
    if (quoted && (token.front() == '|' || token.front() == '>')) return block_lines(token, value);
    if (is_one_line(token) || (!quoted && needs_quotes(value))) return {{scalar_on_one_line(token, value, quoted)}};
    ScalarLines result;
    for (const std::string_view line : split(token)) result.lines.emplace_back(trimmed_front(trimmed_back(line)));
    return result;
}

std::string scalar_on_one_line(std::string_view token, std::string_view value, bool quoted) {
    if (!quoted && needs_quotes(value)) return yaml_quoted(value);
    if (is_one_line(token)) return quoted ? requoted(token) : std::string(token);
    if (quoted) return yaml_quoted(value);
    return value.find('\n') == std::string_view::npos ? std::string(value) : std::string();
}

}  // namespace tenantry::syntax

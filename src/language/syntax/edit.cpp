#include <algorithm>

#include <tenantry/base/check.hpp>
#include <tenantry/syntax/edit.hpp>

namespace tenantry::syntax {
namespace {

std::size_t line_begin(std::string_view text, std::size_t at) {
    const std::size_t newline = text.substr(0, at).find_last_of('\n');
    return newline == std::string_view::npos ? 0 : newline + 1;
}

// Behind the line's end, or the end of the text.
std::size_t next_line(std::string_view text, std::size_t at) {
    const std::size_t newline = text.find('\n', at);
    return newline == std::string_view::npos ? text.size() : newline + 1;
}

std::string_view line_end(std::string_view text) { return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n"; }

bool is_bracketed(std::string_view text, const Node& node) { return text.substr(node.at().begin, 1) == "{"; }

TextEdit edit(std::size_t begin, std::size_t end, std::string text) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), std::move(text)};
}

std::string in_brackets(const NewEntry& entry) {
    if (entry.members.empty()) return entry.key + ": " + entry.scalar;
    std::string members;
    for (const std::string& member : entry.members) members += (members.empty() ? "" : ", ") + member;
    return entry.key + ": { " + members + " }";
}

// Lines below `at` that are comments and deeper than `column` belong to what stands above them.
std::size_t behind_own_comments(std::string_view text, std::size_t at, std::size_t column) {
    while (at < text.size()) {
        const std::size_t first = text.find_first_not_of(' ', at);
        if (first == std::string_view::npos || text[first] != '#' || first - at <= column) return at;
        at = next_line(text, at);
    }
    return at;
}

// The comma that divides an entry from the next one, with the spaces behind it.
TextEdit remove_from_brackets(std::string_view text, const Node& map, std::size_t index) {
    const std::uint32_t begin = map.entry(index).keyAt.begin;
    const std::uint32_t end = map.entry(index).value.at().end;
    if (index + 1 < map.size()) {
        const std::size_t comma = text.find_first_not_of(" \t\r\n", end);
        // A comment stands between: it goes, since the comma behind it must.
        if (text.substr(comma, 1) != ",") return edit(begin, map.entry(index + 1).keyAt.begin, "");
        return edit(begin, std::min(text.find_first_not_of(" \t", comma + 1), text.size()), "");
    }
    if (index == 0) return edit(begin, end, "");
    // A comma before the closing bracket is good YAML: it stays where a comment stands behind it.
    const std::uint32_t before = map.entry(index - 1).value.at().end;
    const bool onlyComma = text.substr(before, begin - before).find_first_not_of(" \t\r\n,") == std::string_view::npos;
    return edit(onlyComma ? before : begin, end, "");
}

}  // namespace

std::string edited(std::string_view text, std::vector<TextEdit> edits) {
    std::ranges::sort(edits, {}, &TextEdit::begin);
    std::string out;
    std::size_t at = 0;
    for (const TextEdit& one : edits) {
        TENANTRY_CHECK(one.begin >= at && one.end >= one.begin && one.end <= text.size(), "edits do not overlap");
        out += text.substr(at, one.begin - at);
        out += one.text;
        at = one.end;
    }
    return out += text.substr(at);
}

std::string as_lines(const NewEntry& entry, std::size_t indent, std::string_view lineEnd) {
    const std::string front(indent, ' ');
    std::string lines = front + entry.key + ":";
    if (entry.members.empty()) lines += " " + entry.scalar;
    lines += lineEnd;
    for (const std::string& member : entry.members) lines.append(front).append("  ").append(member).append(lineEnd);
    return lines;
}

std::vector<TextEdit> insert_entry(std::string_view text, const Node& map, const NewEntry& entry) {
    if (is_bracketed(text, map)) {
        if (map.size() != 0) {
            const std::uint32_t end = map.entry(map.size() - 1).value.at().end;
            return {edit(end, end, ", " + in_brackets(entry))};
        }
        const std::string_view inside = text.substr(map.at().begin + 1, map.at().end - map.at().begin - 2);
        const bool hasComment = inside.find_first_not_of(" \t\r\n") != std::string_view::npos;
        const std::size_t end = hasComment ? map.at().begin + 1 : map.at().end - 1;
        return {edit(map.at().begin + 1, end, " " + in_brackets(entry) + (hasComment ? "" : " "))};
    }
    const bool alone = map.size() == 0;
    const std::size_t indent = alone ? 0 : map.at().begin - line_begin(text, map.at().begin);
    const Node last = alone ? map : map.entry(map.size() - 1).value;
    const std::size_t below = next_line(text, std::max<std::size_t>(last.at().end, 1) - 1);
    const std::size_t at = alone ? text.size() : behind_own_comments(text, below, indent);
    const bool brackets = !alone && last.is_map() && is_bracketed(text, last);
    const std::string_view eol = line_end(text);
    const bool openLine = at != 0 && text[at - 1] != '\n';
    return {edit(
        at, at,
        std::string(openLine ? eol : "") + (brackets ? std::string(indent, ' ') + in_brackets(entry) + std::string(eol)
                                                     : as_lines(entry, indent, eol)))};
}

std::vector<TextEdit> remove_entry(std::string_view text, const Entry& holder, std::size_t index) {
    const Node& map = holder.value;
    if (is_bracketed(text, map)) return {remove_from_brackets(text, map, index)};
    const std::uint32_t key = map.entry(index).keyAt.begin;
    const std::size_t begin = line_begin(text, key);
    const std::size_t lines = next_line(text, std::max<std::size_t>(map.entry(index).value.at().end, key + 1) - 1);
    std::vector<TextEdit> edits{edit(begin, behind_own_comments(text, lines, key - begin), "")};
    if (map.size() == 1) {
        const std::size_t colon = text.find(':', holder.keyAt.end);
        edits.push_back(edit(colon + 1, colon + 1, " {}"));
    }
    return edits;
}

}  // namespace tenantry::syntax

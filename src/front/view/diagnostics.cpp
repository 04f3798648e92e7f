#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/view/diagnostics.hpp>

#include "paint.hpp"

namespace tenantry::view {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Code points of `text`, each as its bytes; a byte that is no UTF-8 stands alone.
std::vector<std::string_view> characters(std::string_view text) {
    std::vector<std::string_view> all;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length < 4 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
            ++length;
        if (!is_utf8(text.substr(0, length))) length = 1;
        all.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return all;
}

// U+061C, U+200E/F, U+202A-202E, U+2066-2069 turn the direction of what follows; U+2028/2029 end a line.
bool turns_direction(std::string_view c) {
    if (c == "\xD8\x9C") return true;
    if (c.size() != 3 || c[0] != '\xE2') return false;
    const auto second = static_cast<unsigned char>(c[1]);
    const auto third = static_cast<unsigned char>(c[2]);
    return (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE))) ||
           (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

void append_printable(std::string& out, std::string_view c) {
    const auto first = static_cast<unsigned char>(c[0]);
    const bool c1 = c.size() == 2 && first == 0xC2 && static_cast<unsigned char>(c[1]) < 0xA0;
    if (c == "\t")
        out += ' ';
    else if (first < 0x20 || first == 0x7F || c1 || turns_direction(c) || !is_utf8(c))
        out += replacement;
    else
        out += c;
}

// A long line is shown around the place: what is before and after is cut.
struct Window {
    std::string text;
    std::size_t caretAt = 0;
    std::size_t carets = 1;
};

Window window(const Sources& sources, Span at) {
    constexpr std::size_t widest = 110;
    constexpr std::size_t before = 60;
    const std::string_view line = sources.line(at.source, at.begin);
    const auto start = static_cast<std::size_t>(line.data() - sources.text(at.source).data());
    const std::size_t inLine = std::min<std::size_t>(at.begin - std::min<std::size_t>(start, at.begin), line.size());
    const std::size_t endInLine =
        std::clamp<std::size_t>(at.end - std::min<std::size_t>(start, at.end), inLine, line.size());
    const auto all = characters(line);
    const std::size_t caret = characters(line.substr(0, inLine)).size();
    const std::size_t length = std::max<std::size_t>(1, characters(line.substr(inLine, endInLine - inLine)).size());
    const std::size_t first = all.size() > widest && caret > before ? caret - before : 0;
    const std::size_t last = std::min(all.size(), first + widest);
    Window shown;
    if (first > 0) shown.text += "...";
    for (std::size_t i = first; i < last; ++i) append_printable(shown.text, all[i]);
    if (last < all.size()) shown.text += "...";
    shown.caretAt = caret - first + (first > 0 ? 3 : 0);
    shown.carets = std::min(length, std::max<std::size_t>(1, last - std::min(last, caret)));
    return shown;
}

std::string_view name_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

void append(std::string& out, const Sources& sources, const Diagnostic& diagnostic, const Paint& paint) {
    const CodeInfo& code = *diagnostic.code;
    const Color color = code.severity == Severity::error ? Color::red : Color::yellow;
    const Position position = sources.position(diagnostic.at.source, diagnostic.at.begin);
    const std::string number = fmt::format("{}", position.line);
    const std::string gutter(number.size(), ' ');
    out += fmt::format("{}: {}\n", paint(color, fmt::format("{}[{}]", name_of(code.severity), code.code)),
                       paint(Color::bold, code.summary));
    out += fmt::format("{}{} {}\n", gutter, paint(Color::blue, "-->"), printable(place(sources, diagnostic.at)));
    if (!sources.text(diagnostic.at.source).empty()) {
        const Window shown = window(sources, diagnostic.at);
        out += fmt::format("{} {} {}\n", paint(Color::blue, number), paint(Color::blue, "|"), shown.text);
        out += fmt::format("{} {} {}{}\n", gutter, paint(Color::blue, "|"), std::string(shown.caretAt, ' '),
                           paint(color, std::string(shown.carets, '^')));
    }
    out += fmt::format("{} {} {}\n", gutter, paint(Color::blue, "="), printable(diagnostic.detail));
    if (!diagnostic.help.empty())
        out += fmt::format("{} {} {} {}\n", gutter, paint(Color::blue, "="), paint(Color::green, "help:"),
                           printable(diagnostic.help));
    for (const Note& note : diagnostic.notes)
        out += fmt::format("{} {} {} {}: {}\n", gutter, paint(Color::blue, "="), paint(Color::blue, "note:"),
                           printable(place(sources, note.at)), printable(note.text));
    out += '\n';
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void write_place(const Sources& sources, Span at, JsonText& json) {
    const Position begin = sources.position(at.source, at.begin);
    const Position end = sources.position(at.source, at.end);
    json.member("file", sources.name(at.source)).member("line", begin.line).member("column", begin.column);
    json.member("endLine", end.line).member("endColumn", end.column);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const std::string_view c : characters(text)) append_printable(out, c);
    return out;
}

std::string place(const Sources& sources, Span at) {
    const Position position = sources.position(at.source, at.begin);
    return fmt::format("{}:{}:{}", sources.name(at.source), position.line, position.column);
}

std::string to_text(const Sources& sources, const Diagnostics& diagnostics, const Style& style) {
    if (diagnostics.empty()) return {};
    std::vector<const Diagnostic*> order;
    for (const Diagnostic& diagnostic : diagnostics.all()) order.push_back(&diagnostic);
    std::ranges::stable_sort(order, {}, [](const Diagnostic* d) { return d->code->severity; });
    const Paint paint(style.color);
    std::string out;
    for (std::size_t i = 0; i < std::min(style.most, order.size()); ++i) append(out, sources, *order[i], paint);
    const std::size_t errors = diagnostics.count(Severity::error);
    const std::size_t warnings = diagnostics.count(Severity::warning);
    if (errors != 0) out += counted(errors, "error");
    if (errors != 0 && warnings != 0) out += ", ";
    if (warnings != 0) out += counted(warnings, "warning");
    if (order.size() > style.most) out += fmt::format(" ({} shown; `--all-errors` shows the rest)", style.most);
    return out + '\n';
}

void write_json(const Sources& sources, const Diagnostics& diagnostics, JsonText& json) {
    json.array();
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        json.object(Layout::line);
        json.member("code", diagnostic.code->code)
            .member("severity", name_of(diagnostic.code->severity))
            .member("summary", diagnostic.code->summary);
        write_place(sources, diagnostic.at, json);
        json.member("detail", diagnostic.detail).member("help", diagnostic.help);
        json.key("notes").array();
        for (const Note& note : diagnostic.notes) {
            json.object();
            write_place(sources, note.at, json);
            json.member("text", note.text).end();
        }
        json.end().end();
    }
    json.end();
}

std::string explain(const CodeInfo& code) {
    std::string out =
        fmt::format("{}: {} ({})\n\n{}\n", code.code, code.summary, name_of(code.severity), code.explanation);
    if (!code.example.empty()) out += fmt::format("\nFor example:\n\n{}", code.example);
    return out;
}

void explain(const CodeInfo& code, JsonText& json) {
    json.member("code", code.code).member("severity", name_of(code.severity)).member("summary", code.summary);
    json.member("explanation", code.explanation).member("example", code.example);
}

}  // namespace tenantry::view

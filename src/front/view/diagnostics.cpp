#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <tenantry/view/diagnostics.hpp>

#include "paint.hpp"
#include "source_line.hpp"

namespace tenantry::view {
namespace {

std::string_view name_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

void append(std::string& out, const Sources& sources, const Diagnostic& diagnostic, const Paint& paint) {
    const CodeInfo& code = *diagnostic.code;
    const Color color = code.severity == Severity::error ? Color::red : Color::yellow;
    const std::string gutter(source_gutter(sources, diagnostic.at), ' ');
    out += fmt::format("{}: {}\n", paint(color, fmt::format("{}[{}]", name_of(code.severity), code.code)),
                       paint(Color::bold, code.summary));
    out += fmt::format("{}{} {}\n", gutter, paint(Color::blue, "-->"), printable(place(sources, diagnostic.at)));
    append_source_line(out, sources, diagnostic.at, color, paint);
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

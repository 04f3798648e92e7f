#include "yaml_problem.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/syntax/codes.hpp>

#include "text_check.hpp"

namespace tenantry::syntax {
namespace {

enum class Where : std::uint8_t {
    problem,        ///< the character at which libyaml stopped
    problemOpened,  ///< the same, with a note where the thing around it begins
    problemLine,    ///< from there to the end of its line
    context,        ///< the character that began what was not finished
    contextLine     ///< from there to the end of its line
};

struct Row {
    std::string_view problem;
    std::string_view context;  ///< empty: any
    const CodeInfo* code;
    Where where;
    std::string_view detail;
    std::string_view help;
};

constexpr std::string_view quoteIt = "Put the value in quotes if this character belongs to it.";
constexpr std::string_view spaces = "Indent with spaces.";

// The problems and contexts are those of libyaml 0.2.5's scanner.c and parser.c; the first row that fits is taken.
constexpr std::array rows{
    Row{"found a tab character where an indentation space is expected", "", &code::tabIndentation, Where::problem,
        "A tab stands where spaces must indent the block.", spaces},
    Row{"found a tab character that violates indentation", "", &code::tabIndentation, Where::problem,
        "A tab stands where spaces must indent the text.", spaces},
    Row{"found character that cannot start any token", "", &code::badYaml, Where::problem,
        "A value without quotes cannot begin with this character.", quoteIt},
    Row{"mapping values are not allowed in this context", "", &code::badYaml, Where::problem,
        "A second `key: value` begins inside a value, or the line is indented deeper than its neighbours.",
        "Put the value in quotes if the colon belongs to it, else align the key with its neighbours."},
    Row{"block sequence entries are not allowed in this context", "", &code::badYaml, Where::problem,
        "A list entry `- ` cannot begin here.",
        "Begin the list on a line of its own, or put the value in quotes if the hyphen belongs to it."},
    Row{"mapping keys are not allowed in this context", "", &code::badYaml, Where::problem,
        "A key that is marked with `? ` cannot begin here.", quoteIt},
    Row{"could not find expected ':'", "", &code::badYaml, Where::contextLine, "This line is no `key: value`.",
        "Write a colon and a space after the key, or indent the line as a part of the value above it."},
    Row{"did not find expected key", "", &code::badYaml, Where::problemOpened,
        "Here a key of the map was expected; this line's indentation fits no map that is open.",
        "Align the line with the keys that it belongs to."},
    Row{"did not find expected '-' indicator", "", &code::badYaml, Where::problemOpened,
        "Here the next `- ` of the list was expected; this line's indentation fits nothing that is open.",
        "Align the line with the entries that it belongs to."},
    Row{"did not find expected ',' or ']'", "", &code::badYaml, Where::problemOpened,
        "The list in brackets is not closed before this place.", "Write a comma between entries and `]` at the end."},
    Row{"did not find expected ',' or '}'", "", &code::badYaml, Where::problemOpened,
        "The map in braces is not closed before this place.", "Write a comma between entries and `}` at the end."},
    Row{"did not find expected node content", "", &code::badYaml, Where::problem, "A value is missing here.",
        "Write the value, or remove the comma before it."},
    Row{"found unexpected end of stream", "while scanning a quoted scalar", &code::badYaml, Where::context,
        "The quote that opens here is never closed.", "Close it with the same kind of quote."},
    Row{"found unexpected document indicator", "while scanning a quoted scalar", &code::badYaml, Where::context,
        "The quote that opens here is not closed before `---` or `...`.", "Close it with the same kind of quote."},
    Row{"found unknown escape character", "", &code::badYaml, Where::problem,
        "The backslash and this character are no escape in double quotes.",
        "Write two backslashes, or use single quotes, where a backslash means itself."},
    Row{"did not find expected hexdecimal number", "", &code::badYaml, Where::problem,
        "The escape is followed by too few hexadecimal digits.",
        "`\\x` takes two, `\\u` four, `\\U` eight of them; in single quotes a backslash means itself."},
    Row{"found invalid Unicode character escape code", "", &code::badYaml, Where::problem,
        "The escape names no Unicode character.", "Write the character itself."},
    Row{"found unexpected ':'", "", &code::badYaml, Where::problem, "A colon cannot stand here inside brackets.",
        "Put the value in quotes if the colon belongs to it."},
    Row{"did not find expected comment or line break", "while scanning a block scalar", &code::badYaml, Where::problem,
        "After `|` or `>` the text begins on the next line.", "Move the text to the next line and indent it."},
    Row{"found an indentation indicator equal to 0", "", &code::badYaml, Where::problem,
        "The digit after `|` or `>` says by how many spaces the text is indented; 0 is none.", "Remove the digit."},
    Row{"did not find expected alphabetic or numeric character", "while scanning an alias", &code::alias,
        Where::context, "A value without quotes cannot begin with `*`; that would be an alias.", quoteIt},
    Row{"did not find expected alphabetic or numeric character", "while scanning an anchor", &code::anchor,
        Where::context, "A value without quotes cannot begin with `&`; that would be an anchor.", quoteIt},
    Row{"", "while scanning a tag", &code::tag, Where::context,
        "A value without quotes cannot begin with `!`; that would be a tag.", quoteIt},
    Row{"", "while parsing a tag", &code::tag, Where::context,
        "A value without quotes cannot begin with `!`; that would be a tag.", quoteIt},
    Row{"found undefined tag handle", "", &code::tag, Where::context,
        "A value without quotes cannot begin with `!`; that would be a tag.", quoteIt},
    Row{"", "while scanning a directive", &code::directive, Where::contextLine, "This line is a YAML directive.",
        "Remove the line."},
    Row{"", "while scanning a %YAML directive", &code::directive, Where::contextLine, "This line is a YAML directive.",
        "Remove the line."},
    Row{"", "while scanning a %TAG directive", &code::directive, Where::contextLine, "This line is a YAML directive.",
        "Remove the line."},
    Row{"found incompatible YAML document", "", &code::directive, Where::problemLine, "This line is a YAML directive.",
        "Remove the line."},
    Row{"found duplicate %YAML directive", "", &code::directive, Where::problemLine, "This line is a YAML directive.",
        "Remove the line."},
    Row{"found duplicate %TAG directive", "", &code::directive, Where::problemLine, "This line is a YAML directive.",
        "Remove the line."},
    Row{"did not find expected <document start>", "", &code::badYaml, Where::problem,
        "After the value of the whole file nothing more can follow; this line begins further to the left than the "
        "first one, or the file begins with a text that is no `key: value`.",
        "Give all keys of the file the same indentation."},
    Row{"did not find expected whitespace or line break", "while scanning a block scalar", &code::badYaml,
        Where::problem, "After `|` or `>` the text begins on the next line.",
        "Move the text to the next line and indent it."},
};

const Row* find(const YamlProblem& problem) {
    const auto fits = [](std::string_view wanted, std::string_view given) { return wanted.empty() || wanted == given; };
    const auto* row = std::ranges::find_if(
        rows, [&](const Row& r) { return fits(r.problem, problem.problem) && fits(r.context, problem.context); });
    return row == rows.end() ? nullptr : row;
}

Span character_at(std::string_view text, SourceId id, std::size_t at) {
    const std::size_t begin = std::min(at, text.size());
    const std::size_t length = begin == text.size() ? 0 : std::max<std::size_t>(utf8_length(text.substr(begin)), 1);
    return {id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + length)};
}

Span rest_of_line(std::string_view text, SourceId id, std::size_t at) {
    Span span = character_at(text, id, at);
    const std::size_t end = std::min(text.find_first_of("\r\n", span.begin), text.size());
    span.end = std::max(span.end, static_cast<std::uint32_t>(end));
    return span;
}

// Whether the last line before `at` that holds something is the end of a document, `...`.
bool follows_document_end(std::string_view text, std::size_t at) {
    const std::size_t last = text.substr(0, at).find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos) return false;
    const std::size_t newline = text.find_last_of('\n', last);
    return text.substr(newline == std::string_view::npos ? 0 : newline + 1).starts_with("...");
}

bool begins_its_line(std::string_view text, std::size_t at) {
    const std::size_t before = text.substr(0, at).find_last_not_of(' ');
    return before == std::string_view::npos || text[before] == '\n';
}

}  // namespace

Diagnostic explain(const YamlProblem& problem, const Sources& sources, SourceId id) {
    const std::string_view text = sources.text(id);
    const Span stopped = character_at(text, id, problem.at);
    const bool atTab = sources.text(stopped) == "\t";
    if (atTab && problem.problem == "found character that cannot start any token")
        return {&code::tabIndentation, stopped, "A tab stands at the beginning of this line.", std::string(spaces), {}};
    if (problem.problem == "did not find expected <document start>" && follows_document_end(text, stopped.begin))
        return {
            &code::severalDocuments, stopped, "A second document begins here.", "Move it to a file of its own.", {}};
    const bool misaligned =
        problem.problem == "did not find expected key" || problem.problem == "did not find expected '-' indicator";
    if (misaligned && !begins_its_line(text, stopped.begin))
        return {&code::badYaml,
                stopped,
                "The value before this place has ended, so nothing can follow it on its line.",
                "Put the whole value in quotes.",
                {}};
    const Row* row = find(problem);
    if (row == nullptr)
        return {&code::badYaml, stopped, fmt::format("YAML cannot be read here: {}.", problem.problem), {}, {}};
    Diagnostic diagnostic{row->code, stopped, std::string(row->detail), std::string(row->help), {}};
    if (row->where == Where::context) diagnostic.at = character_at(text, id, problem.contextAt);
    if (row->where == Where::problemLine) diagnostic.at = rest_of_line(text, id, problem.at);
    if (row->where == Where::contextLine) diagnostic.at = rest_of_line(text, id, problem.contextAt);
    if (row->where == Where::problemOpened)
        diagnostic.notes.push_back({character_at(text, id, problem.contextAt), "It begins here."});
    return diagnostic;
}

}  // namespace tenantry::syntax

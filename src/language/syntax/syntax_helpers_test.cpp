#include <fmt/format.h>

#include <tenantry/base/text.hpp>

#include "syntax_test.hpp"

namespace tenantry::syntax::testing {

Marked marked(std::string_view text) {
    constexpr std::string_view opens = "«";
    constexpr std::string_view closes = "»";
    Marked result;
    for (std::size_t at = 0; at < text.size();) {
        const auto here = static_cast<std::uint32_t>(result.text.size());
        if (text.substr(at).starts_with(opens)) {
            result.places.emplace_back(here, here);
            at += opens.size();
        } else if (text.substr(at).starts_with(closes)) {
            result.places.back().second = here;
            at += closes.size();
        } else {
            result.text += text[at++];
        }
    }
    return result;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> places(const Diagnostics& diagnostics) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> result;
    for (const Diagnostic& d : diagnostics.all()) result.emplace_back(d.at.begin, d.at.end);
    return result;
}

std::vector<std::string_view> codes(const Diagnostics& diagnostics) {
    std::vector<std::string_view> result;
    for (const Diagnostic& d : diagnostics.all()) result.push_back(d.code->code);
    return result;
}

namespace {

// Text that a golden file may hold: control characters and bytes that are no UTF-8 as `\\xHH`.
std::string visible(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        const auto byte = static_cast<unsigned>(static_cast<unsigned char>(text[at]));
        if (length == 0 || byte < 0x20 || byte == 0x7F)
            result += fmt::format("\\x{:02X}", byte);
        else
            result += text.substr(at, length);
        at += length == 0 ? 1 : length;
    }
    return result;
}

}  // namespace

std::string shown(const Sources& sources, const Diagnostics& diagnostics) {
    std::string result;
    const auto place = [&](Span at) {
        const Position position = sources.position(at.source, at.begin);
        return fmt::format("{}:{} <{}>", position.line, position.column, visible(sources.text(at)));
    };
    for (const Diagnostic& d : diagnostics.all()) {
        result += fmt::format("{} {} at {}\n  {}\n", d.code->code, d.code->summary, place(d.at), d.detail);
        if (!d.help.empty()) result += fmt::format("  help: {}\n", d.help);
        for (const Note& note : d.notes) result += fmt::format("  note at {}: {}\n", place(note.at), note.text);
    }
    return result;
}

std::string heading(std::string_view text) { return "=== " + visible(text) + '\n'; }

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
        if (c == '"' || c == '\\')
            result += fmt::format("\\{}", c);
        else if (byte < 0x20)
            result += fmt::format("\\u{:04x}", byte);
        else
            result += c;
    }
    return result + '"';
}

std::string shown(const Node& node) {
    if (node.is_scalar()) return node.quoted() ? quoted(node.text()) : std::string(node.text());
    std::string result;
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (i != 0) result += ',';
        if (node.is_map()) result += quoted(node.entry(i).key) + ':';
        result += shown(node.is_map() ? node.entry(i).value : node.item(i));
    }
    return node.is_map() ? '{' + result + '}' : '[' + result + ']';
}

}  // namespace tenantry::syntax::testing

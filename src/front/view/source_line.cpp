#include "source_line.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <tenantry/base/text.hpp>
#include <tenantry/view/diagnostics.hpp>

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

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const std::string_view c : characters(text)) append_printable(out, c);
    return out;
}

std::size_t source_gutter(const Sources& sources, Span at) {
    return fmt::formatted_size("{}", sources.position(at.source, at.begin).line);
}

void append_source_line(std::string& out, const Sources& sources, Span at, Color carets, const Paint& paint) {
    if (sources.text(at.source).empty()) return;
    const std::string number = fmt::format("{}", sources.position(at.source, at.begin).line);
    const Window shown = window(sources, at);
    out += fmt::format("{} {} {}\n", paint(Color::blue, number), paint(Color::blue, "|"), shown.text);
    out += fmt::format("{} {} {}{}\n", std::string(number.size(), ' '), paint(Color::blue, "|"),
                       std::string(shown.caretAt, ' '), paint(carets, std::string(shown.carets, '^')));
}

}  // namespace tenantry::view

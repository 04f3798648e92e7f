#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/syntax/yaml_text.hpp>

namespace tenantry::syntax {
namespace {

// Words that YAML 1.1's types (yaml.org/type: bool, null) or 1.2's core schema read as something else than a text.
constexpr std::array<std::string_view, 9> words{"y", "n", "yes", "no", "on", "off", "true", "false", "null"};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Narrower than the grammar of plain scalars: it begins with a letter, so it is no number, and holds no indicator.
bool is_plain(std::string_view text) {
    if (text.empty() || !is_letter(text.front()) || text.back() == ' ') return false;
    const auto allowed = [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || std::string_view(" _-./+()").find(c) != std::string_view::npos;
    };
    if (!std::ranges::all_of(text, allowed)) return false;
    std::string lower;
    for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return std::ranges::find(words, lower) == words.end();
}

// Of one to three bytes; those of four are all above U+FFFF.
std::uint32_t code_point(std::string_view character) {
    const auto bits = [&](std::size_t i, unsigned mask) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i])) & mask;
    };
    if (character.size() == 1) return bits(0, 0x7F);
    if (character.size() == 2) return bits(0, 0x1F) << 6U | bits(1, 0x3F);
    return bits(0, 0x0F) << 12U | bits(1, 0x3F) << 6U | bits(2, 0x3F);
}

// What a person cannot see stands as an escape, as `parse_yaml` wants it.
std::string escaped(std::string_view character) {
    if (character == "\"" || character == "\\") return "\\" + std::string(character);
    if (character == "\n") return "\\n";
    if (character == "\t") return "\\t";
    if (character.size() > 3) return std::string(character);
    const std::uint32_t point = code_point(character);
    if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return fmt::format("\\x{:02X}", point);
    if (point == 0x2028 || point == 0x2029 || point == 0xFEFF || point >= 0xFFFE)
        return fmt::format("\\u{:04X}", point);
    return std::string(character);
}

}  // namespace

std::string yaml_quoted(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::string_view character = text.substr(0, std::max<std::size_t>(1, utf8_length(text)));
        out += escaped(character);
        text.remove_prefix(character.size());
    }
    return out + '"';
}

std::string yaml_scalar(std::string_view text) { return is_plain(text) ? std::string(text) : yaml_quoted(text); }

}  // namespace tenantry::syntax

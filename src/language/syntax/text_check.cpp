#include "text_check.hpp"

#include <array>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/syntax/codes.hpp>

namespace tenantry::syntax {
namespace {

Span span(SourceId id, std::size_t begin, std::size_t end) {
    return {id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

// Printable ASCII, tab and line feed need no look; everything else does.
constexpr std::array<bool, 256> plainBytes = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = true;
    plain['\t'] = plain['\n'] = true;
    return plain;
}();

std::size_t skip_plain(std::string_view text, std::size_t at) {
    while (at < text.size() && plainBytes[static_cast<unsigned char>(text[at])]) ++at;
    return at;
}

std::string name_of(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(sequence[i])); };
    if (sequence.size() == 1) return fmt::format("U+{:04X}", byte(0));
    if (sequence.size() == 2) return fmt::format("U+{:04X}", (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU));
    return fmt::format("U+{:04X}", (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU));
}

bool is_invisible(std::string_view sequence) {
    if (sequence.size() == 1) return true;
    if (sequence.size() == 2) return sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
    return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9" || sequence == "\xEF\xBF\xBE" ||
           sequence == "\xEF\xBF\xBF";
}

void refuse_invisible(SourceId id, std::size_t at, std::string_view sequence, Diagnostics& diagnostics) {
    const bool isReturn = sequence == "\r";
    diagnostics.add(code::controlCharacter, span(id, at, at + sequence.size()),
                    isReturn ? "Here stands a carriage return without a line feed."
                             : fmt::format("Here stands the character {}, which cannot be seen.", name_of(sequence)),
                    isReturn ? "End lines with a line feed." : "Remove it.");
}

}  // namespace

bool check_size(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics) {
    const std::size_t size = sources.text(id).size();
    if (size <= limits.bytes) return true;
    diagnostics.add(code::tooLarge, span(id, limits.bytes, limits.bytes),
                    fmt::format("The text has {} bytes; at most {} are read.", size, limits.bytes));
    return false;
}

void refuse_bytes(const Sources& sources, SourceId id, std::size_t offset, Diagnostics& diagnostics) {
    const std::string_view text = sources.text(id);
    const bool isUtf16 = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
    diagnostics.add(code::notUtf8, span(id, offset, offset + 1),
                    isUtf16 ? std::string("The text is UTF-16, as its byte order mark says.")
                            : fmt::format("The byte 0x{:02X} is no part of a UTF-8 character here.",
                                          static_cast<unsigned>(static_cast<unsigned char>(text[offset]))),
                    "Save the file as UTF-8.");
}

bool check_visible(const Sources& sources, SourceId id, Diagnostics& diagnostics) {
    const std::string_view text = sources.text(id);
    for (std::size_t at = skip_plain(text, 0); at < text.size(); at = skip_plain(text, at)) {
        if (text.substr(at).starts_with("\r\n")) {
            at += 2;
            continue;
        }
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) {
            refuse_bytes(sources, id, at, diagnostics);
            return false;
        }
        const std::string_view sequence = text.substr(at, length);
        if (is_invisible(sequence)) {
            refuse_invisible(id, at, sequence, diagnostics);
            return false;
        }
        at += length;
    }
    return true;
}

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string result;
    std::size_t points = 0;
    for (std::size_t at = 0; at < text.size(); ++points) {
        if (points == longest) return result + "...";
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

}  // namespace tenantry::syntax

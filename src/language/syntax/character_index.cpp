#include "character_index.hpp"

#include <algorithm>

namespace tenantry::syntax {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Bytes of a character in valid UTF-8, by its first byte.
std::size_t width(char first) {
    const auto byte = static_cast<unsigned char>(first);
    if (byte < 0x80) return 1;
    return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

CharacterIndex::CharacterIndex(std::string_view text)
    : text_(text), isAscii_(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {}

std::size_t CharacterIndex::byte(std::size_t index) {
    if (isAscii_) return std::min(index, text_.size());
    for (; index_ < index && byte_ < text_.size(); ++index_) byte_ += width(text_[byte_]);
    for (; index_ > index; --index_) {
        do --byte_;
        while (continues(text_[byte_]));
    }
    return byte_;
}

}  // namespace tenantry::syntax

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenantry::syntax {

/// What one JSON string (RFC 8259 7) was found to be.
struct JsonString {
    enum class Mistake : std::uint8_t {
        none,
        open,       ///< never closed
        control,    ///< a control character that is not escaped
        escape,     ///< a backslash that begins no escape
        surrogate,  ///< half of a surrogate pair
        bytes       ///< no UTF-8
    };
    Mistake mistake = Mistake::none;
    bool hasEscapes = false;
    std::size_t at = 0;     ///< of the mistake; only where there is one
    std::size_t end = 0;    ///< after the closing quote; with a mistake: after what is wrong
    std::string unescaped;  ///< the content; only where it has escapes
};

/// Reads the string whose opening quote is at `quote`.
JsonString read_json_string(std::string_view text, std::size_t quote);

}  // namespace tenantry::syntax

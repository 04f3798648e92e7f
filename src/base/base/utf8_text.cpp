#include <algorithm>

#include <tenantry/base/text.hpp>
#include <tenantry/base/utf8_text.hpp>

namespace tenantry {

std::string as_utf8(std::string_view bytes) { return as_short_utf8(bytes, std::string_view::npos); }

std::string as_short_utf8(std::string_view bytes, std::size_t most) {
    constexpr std::string_view replacement = "\xef\xbf\xbd", cut = "...";
    std::string text;
    while (!bytes.empty()) {
        const std::size_t length = utf8_length(bytes);
        const std::string_view next = length == 0 ? replacement : bytes.substr(0, length);
        if (text.size() + next.size() > most) return text.append(cut);
        text += next;
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

}  // namespace tenantry

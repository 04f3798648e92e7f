#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>

namespace tenantry {
namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_path_char(char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == '~' || c == '-';
}

template <class Rule>
bool all_of(std::string_view text, Rule rule) {
    return std::ranges::all_of(text, rule);
}

std::optional<Refusal> segments(std::string_view path) {
    while (true) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment.empty()) return "has an empty segment";
        if (segment == "." || segment == "..") return "may not hold `.` or `..` as a segment";
        if (!all_of(segment, [](char c) { return is_path_char(c) || c == '@' || c == '+'; }))
            return "may hold only A-Z, a-z, 0-9 and . _ ~ - @ + between slashes";
        if (slash == std::string_view::npos) return std::nullopt;
        path.remove_prefix(slash + 1);
    }
}

// As inet_aton(3) reads one: decimal, octal (both only digits) or `0x` and hexadecimal digits.
bool is_number(std::string_view label) {
    const auto hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
    return all_of(label, is_digit) || (label.starts_with("0x") && all_of(label.substr(2), hex));
}

}  // namespace

namespace grammar {

std::optional<Refusal> label(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.size() > 63) return fmt::format("has {} characters; a DNS label has at most 63", text.size());
    if (!all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
        return "may hold only a-z, 0-9 and hyphens";
    if (text.front() == '-' || text.back() == '-') return "may not begin or end with a hyphen";
    return std::nullopt;
}

std::optional<Refusal> service_name(std::string_view text) {
    if (auto refusal = label(text)) return refusal;
    if (is_number(text)) return "is a number, which programs take for an address";
    if (text == "unix") return "is what nginx calls a socket's path";
    return std::nullopt;
}

std::optional<Refusal> host_name(std::string_view text) {
    if (text.size() > 253) return fmt::format("has {} characters; a host name has at most 253", text.size());
    std::size_t labels = 0;
    std::string_view rest = text;
    std::string_view last;
    while (true) {
        const std::size_t dot = rest.find('.');
        last = rest.substr(0, dot);
        if (auto refusal = label(last)) return fmt::format("has a label `{}` that {}", last, *refusal);
        ++labels;
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    if (labels < 2) return "needs at least two labels, as in `lend.example`";
    if (is_number(last)) return "ends in a number, which makes it an address and no host name";
    return std::nullopt;
}

std::optional<Refusal> path_prefix(std::string_view text) {
    if (!text.starts_with('/')) return "must begin with a slash";
    if (text.size() > 201) return "is longer than 201 characters";
    if (!all_of(text, [](char c) { return is_path_char(c) || c == '/'; }))
        return "may hold only A-Z, a-z, 0-9 and . _ ~ / -";
    if (text.find("//") != std::string_view::npos) return "may not hold `//`";
    if (text.find("..") != std::string_view::npos) return "may not hold `..`";
    if (text.find("/./") != std::string_view::npos || text.ends_with("/.")) return "may not hold `.` as a segment";
    if (text.size() > 1 && text.ends_with('/')) return "may not end with a slash: a prefix covers what is below it";
    return std::nullopt;
}

std::optional<Refusal> image_ref(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.size() > 400) return "is longer than 400 characters";
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        const std::string_view digest = text.substr(at + 1);
        const auto hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
        if (!digest.starts_with("sha256:") || digest.size() != 71 || !all_of(digest.substr(7), hex))
            return "has a digest that is not `sha256:` and 64 hex digits";
        text = text.substr(0, at);
    }
    const std::size_t slash = text.rfind('/');
    if (const std::size_t colon = text.rfind(':');
        colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        const std::string_view tag = text.substr(colon + 1);
        if (tag.empty() || tag.size() > 128 || tag.front() == '.' || tag.front() == '-' || !all_of(tag, [](char c) {
                return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
            }))
            return "has a tag that is not 1 to 128 of A-Z, a-z, 0-9 and _ . -";
        text = text.substr(0, colon);
    }
    bool first = true;
    while (true) {
        const std::size_t end = text.find('/');
        std::string_view part = text.substr(0, end);
        if (first && end != std::string_view::npos) {
            if (const std::size_t colon = part.find(':'); colon != std::string_view::npos) {
                const std::string_view port = part.substr(colon + 1);
                if (port.empty() || port.size() > 5 || !all_of(port, is_digit))
                    return "has a registry port that is no number";
                part = part.substr(0, colon);
            }
        }
        first = false;
        const auto inner = [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; };
        const auto edge = [](char c) { return is_lower(c) || is_digit(c); };
        if (part.empty() || !all_of(part, inner) || !edge(part.front()) || !edge(part.back()))
            return "may hold only a-z, 0-9 and . _ - between slashes, each part with a letter or digit at both ends";
        if (end == std::string_view::npos) return std::nullopt;
        text.remove_prefix(end + 1);
    }
}

std::optional<Refusal> secret_name(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.size() > 63) return fmt::format("has {} characters; a secret's name has at most 63", text.size());
    if (!is_lower(text.front())) return "must begin with a-z";
    if (!all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; }))
        return "may hold only a-z, 0-9 and _";
    return std::nullopt;
}

std::optional<Refusal> env_key(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.size() > 100) return "is longer than 100 characters";
    if (!is_upper(text.front())) return "must begin with A-Z";
    if (!all_of(text, [](char c) { return is_upper(c) || is_digit(c) || c == '_'; }))
        return "may hold only A-Z, 0-9 and _";
    return std::nullopt;
}

std::optional<Refusal> free_text(std::string_view text) {
    if (text.size() > 4096) return "is longer than 4096 bytes";
    if (!is_utf8(text)) return "is not valid UTF-8";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool c1 = c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c < 0x20 || c == 0x7F || c1) return "holds a control character";
    }
    if (text.find("{{resolve:") != std::string_view::npos)
        return "holds `{{resolve:`, which CloudFormation would replace by a secret";
    return std::nullopt;
}

std::optional<Refusal> file_path(std::string_view text) {
    if (!text.starts_with('/')) return "must begin with a slash";
    if (text.size() > 255) return "is longer than 255 characters";
    return segments(text.substr(1));
}

std::optional<Refusal> relative_path(std::string_view text) {
    if (text.starts_with('/')) return "must be relative to the platform's folder";
    if (text.size() > 255) return "is longer than 255 characters";
    return segments(text);
}

}  // namespace grammar

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Words of a platform file are short; a cap keeps hostile ones from costing a square.
    constexpr std::size_t longest = 80;
    if (a.size() > longest || b.size() > longest) return a == b ? 0 : std::max(a.size(), b.size());
    std::vector<std::size_t> twoBack(b.size() + 1), oneBack(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) oneBack[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({oneBack[j] + 1, row[j - 1] + 1, oneBack[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], twoBack[j - 2] + 1);
        }
        std::swap(twoBack, oneBack);
        std::swap(oneBack, row);
    }
    return oneBack[b.size()];
}

std::size_t utf8_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return i < bytes.size() && at(i) >= low && at(i) <= high;
    };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return tail(1, low, high) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t length = utf8_length(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

}  // namespace tenantry

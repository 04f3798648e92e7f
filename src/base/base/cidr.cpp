#include <charconv>

#include <fmt/format.h>

#include <tenantry/base/cidr.hpp>

namespace tenantry {
namespace {

std::optional<std::uint32_t> small_number(std::string_view text, std::uint32_t limit) {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > limit) return std::nullopt;
    return number;
}

}  // namespace

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
    std::uint32_t value = 0;
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = part < 3 ? text.find('.') : text.size();
        if (dot == std::string_view::npos) return std::nullopt;
        const auto number = small_number(text.substr(0, dot), 255);
        if (!number) return std::nullopt;
        value = value << 8 | *number;
        text.remove_prefix(part < 3 ? dot + 1 : dot);
    }
    return Ipv4{value};
}

std::string Ipv4::str() const {
    return fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
}

std::expected<Cidr, std::string> Cidr::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto base = Ipv4::parse(text.substr(0, slash));
    const auto prefix = slash == std::string_view::npos ? std::nullopt : small_number(text.substr(slash + 1), 32);
    if (!base || !prefix) return std::unexpected("a range is written as an IPv4 address and a prefix, `10.0.0.0/20`");
    Cidr range{*base, static_cast<std::uint8_t>(*prefix)};
    const Ipv4 aligned{static_cast<std::uint32_t>(base->value & ~(range.size() - 1))};
    if (aligned != *base)
        return std::unexpected(fmt::format("a /{} range begins at {}, not at {}", *prefix, aligned.str(), base->str()));
    return range;
}

std::string Cidr::str() const { return fmt::format("{}/{}", base.str(), prefix); }

}  // namespace tenantry

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include <tenantry/base/instant_text.hpp>

namespace tenantry {
namespace {

constexpr std::int64_t minuteMs = 60'000, dayMs = 86'400'000;

// Takes exactly `digits` digits and what stands behind them.
bool take(std::string_view& text, std::size_t digits, std::string_view behind, int& value) {
    if (text.size() < digits + behind.size() || text.substr(digits, behind.size()) != behind) return false;
    value = 0;
    for (const char digit : text.substr(0, digits)) {
        if (digit < '0' || digit > '9') return false;
        value = value * 10 + (digit - '0');
    }
    text.remove_prefix(digits + behind.size());
    return true;
}

// `.123456789`, cut to milliseconds; no fraction is zero.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!text.starts_with('.')) return 0;
    text.remove_prefix(1);
    std::int64_t ms = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits)
        if (digits < 3) ms = ms * 10 + (text.front() - '0');
    if (digits == 0) return std::nullopt;
    for (; digits < 3; ++digits) ms *= 10;
    return ms;
}

// `Z`, `+01:00`, `-05:30`: what is to be taken from the local time.
std::optional<std::int64_t> offset_ms(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
    const bool isBehind = text.starts_with('-');
    text.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (!take(text, 2, ":", hours) || !take(text, 2, "", minutes) || !text.empty() || hours > 23 || minutes > 59)
        return std::nullopt;
    return (isBehind ? -1 : 1) * (std::int64_t{hours} * 60 + minutes) * minuteMs;
}

}  // namespace

std::optional<std::int64_t> epoch_ms(std::string_view text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    const bool date = take(text, 4, "-", year) && take(text, 2, "-", month) && take(text, 2, "T", day);
    if (!date || !take(text, 2, ":", hour) || !take(text, 2, ":", minute) || !take(text, 2, "", second))
        return std::nullopt;
    const auto fraction = take_fraction(text);
    const auto offset = offset_ms(text);
    using namespace std::chrono;
    const year_month_day on{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
    if (!fraction || !offset || !on.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const std::int64_t days = sys_days(on).time_since_epoch().count();
    return days * dayMs + ((std::int64_t{hour} * 60 + minute) * 60 + second) * 1000 + *fraction - *offset;
}

std::string instant_text(std::int64_t epochMs) {
    using namespace std::chrono;
    const sys_time<milliseconds> at{milliseconds(epochMs)};
    const auto midnight = floor<days>(at);
    const year_month_day on(midnight);
    const hh_mm_ss time(at - midnight);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(on.year()),
                       static_cast<unsigned>(on.month()), static_cast<unsigned>(on.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<std::int64_t> duration_ms(std::string_view text) {
    constexpr std::int64_t most = 36'500;  // days and all else: far from where a product overflows
    std::int64_t count = 0;
    const auto [unit, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || unit != text.data() + text.size() - 1 || count < 0) return std::nullopt;
    const std::int64_t each = *unit == 's'   ? 1000
                              : *unit == 'm' ? minuteMs
                              : *unit == 'h' ? 60 * minuteMs
                              : *unit == 'd' ? dayMs
                                             : 0;
    if (each == 0 || count > most * (dayMs / each)) return std::nullopt;
    return count * each;
}

}  // namespace tenantry

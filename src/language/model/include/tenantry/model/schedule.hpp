#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/base/text.hpp>

namespace tenantry::model {

enum class Weekday : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

/// A time of the day, in minutes from midnight, 0 to 1439.
struct ClockTime {
    std::uint16_t minutes = 0;
    auto operator<=>(const ClockTime&) const = default;
};

/// `02:00 Europe/Madrid`, every day, or `Sun 03:00 Europe/Madrid`, every week.
struct Schedule {
    std::optional<Weekday> day;
    ClockTime time;
    std::string zone;  ///< a name of the IANA time zone database
    auto operator<=>(const Schedule&) const = default;
};

/// `Fri 18:00 - Mon 07:00 Europe/Madrid`: every week, from the first up to the second.
struct Freeze {
    Weekday fromDay = Weekday::monday;
    ClockTime from;
    Weekday toDay = Weekday::monday;
    ClockTime to;
    std::string zone;
    auto operator<=>(const Freeze&) const = default;
};

/// A day of the Gregorian calendar.
struct Date {
    std::uint16_t year = 1970;
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    auto operator<=>(const Date&) const = default;
};

std::expected<Schedule, Refusal> parse_schedule(std::string_view text);
std::expected<Freeze, Refusal> parse_freeze(std::string_view text);
/// `2027-06-30` (ISO 8601), 2000 to 2999.
std::expected<Date, Refusal> parse_date(std::string_view text);

std::string to_string(const Schedule& schedule);
std::string to_string(const Freeze& freeze);
std::string to_string(Date date);

}  // namespace tenantry::model

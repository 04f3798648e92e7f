#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include <tenantry/base/error.hpp>
#include <tenantry/model/schedule.hpp>

namespace tenantry::model {
namespace {

constexpr std::array<std::string_view, 7> dayNames{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// A plain array: std::array cannot be deduced from so many (clang folds at most 256).
constexpr std::string_view zones[] = {
#define TENANTRY_ZONE(name) name,
#include "zones.def"
#undef TENANTRY_ZONE
};

// Cuts the first word off; words stand one space apart.
std::string_view next_word(std::string_view& text) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    return word;
}

std::optional<std::uint32_t> digits(std::string_view text, std::size_t count) {
    if (text.size() != count || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : text) number = number * 10 + static_cast<std::uint32_t>(c - '0');
    return number;
}

std::optional<Weekday> weekday(std::string_view text) {
    const auto found = std::ranges::find(dayNames, text);
    if (found == dayNames.end()) return std::nullopt;
    return static_cast<Weekday>(found - dayNames.begin());
}

std::optional<ClockTime> clock_time(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hours = digits(text.substr(0, 2), 2);
    const auto minutes = digits(text.substr(3), 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return ClockTime{static_cast<std::uint16_t>(*hours * 60 + *minutes)};
}

std::expected<std::string, Refusal> time_zone(std::string_view text) {
    if (std::ranges::binary_search(zones, text)) return std::string(text);
    const auto near = did_you_mean(text, zones);
    return std::unexpected(near ? fmt::format("names no time zone: did you mean `{}`?", *near)
                                : Refusal("must end in a time zone of the IANA database, as in `Europe/Madrid`"));
}

std::string_view name_of(Weekday day) { return dayNames[static_cast<std::size_t>(day)]; }

std::string text_of(ClockTime time) { return fmt::format("{:02}:{:02}", time.minutes / 60, time.minutes % 60); }

}  // namespace

std::expected<Schedule, Refusal> parse_schedule(std::string_view text) {
    Schedule schedule;
    std::string_view rest = text;
    std::string_view word = next_word(rest);
    if (const auto day = weekday(word)) {
        schedule.day = day;
        word = next_word(rest);
    }
    const auto time = clock_time(word);
    if (!time)
        return std::unexpected("must be a time and a zone, as in `02:00 Europe/Madrid` or `Sun 03:00 Europe/Madrid`");
    schedule.time = *time;
    schedule.zone = TRY(time_zone(rest));
    return schedule;
}

std::expected<Freeze, Refusal> parse_freeze(std::string_view text) {
    std::string_view rest = text;
    const auto fromDay = weekday(next_word(rest));
    const auto from = clock_time(next_word(rest));
    const bool dash = next_word(rest) == "-";
    const auto toDay = weekday(next_word(rest));
    const auto to = clock_time(next_word(rest));
    if (!fromDay || !from || !dash || !toDay || !to)
        return std::unexpected("must be two days and times and a zone, as in `Fri 18:00 - Mon 07:00 Europe/Madrid`");
    if (*fromDay == *toDay && *from == *to) return std::unexpected("begins and ends at the same time");
    return Freeze{*fromDay, *from, *toDay, *to, TRY(time_zone(rest))};
}

std::expected<Date, Refusal> parse_date(std::string_view text) {
    const Refusal refusal = "must be a day, as in `2027-06-30`";
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::unexpected(refusal);
    const auto year = digits(text.substr(0, 4), 4);
    const auto month = digits(text.substr(5, 2), 2);
    const auto day = digits(text.substr(8), 2);
    if (!year || !month || !day || *year < 2000 || *year > 2999) return std::unexpected(refusal);
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) return std::unexpected("is no day of the calendar");
    return Date{static_cast<std::uint16_t>(*year), static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*day)};
}

std::string to_string(const Schedule& schedule) {
    return fmt::format("{}{}{} {}", schedule.day ? name_of(*schedule.day) : "", schedule.day ? " " : "",
                       text_of(schedule.time), schedule.zone);
}

std::string to_string(const Freeze& freeze) {
    return fmt::format("{} {} - {} {} {}", name_of(freeze.fromDay), text_of(freeze.from), name_of(freeze.toDay),
                       text_of(freeze.to), freeze.zone);
}

std::string to_string(Date date) { return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day); }

}  // namespace tenantry::model

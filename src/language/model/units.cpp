#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <tenantry/model/units.hpp>

namespace tenantry::model {
namespace {

constexpr std::uint32_t cpuUnit = 1024;
constexpr std::uint64_t longestDays = 3650;

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
constexpr std::array sizes{Unit{"TiB", std::uint64_t{1} << 40}, Unit{"GiB", std::uint64_t{1} << 30},
                           Unit{"MiB", std::uint64_t{1} << 20}, Unit{"KiB", std::uint64_t{1} << 10}};
constexpr std::array times{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                           Unit{"ms", 1}};

std::optional<std::uint64_t> whole(std::string_view text, std::uint64_t limit) {
    if (text.empty() || text.size() > 15 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > limit) return std::nullopt;
    return number;
}

// Splits `30s` into its number and unit; nothing where the unit is none of `units` or the number is none.
template <std::size_t N>
std::optional<std::pair<std::uint64_t, std::uint64_t>> with_unit(std::string_view text,
                                                                 const std::array<Unit, N>& units) {
    const std::size_t letters = text.find_first_not_of("0123456789");
    if (letters == std::string_view::npos) return std::nullopt;
    for (const Unit& unit : units) {
        if (text.substr(letters) != unit.name) continue;
        if (const auto number = whole(text.substr(0, letters), 1'000'000'000)) return std::pair{*number, unit.factor};
    }
    return std::nullopt;
}

template <std::size_t N>
std::string in_largest_unit(std::uint64_t amount, const std::array<Unit, N>& units) {
    for (const Unit& unit : units)
        if (amount % unit.factor == 0 && amount != 0) return fmt::format("{}{}", amount / unit.factor, unit.name);
    return fmt::format("{}{}", amount, units.back().name);
}

}  // namespace

std::expected<Cpu, Refusal> parse_cpu(std::string_view text) {
    const Refusal refusal =
        "must be a number of vCPU from 0.001 to 64 with at most four digits behind the point, as in `0.25`";
    const std::size_t point = text.find('.');
    const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
    const auto ones = whole(text.substr(0, point), 64);
    if (!ones || fraction.size() > 4 || (point != std::string_view::npos && fraction.empty()))
        return std::unexpected(refusal);
    std::uint64_t tenThousandths = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const char digit = i < fraction.size() ? fraction[i] : '0';
        if (digit < '0' || digit > '9') return std::unexpected(refusal);
        tenThousandths = tenThousandths * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    const std::uint64_t units = *ones * cpuUnit + (tenThousandths * cpuUnit + 5000) / 10000;
    if (units == 0 || *ones * 10000 + tenThousandths > 640'000) return std::unexpected(refusal);
    return Cpu{static_cast<std::uint32_t>(units)};
}

std::expected<Bytes, Refusal> parse_bytes(std::string_view text) {
    const auto parts = with_unit(text, sizes);
    constexpr std::uint64_t most = std::uint64_t{64} << 40;
    if (!parts || parts->first == 0 || parts->first > most / parts->second) {
        Refusal refusal = "must be a whole number with KiB, MiB, GiB or TiB, 64TiB at most, as in `256MiB`";
        // `10GB`, `512m`: the letter says which was meant.
        const std::size_t letter = text.find_first_not_of("0123456789");
        const std::string unit(letter == std::string_view::npos ? "" : text.substr(letter, 1));
        for (const Unit& size : sizes)
            if (unit.size() == 1 && size.name[0] == (unit[0] & ~0x20) && letter > 0 &&
                whole(text.substr(0, letter), 1'000'000))
                refusal += fmt::format("; did you mean `{}{}`?", text.substr(0, letter), size.name);
        return std::unexpected(refusal);
    }
    return Bytes{parts->first * parts->second};
}

std::expected<TaskCount, Refusal> parse_tasks(std::string_view text) {
    const Refusal refusal = "must be a number from 0 to 1000, or a range that begins at 1 or more, as in `2..6`";
    const std::size_t dots = text.find("..");
    const auto low = whole(text.substr(0, dots), 1000);
    if (!low) return std::unexpected(refusal);
    if (dots == std::string_view::npos)
        return TaskCount{static_cast<std::uint32_t>(*low), static_cast<std::uint32_t>(*low), false};
    const auto high = whole(text.substr(dots + 2), 1000);
    if (!high || *low == 0 || *high < *low) return std::unexpected(refusal);
    return TaskCount{static_cast<std::uint32_t>(*low), static_cast<std::uint32_t>(*high), true};
}

std::expected<Duration, Refusal> parse_duration(std::string_view text) {
    const auto parts = with_unit(text, times);
    constexpr std::uint64_t most = longestDays * 86'400'000;
    if (!parts || parts->first > most / parts->second)
        return std::unexpected("must be a whole number with ms, s, m, h or d, 3650d at most, as in `30s`");
    return Duration{static_cast<std::int64_t>(parts->first * parts->second)};
}

std::expected<Port, Refusal> parse_port(std::string_view text) {
    const auto number = whole(text, 65535);
    if (!number || *number == 0) return std::unexpected("must be a port, 1 to 65535");
    return Port{static_cast<std::uint16_t>(*number)};
}

std::expected<std::uint32_t, Refusal> parse_number(std::string_view text, std::uint32_t low, std::uint32_t high) {
    const auto number = whole(text, high);
    if (!number || *number < low) return std::unexpected(fmt::format("must be a number from {} to {}", low, high));
    return static_cast<std::uint32_t>(*number);
}

std::string to_string(Cpu cpu) {
    // The shortest decimal that rounds to the same number of units.
    for (std::uint64_t scale = 1, digits = 0; digits <= 4; scale *= 10, ++digits) {
        const std::uint64_t scaled = (std::uint64_t{cpu.units} * scale + cpuUnit / 2) / cpuUnit;
        const std::string text =
            digits == 0 ? fmt::format("{}", scaled)
                        : fmt::format("{}.{:0{}}", scaled / scale, scaled % scale, static_cast<int>(digits));
        if (const auto back = parse_cpu(text); back && *back == cpu) return text;
    }
    return fmt::format("{}/1024", cpu.units);
}

std::string to_string(Bytes bytes) { return in_largest_unit(bytes.count, sizes); }

std::string to_string(TaskCount tasks) {
    return tasks.range ? fmt::format("{}..{}", tasks.min, tasks.max) : fmt::format("{}", tasks.min);
}

std::string to_string(Duration duration) {
    return in_largest_unit(static_cast<std::uint64_t>(duration.count()), times);
}

}  // namespace tenantry::model

#include "number_pattern.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace tenantry::model {
namespace {

std::string digit(char low, char high) { return low == high ? std::string(1, low) : fmt::format("[{}-{}]", low, high); }

std::string any_digits(std::size_t count) {
    if (count == 0) return "";
    return count == 1 ? "[0-9]" : fmt::format("[0-9]{{{}}}", count);
}

std::string one_of(const std::vector<std::string>& all) {
    if (all.size() == 1) return all[0];
    std::string text;
    for (const std::string& one : all) text += (text.empty() ? "" : "|") + one;
    return "(" + text + ")";
}

// Numbers of equally many digits.
std::string same_length(std::string_view low, std::string_view high) {
    const bool all =
        low.find_first_not_of('0') == std::string_view::npos && high.find_first_not_of('9') == std::string_view::npos;
    if (all) return any_digits(low.size());
    if (low[0] == high[0]) return std::string(1, low[0]) + same_length(low.substr(1), high.substr(1));
    const std::string zeros(low.size() - 1, '0');
    const std::string nines(low.size() - 1, '9');
    std::vector<std::string> parts;
    const bool wholeLow = low.substr(1) == zeros;
    const bool wholeHigh = high.substr(1) == nines;
    if (!wholeLow) parts.push_back(std::string(1, low[0]) + same_length(low.substr(1), nines));
    const char first = static_cast<char>(low[0] + (wholeLow ? 0 : 1));
    const char last = static_cast<char>(high[0] - (wholeHigh ? 0 : 1));
    if (first <= last) parts.push_back(digit(first, last) + any_digits(low.size() - 1));
    if (!wholeHigh) parts.push_back(std::string(1, high[0]) + same_length(zeros, high.substr(1)));
    return one_of(parts);
}

}  // namespace

std::string number_pattern(std::int64_t low, std::int64_t high) {
    std::vector<std::string> parts;
    for (std::int64_t begin = 0, next = 10; begin <= high; begin = next, next *= 10) {
        const std::int64_t from = std::max(low, begin);
        const std::int64_t to = std::min(high, next - 1);
        if (from <= to) parts.push_back(same_length(fmt::format("{}", from), fmt::format("{}", to)));
    }
    return one_of(parts);
}

}  // namespace tenantry::model

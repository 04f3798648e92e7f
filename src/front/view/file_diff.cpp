#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <tenantry/view/file_diff.hpp>

#include "paint.hpp"

namespace tenantry::view {
namespace {

constexpr std::size_t around = 3;
// Beyond so many comparisons a change is shown as one: all that goes, all that comes.
constexpr std::size_t mostPairs = 4'000'000;

struct Step {
    char mark;  ///< space, minus or plus
    std::string_view line;
};

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return lines;
}

// Longest common subsequence of what is left between equal beginnings and ends.
void append_middle(std::vector<Step>& steps, std::span<const std::string_view> old,
                   std::span<const std::string_view> now) {
    const std::size_t width = now.size() + 1;
    const bool small = (old.size() + 1) * width <= mostPairs;
    std::vector<std::uint32_t> common(small ? (old.size() + 1) * width : 0);
    for (std::size_t i = old.size(); small && i-- > 0;)
        for (std::size_t j = now.size(); j-- > 0;)
            common[i * width + j] = old[i] == now[j] ? common[(i + 1) * width + j + 1] + 1
                                                     : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    std::size_t i = 0, j = 0;
    while (i < old.size() || j < now.size()) {
        if (small && i < old.size() && j < now.size() && old[i] == now[j]) {
            steps.push_back({' ', old[i++]});
            ++j;
        } else if (i < old.size() &&
                   (j == now.size() || !small || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
            steps.push_back({'-', old[i++]});
        } else {
            steps.push_back({'+', now[j++]});
        }
    }
}

std::vector<Step> steps_between(std::string_view before, std::string_view after) {
    const auto old = lines_of(before);
    const auto now = lines_of(after);
    const auto [oldFirst, nowFirst] = std::ranges::mismatch(old, now);
    const auto same = static_cast<std::size_t>(oldFirst - old.begin());
    std::size_t tail = 0;
    while (tail < std::min(old.size(), now.size()) - same && old[old.size() - 1 - tail] == now[now.size() - 1 - tail])
        ++tail;
    std::vector<Step> steps;
    for (std::size_t i = 0; i < same; ++i) steps.push_back({' ', old[i]});
    append_middle(steps, std::span(old).subspan(same, old.size() - same - tail),
                  std::span(now).subspan(same, now.size() - same - tail));
    for (std::size_t i = old.size() - tail; i < old.size(); ++i) steps.push_back({' ', old[i]});
    return steps;
}

struct Hunk {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::vector<Hunk> hunks_of(const std::vector<Step>& steps) {
    std::vector<Hunk> hunks;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].mark == ' ') continue;
        const std::size_t begin = i < around ? 0 : i - around;
        const std::size_t end = std::min(i + around + 1, steps.size());
        if (hunks.empty() || begin > hunks.back().end)
            hunks.push_back({begin, end});
        else
            hunks.back().end = end;
    }
    return hunks;
}

// `12,3`; a range without lines names the line before it.
std::string range(std::size_t before, std::size_t count) {
    if (count == 1) return fmt::format("{}", before + 1);
    return fmt::format("{},{}", count == 0 ? before : before + 1, count);
}

std::size_t count(std::span<const Step> steps, char without) {
    return static_cast<std::size_t>(
        std::ranges::count_if(steps, [&](const Step& step) { return step.mark != without; }));
}

void append_hunk(std::string& out, std::span<const Step> all, Hunk hunk, const Paint& paint) {
    const auto before = all.subspan(0, hunk.begin);
    const auto inside = all.subspan(hunk.begin, hunk.end - hunk.begin);
    out += paint(Color::blue, fmt::format("@@ -{} +{} @@", range(count(before, '+'), count(inside, '+')),
                                          range(count(before, '-'), count(inside, '-')))) +
           "\n";
    for (const Step& step : inside) {
        const std::string_view line = step.line.substr(0, step.line.find('\n'));
        const std::string text = fmt::format("{}{}", step.mark, printable(line));
        out += (step.mark == ' ' ? text : paint(step.mark == '+' ? Color::green : Color::red, text)) + "\n";
        if (!step.line.ends_with('\n')) out += "\\ No newline at end of file\n";
    }
}

}  // namespace

std::string file_diff(std::string_view path, std::optional<std::string_view> before,
                      std::optional<std::string_view> after, const Style& style) {
    if (before == after) return {};
    const Paint paint(style.color);
    const auto steps = steps_between(before.value_or(""), after.value_or(""));
    std::string out = paint(Color::bold, fmt::format("--- {}", before ? path : "/dev/null")) + "\n" +
                      paint(Color::bold, fmt::format("+++ {}", after ? path : "/dev/null")) + "\n";
    for (const Hunk hunk : hunks_of(steps)) append_hunk(out, steps, hunk, paint);
    return out;
}

}  // namespace tenantry::view

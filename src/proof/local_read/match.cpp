#include "match.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace tenantry::local_read {
namespace {

std::optional<Cube> common(const Cube& a, const Cube& b) {
    Cube result;
    for (std::size_t i = 0; i < verify::fieldCount; ++i) {
        result.fields[i] = {std::max(a.fields[i].low, b.fields[i].low), std::min(a.fields[i].high, b.fields[i].high)};
        if (result.fields[i].low > result.fields[i].high) return std::nullopt;
    }
    return result;
}

void add_common(std::vector<Cube>& result, const std::vector<Cube>& a, const std::vector<Cube>& b) {
    for (const Cube& left : a)
        for (const Cube& right : b)
            if (const auto cube = common(left, right)) result.push_back(*cube);
}

// What of `cube` lies outside of `taken`, as disjoint cubes: one field after the other is cut off.
void add_outside(std::vector<Cube>& result, Cube cube, const Cube& taken) {
    if (!common(cube, taken)) return result.push_back(cube);
    for (std::size_t i = 0; i < verify::fieldCount; ++i) {
        const Interval whole = cube.fields[i];
        const Interval& cut = taken.fields[i];
        if (whole.low < cut.low) {
            cube.fields[i] = {whole.low, cut.low - 1};
            result.push_back(cube);
        }
        if (cut.high < whole.high) {
            cube.fields[i] = {cut.high + 1, whole.high};
            result.push_back(cube);
        }
        cube.fields[i] = {std::max(whole.low, cut.low), std::min(whole.high, cut.high)};
    }
}

std::vector<Cube> complement(const std::vector<Cube>& cubes, Budget& budget) {
    std::vector<Cube> rest{Cube{}};
    for (const Cube& cube : cubes) {
        if (!budget.spend(rest.size())) return {Cube{}};
        std::vector<Cube> next;
        for (const Cube& piece : rest) add_outside(next, piece, cube);
        rest = std::move(next);
    }
    return rest;
}

void append(std::vector<Cube>& to, const std::vector<Cube>& from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace

Match both(const Match& a, const Match& b, Budget& budget) {
    if (!budget.spend((a.sure.size() + a.maybe.size()) * (b.sure.size() + b.maybe.size()))) return doubted(a);
    Match result;
    add_common(result.sure, a.sure, b.sure);
    add_common(result.maybe, a.sure, b.maybe);
    add_common(result.maybe, a.maybe, b.sure);
    add_common(result.maybe, a.maybe, b.maybe);
    return result;
}

Match opposite(const Match& match, Budget& budget) {
    std::vector<Cube> possible = match.sure;
    append(possible, match.maybe);
    Match result;
    result.sure = complement(possible, budget);
    if (!match.maybe.empty()) result.maybe = complement(match.sure, budget);
    return budget.exceeded() ? Match::unknown() : result;
}

Match any_of(std::span<const Match> matches, Budget& budget) {
    Match result;
    for (const Match& match : matches) {
        if (!budget.spend(match.sure.size() + match.maybe.size())) return Match::unknown();
        append(result.sure, match.sure);
        append(result.maybe, match.maybe);
    }
    return result;
}

Match doubted(Match match) {
    append(match.maybe, match.sure);
    match.sure.clear();
    return match;
}

}  // namespace tenantry::local_read

#include "nft_translate.hpp"

#include <algorithm>
#include <vector>

namespace tenantry::local_read {
namespace {

using Target = verify::Translate::Target;

std::optional<Port> read_port(const Node& node) {
    const auto number = as_number(node);
    if (!number || *number == 0 || *number > 65535) return std::nullopt;
    return Port{static_cast<std::uint16_t>(*number)};
}

// `10.0.0.1`, or address and port side by side.
std::optional<Target> read_target(const Node& node) {
    const auto concat = node.find("concat");
    if (concat && (!concat->is_list() || concat->size() != 2)) return std::nullopt;
    const auto address = Ipv4::parse(as_text(concat ? concat->item(0) : node).value_or(""));
    if (!address) return std::nullopt;
    Target target{*address, {}};
    if (!concat) return target;
    target.port = read_port(concat->item(1));
    return target.port ? std::optional(target) : std::nullopt;
}

struct Numbers {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

// The numbers that `numgen` can give: `offset` to `offset + mod - 1` (nft(8), "NUMGEN EXPRESSION").
std::optional<Numbers> read_numbers(const Node& key) {
    const auto numgen = key.find("numgen");
    if (!numgen || key.size() != 1 || !numgen->is_map()) return std::nullopt;
    Numbers numbers;
    for (std::size_t i = 0; i < numgen->size(); ++i) {
        const syntax::Entry entry = numgen->entry(i);
        const auto number = as_number(entry.value);
        if (entry.key == "mode" && (as_text(entry.value) == "random" || as_text(entry.value) == "inc")) continue;
        if (entry.key == "mod" && number)
            numbers.count = *number;
        else if (entry.key == "offset" && number)
            numbers.first = *number;
        else
            return std::nullopt;
    }
    return numbers.count == 0 ? std::nullopt : std::optional(numbers);
}

struct Choice {
    Numbers numbers;
    Target target;
};

// A pair of the map: a number or a range of them, and a target.
std::optional<Choice> read_choice(const Node& pair) {
    if (!pair.is_list() || pair.size() != 2) return std::nullopt;
    const auto target = read_target(pair.item(1));
    const auto range = pair.item(0).find("range");
    if (!target || (range && (!range->is_list() || range->size() != 2))) return std::nullopt;
    const auto first = as_number(range ? range->item(0) : pair.item(0));
    const auto last = range ? as_number(range->item(1)) : first;
    if (!first || !last || *first > *last) return std::nullopt;
    return Choice{{*first, std::uint64_t{*last} - *first + 1}, *target};
}

// Every target whose numbers can come up; a number without a target leaves the rule without effect.
std::optional<Translation> read_balanced(const Node& map) {
    const auto key = map.find("key");
    const auto data = map.find("data");
    const auto set = data ? data->find("set") : std::nullopt;
    const auto numbers = key ? read_numbers(*key) : std::nullopt;
    if (!numbers || !set || !set->is_list() || map.size() != 2) return std::nullopt;
    std::vector<Choice> choices;
    for (std::size_t i = 0; i < set->size(); ++i) {
        auto choice = read_choice(set->item(i));
        if (!choice) return std::nullopt;
        choices.push_back(*choice);
    }
    std::ranges::stable_sort(choices, {}, [](const Choice& choice) { return choice.numbers.first; });
    Translation result;
    std::uint64_t next = numbers->first;
    const std::uint64_t end = numbers->first + numbers->count;
    for (const Choice& choice : choices) {
        const std::uint64_t choiceEnd = choice.numbers.first + choice.numbers.count;
        if (choiceEnd <= numbers->first || choice.numbers.first >= end) continue;
        result.exact = result.exact && choice.numbers.first <= next;
        next = std::max(next, choiceEnd);
        result.action.to.push_back(choice.target);
    }
    result.exact = result.exact && next >= end;
    return result;
}

}  // namespace

std::optional<Translation> read_dnat(const Node& statement) {
    const auto address = statement.find("addr");
    if (!address) return std::nullopt;
    for (std::size_t i = 0; i < statement.size(); ++i) {
        const syntax::Entry entry = statement.entry(i);
        if (entry.key == "family" && as_text(entry.value) == "ip") continue;
        if (entry.key != "addr" && entry.key != "port") return std::nullopt;
    }
    std::optional<Translation> result;
    if (const auto map = address->find("map")) {
        result = read_balanced(*map);
    } else if (const auto target = read_target(*address)) {
        result = Translation{{{*target}}, true};
    }
    const auto port = statement.find("port");
    if (!result || !port) return result;
    const auto number = read_port(*port);
    if (!number) return std::nullopt;
    for (Target& target : result->action.to) target.port = number;
    return result;
}

}  // namespace tenantry::local_read

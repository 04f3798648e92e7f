#include <algorithm>

#include <fmt/format.h>

#include "nft_values.hpp"

namespace tenantry::local_read {
namespace {

// `{"elem": {"val": X, ...}}` around a value carries a comment, counters or a time at which it goes.
Node unwrap(NftContext& context, const Node& value, bool& vague) {
    const auto element = value.find("elem");
    const auto inner = element ? element->find("val") : std::nullopt;
    if (!inner) return value;
    for (std::size_t i = 0; i < element->size(); ++i) {
        const syntax::Entry entry = element->entry(i);
        if (entry.key == "val" || entry.key == "comment" || entry.key == "counter") continue;
        context.scope.unclear(entry.keyAt,
                              fmt::format("The property `{}` of a set's element is not known.", entry.key));
        vague = true;
    }
    return *inner;
}

SetElement read_element(NftContext& context, const Key& key, const Node& node, bool isMap) {
    if (isMap != (node.is_list() && node.size() == 2)) {
        context.scope.unclear(node.at(),
                              isMap ? "The element of a map is no pair." : "The element of a set is a list.");
        return SetElement{Match::unknown(), node.at(), {}};
    }
    bool vague = false;
    const Node value = unwrap(context, isMap ? node.item(0) : node, vague);
    SetElement element{read_value(context, key, value), node.at(), {}};
    if (vague) element.match = doubted(std::move(element.match));
    if (isMap) element.data = node.item(1);
    return element;
}

const NamedSet* find_set(NftContext& context, const Node& reference) {
    const std::string_view name = reference.text().substr(1);
    const auto found = context.sets.find(name);
    if (found != context.sets.end()) return &found->second;
    context.scope.unclear(reference.at(), fmt::format("There is no set `{}` in the table.", name));
    return nullptr;
}

bool is_point(const SetElement& element, const Key& key) {
    return element.match.maybe.empty() && element.match.sure.size() == 1 &&
           std::ranges::all_of(key.selectors, [&](const Selector& selector) {
               const Interval& its = element.match.sure[0][selector.field];
               return its.low == its.high;
           });
}

// A map of ranges side by side may hold one range inside of another, and which of them wins depends on the order in
// which the kernel got them (nft_set_pipapo.c).
bool may_overlap(NftContext& context, const Key& key, const std::vector<SetElement>& elements) {
    if (std::ranges::all_of(elements, [&](const SetElement& element) { return is_point(element, key); })) return false;
    for (std::size_t i = 0; i < elements.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const Match common = both(elements[i].match, elements[j].match, context.budget);
            if (!common.sure.empty() || !common.maybe.empty() || context.budget.exceeded()) return true;
        }
    return false;
}

std::vector<SetElement> read_nodes(NftContext& context, const Key& key, std::span<const Node> nodes, bool isMap) {
    std::vector<SetElement> elements;
    for (const Node& node : nodes) {
        if (context.budget.exceeded()) break;
        elements.push_back(read_element(context, key, node, isMap));
    }
    std::ranges::stable_sort(elements, [](const SetElement& a, const SetElement& b) {
        return std::tie(a.match.sure, a.match.maybe) < std::tie(b.match.sure, b.match.maybe);
    });
    return elements;
}

}  // namespace

bool is_set(const Node& value) {
    return value.find("set").has_value() || (as_text(value) && value.text().starts_with('@'));
}

std::vector<SetElement> read_elements(NftContext& context, const Key& key, const Node& set, bool wantMap) {
    std::vector<Node> nodes;
    bool vague = false;
    if (const auto inlined = set.find("set")) {
        if (inlined->is_list())
            for (std::size_t i = 0; i < inlined->size(); ++i) nodes.push_back(inlined->item(i));
        else
            nodes.push_back(*inlined);
    } else {
        const NamedSet* named = find_set(context, set);
        if (named == nullptr) return {{Match::unknown(), set.at(), {}}};
        if (named->isMap != wantMap) {
            context.scope.unclear(set.at(), fmt::format("`{}` is {} map.", set.text(), wantMap ? "no" : "a"));
            return {{Match::unknown(), set.at(), {}}};
        }
        nodes = named->elements;
        vague = named->vague;
    }
    std::vector<SetElement> elements = read_nodes(context, key, nodes, wantMap);
    if (vague)
        for (SetElement& element : elements) element.match = doubted(std::move(element.match));
    if (wantMap && may_overlap(context, key, elements))
        context.scope.unclear(set.at(), "Elements of this map overlap, and which of them acts is open.");
    return elements;
}

}  // namespace tenantry::local_read

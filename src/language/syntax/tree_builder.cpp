#include "tree_builder.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/syntax/codes.hpp>

#include "text_check.hpp"

namespace tenantry::syntax {
namespace {

// More mistakes than this in one text are no use to anyone, and a hostile file could ask for a million.
constexpr std::size_t mistakesPerText = 1000;

// Below this many keys, comparing all pairs is cheaper than sorting.
constexpr std::size_t fewKeys = 8;

// Pairs (earlier, later) of positions whose keys are equal, by the later one. A key without data was refused already.
std::vector<std::pair<std::size_t, std::size_t>> duplicates(std::span<const Tree::EntryRow> entries) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    if (entries.size() <= fewKeys) {
        for (std::size_t later = 1; later < entries.size(); ++later)
            for (std::size_t earlier = 0; earlier < later; ++earlier)
                if (entries[later].key == entries[earlier].key && entries[later].key.data() != nullptr) {
                    found.emplace_back(earlier, later);
                    break;
                }
        return found;
    }
    const auto notAscending = [](const Tree::EntryRow& a, const Tree::EntryRow& b) { return a.key >= b.key; };
    if (std::ranges::adjacent_find(entries, notAscending) == entries.end()) return found;
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const auto compared = entries[a].key <=> entries[b].key;
        return compared == 0 ? a < b : compared < 0;
    });
    std::size_t first = order[0];
    for (const std::size_t i : order) {
        if (entries[i].key != entries[first].key)
            first = i;
        else if (i != first && entries[i].key.data() != nullptr)
            found.emplace_back(first, i);
    }
    std::ranges::sort(found, {}, &std::pair<std::size_t, std::size_t>::second);
    return found;
}

}  // namespace

TreeBuilder::TreeBuilder(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics)
    : sources_(sources), id_(id), limits_(limits), diagnostics_(diagnostics) {
    // One value in 16 bytes is usual; memory that is reserved and not touched costs nothing.
    const std::size_t likely = std::min(sources.text(id).size() / 16, limits.nodes) + 1;
    tree_.rows.reserve(likely);
    tree_.entries.reserve(likely);
}

bool TreeBuilder::refuse(const CodeInfo& code, Span at, std::string detail, std::string help, std::vector<Note> notes) {
    diagnostics_.add(code, at, std::move(detail), std::move(help), std::move(notes));
    return ++mistakes_ < mistakesPerText;
}

bool TreeBuilder::count(std::uint32_t at) {
    if (++nodes_ <= limits_.nodes) return true;
    refuse(code::tooManyNodes, span(at, std::min<std::size_t>(at + 1, sources_.text(id_).size())),
           fmt::format("The text holds more than {} keys and values; reading ended here.", limits_.nodes));
    return false;
}

void TreeBuilder::attach(std::uint32_t row) {
    if (frames_.empty()) return;
    Frame& frame = frames_.back();
    if (frame.kind == Kind::list) {
        pendingItems_.push_back(row);
        return;
    }
    TENANTRY_CHECK(!frame.wantsKey, "a value of a map follows its key");
    pendingEntries_.back().value = row;
    frame.wantsKey = true;
}

bool TreeBuilder::check_depth(std::size_t more, std::uint32_t begin) {
    const std::size_t depth = frames_.size() + more;
    if (depth <= limits_.depth) return true;
    refuse(code::tooDeep, span(begin, begin + 1),
           fmt::format("Here begins level {}; at most {} are read.", depth, limits_.depth));
    return false;
}

bool TreeBuilder::open(Kind kind, std::uint32_t begin) {
    if (!check_depth(1, begin)) return false;
    if (!count(begin)) return false;
    const bool isMap = kind == Kind::map;
    const std::size_t pending = isMap ? pendingEntries_.size() : pendingItems_.size();
    frames_.push_back({kind, isMap, begin, static_cast<std::uint32_t>(pending)});
    return true;
}

bool TreeBuilder::key(std::string_view text, Span at) {
    TENANTRY_CHECK(wants_key(), "a key stands in a map");
    if (!count(at.begin)) return false;
    pendingEntries_.push_back({text, at, 0});
    frames_.back().wantsKey = false;
    return true;
}

bool TreeBuilder::scalar(std::string_view text, bool quoted, Span at) {
    if (!count(at.begin)) return false;
    const auto row = static_cast<std::uint32_t>(tree_.rows.size());
    tree_.rows.push_back({.kind = Kind::scalar, .quoted = quoted, .at = at, .text = text});
    attach(row);
    return true;
}

std::uint32_t TreeBuilder::end_of_children(const Frame& frame) const {
    if (frame.kind == Kind::map)
        return pendingEntries_.size() == frame.firstPending ? 0 : tree_.rows[pendingEntries_.back().value].at.end;
    return pendingItems_.size() == frame.firstPending ? 0 : tree_.rows[pendingItems_.back()].at.end;
}

bool TreeBuilder::close(std::uint32_t end) {
    TENANTRY_CHECK(!frames_.empty(), "what is closed was opened");
    const Frame frame = frames_.back();
    Tree::Row row;
    row.kind = frame.kind;
    row.at = span(frame.begin, std::max({end, end_of_children(frame), frame.begin}));
    bool goOn = true;
    const auto move_pending = [&](auto& from, auto& to) {
        row.first = static_cast<std::uint32_t>(to.size());
        row.count = static_cast<std::uint32_t>(from.size() - frame.firstPending);
        to.insert(to.end(), from.begin() + frame.firstPending, from.end());
        from.resize(frame.firstPending);
    };
    if (frame.kind == Kind::map) {
        goOn = refuse_duplicates(frame.firstPending);
        move_pending(pendingEntries_, tree_.entries);
    } else {
        move_pending(pendingItems_, tree_.items);
    }
    frames_.pop_back();
    tree_.rows.push_back(row);
    attach(static_cast<std::uint32_t>(tree_.rows.size() - 1));
    return goOn;
}

bool TreeBuilder::refuse_duplicates(std::size_t firstEntry) {
    const std::span<const Tree::EntryRow> entries = std::span(pendingEntries_).subspan(firstEntry);
    for (const auto& [earlier, later] : duplicates(entries)) {
        const Span first = entries[earlier].keyAt;
        const Span again = entries[later].keyAt;
        if (!refuse(code::duplicateKey, again,
                    fmt::format("The key `{}` stands twice in this map.", shown(entries[later].key)),
                    "Remove one of the two, or rename it.", {{first, "It stands here first."}}))
            return false;
    }
    return true;
}

std::optional<Tree> TreeBuilder::take() {
    if (mistakes_ != 0) return std::nullopt;
    TENANTRY_CHECK(is_done(), "a text without mistakes gives a whole tree");
    return std::move(tree_);
}

}  // namespace tenantry::syntax

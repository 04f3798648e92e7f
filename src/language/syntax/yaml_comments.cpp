#include "yaml_comments.hpp"

#include <algorithm>

namespace tenantry::syntax {

YamlComments::YamlComments(std::string_view text, const Tree& tree) : text_(text), lines_{0} {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        lines_.push_back(static_cast<std::uint32_t>(at + 1));
    std::vector<Span> tokens;
    for (const Tree::Row& row : tree.rows) {
        nodes_.push_back(row.at);
        if (row.kind == Kind::scalar) tokens.push_back(row.at);
    }
    for (const Tree::EntryRow& entry : tree.entries) {
        nodes_.push_back(entry.keyAt);
        tokens.push_back(entry.keyAt);
    }
    std::ranges::sort(nodes_);
    std::ranges::sort(tokens);
    // Outside of keys and scalars `#` begins a comment wherever it stands.
    std::uint32_t at = 0;
    for (const Span token : tokens) {
        find(at, token.begin);
        at = token.end;
    }
    find(at, static_cast<std::uint32_t>(text.size()));
}

void YamlComments::find(std::uint32_t begin, std::uint32_t end) {
    const std::string_view gap = text_.substr(0, end);
    for (std::size_t at = gap.find('#', begin); at != std::string_view::npos; at = gap.find('#', at)) {
        const std::size_t lineEnd = std::min(text_.find_first_of("\r\n", at), text_.size());
        const std::size_t last = text_.find_last_not_of(" \t", lineEnd - 1);
        const std::uint32_t line = line_begin(static_cast<std::uint32_t>(at));
        comments_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(last + 1),
                             static_cast<std::uint32_t>(code_points(text_.substr(line, at - line))),
                             text_.find_first_not_of(" \t", line) == at});
        at = lineEnd;
    }
}

bool YamlComments::any_within(Span at) const {
    const auto first = std::ranges::lower_bound(comments_, at.begin, {}, &Comment::begin);
    return first != comments_.end() && first->begin < at.end;
}

Comment* YamlComments::next_before(std::uint32_t end) {
    while (next_ < comments_.size() && comments_[next_].used) ++next_;
    return next_ < comments_.size() && comments_[next_].begin < end ? &comments_[next_] : nullptr;
}

Comment* YamlComments::trailing(std::uint32_t from, std::string_view between) {
    const auto comment = std::ranges::lower_bound(comments_, from, {}, &Comment::begin);
    if (comment == comments_.end() || comment->used) return nullptr;
    const std::string_view gap = text_.substr(from, comment->begin - from);
    const auto fits = [&](char c) { return c == ' ' || c == '\t' || between.find(c) != std::string_view::npos; };
    return std::ranges::all_of(gap, fits) ? &*comment : nullptr;
}

std::uint32_t YamlComments::next_node(std::uint32_t from) const {
    auto node = std::ranges::lower_bound(nodes_, from, {}, &Span::begin);
    if (node != nodes_.end() && node->end == from) ++node;  // an empty value that ends there
    return node == nodes_.end() ? static_cast<std::uint32_t>(text_.size()) : node->begin;
}

std::uint32_t YamlComments::line_begin(std::uint32_t at) const {
    return *std::prev(std::ranges::upper_bound(lines_, at));
}

}  // namespace tenantry::syntax

#pragma once

// Laws that hold for every reader of text, whatever it is given; a broken one ends the process as a finding.

#include <cstdlib>
#include <optional>
#include <string>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::fuzz {

inline void require(bool law) {
    if (!law) std::abort();
}

inline void require_inside(const Sources& sources, Span at) {
    require(at.source.at < sources.size() && at.begin <= at.end && at.end <= sources.text(at.source).size());
}

/// Diagnostics are given exactly when nothing is returned; each points into the source and says what is wrong.
template <class Parsed>
void require_answer(const Sources& sources, const std::optional<Parsed>& result, const Diagnostics& diagnostics) {
    require(result.has_value() == diagnostics.empty());
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        require_inside(sources, diagnostic.at);
        require(!diagnostic.detail.empty());
        for (const Note& note : diagnostic.notes) require_inside(sources, note.at);
    }
}

/// Every span lies inside its parent's, in the order of the text; a plain scalar on one line is its own bytes.
inline void require_spans(const Sources& sources, const syntax::Node& node) {
    const Span at = node.at();
    require_inside(sources, at);
    std::uint32_t from = at.begin;
    const auto require_next = [&](Span child) {
        require(from <= child.begin && child.begin <= child.end && child.end <= at.end);
        from = child.end;
    };
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (node.is_map()) require_next(node.entry(i).keyAt);
        const syntax::Node child = node.is_map() ? node.entry(i).value : node.item(i);
        require_next(child.at());
        require_spans(sources, child);
    }
    const std::string_view bytes = sources.text(at);
    if (node.is_scalar() && !node.quoted() && bytes.find_first_of("\r\n") == std::string_view::npos)
        require(bytes == node.text());
}

}  // namespace tenantry::fuzz

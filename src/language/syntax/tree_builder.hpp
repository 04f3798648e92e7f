#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// Builds a Tree from open, key, scalar, close in the order of the text: what the YAML and the JSON reader share.
/// Watches depth, number of nodes and duplicate keys. A call that returns false has reported why reading ends.
class TreeBuilder {
  public:
    TreeBuilder(const Sources& sources, SourceId id, const Limits& limits, Diagnostics& diagnostics);

    bool open(Kind kind, std::uint32_t begin);
    bool key(std::string_view text, Span at);
    /// Stands for a key that was reported already; it takes its value and is no duplicate of another.
    bool refused_key(Span at) { return key({}, at); }
    bool scalar(std::string_view text, bool quoted, Span at);
    /// `end` is ignored where the children end later.
    bool close(std::uint32_t end);

    /// A text that is not in the source as it stands; the view lives as long as the tree.
    std::string_view own(std::string_view text) { return tree_.owned.emplace_back(text); }

    /// What open() checks, for `more` collections inside the open ones that are not built.
    bool check_depth(std::size_t more, std::uint32_t begin);

    /// False once a text has so many mistakes that it is likely no text of its kind; reading ends then.
    bool refuse(const CodeInfo& code, Span at, std::string detail, std::string help = {}, std::vector<Note> notes = {});

    [[nodiscard]] bool is_done() const { return frames_.empty() && !tree_.rows.empty(); }
    [[nodiscard]] std::size_t depth() const { return frames_.size(); }
    /// Only while depth() is not 0.
    [[nodiscard]] Kind kind() const { return frames_.back().kind; }
    [[nodiscard]] std::uint32_t begin() const { return frames_.back().begin; }
    [[nodiscard]] bool wants_key() const { return !frames_.empty() && frames_.back().wantsKey; }
    [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
        return {id_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    }

    /// The tree, once is_done(); nothing where something was refused. Leaves the builder empty.
    std::optional<Tree> take();

  private:
    struct Frame {
        Kind kind;
        bool wantsKey;
        std::uint32_t begin;
        std::uint32_t firstPending;
    };

    bool count(std::uint32_t at);
    std::uint32_t end_of_children(const Frame& frame) const;
    void attach(std::uint32_t row);
    bool refuse_duplicates(std::size_t firstEntry);

    const Sources& sources_;
    SourceId id_;
    Limits limits_;
    Diagnostics& diagnostics_;
    std::size_t mistakes_ = 0;
    std::size_t nodes_ = 0;
    Tree tree_;
    std::vector<Frame> frames_;
    std::vector<Tree::EntryRow> pendingEntries_;  ///< of the maps that are still open
    std::vector<std::uint32_t> pendingItems_;
};

}  // namespace tenantry::syntax

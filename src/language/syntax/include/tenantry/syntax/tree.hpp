#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/base/source.hpp>

namespace tenantry::syntax {

enum class Kind : std::uint8_t { scalar, map, list };

/// A YAML or JSON text as a tree with spans. Scalars stay text: the reader's type decides what `1` or `true` is.
/// Keys of a map are unique (the parsers refuse others) and stay in the order of the text.
class Tree {
  public:
    Tree() = default;
    // Only moved: views of the rows lead into `owned`. noexcept, or a growing vector would copy.
    Tree(Tree&&) noexcept = default;
    Tree& operator=(Tree&&) noexcept = default;
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    struct Row {
        Kind kind = Kind::scalar;
        bool quoted = false;      ///< scalars: written in quotes or as a block; JSON: a string
        Span at;                  ///< scalars: the token with its quotes; maps and lists: from first to last byte
        std::string_view text;    ///< scalars: the value, escapes resolved
        std::uint32_t first = 0;  ///< maps: into entries; lists: into items
        std::uint32_t count = 0;
    };
    struct EntryRow {
        std::string_view key;
        Span keyAt;
        std::uint32_t value = 0;
    };

    std::vector<Row> rows;             ///< a child stands before its parent; the root is the last
    std::vector<EntryRow> entries;     ///< those of one map stand together
    std::vector<std::uint32_t> items;  ///< those of one list stand together
    std::deque<std::string> owned;     ///< texts with escapes; all other views are into the source's bytes
};

class Node;

/// One `key: value` of a map.
struct Entry;

/// A place in a tree; as cheap as a pointer, valid while the tree and the source live.
class Node {
  public:
    Node(const Tree& tree, std::uint32_t row) : tree_(&tree), row_(row) {}
    static Node root(const Tree& tree) { return {tree, static_cast<std::uint32_t>(tree.rows.size() - 1)}; }

    [[nodiscard]] Kind kind() const { return row().kind; }
    [[nodiscard]] bool is_scalar() const { return kind() == Kind::scalar; }
    [[nodiscard]] bool is_map() const { return kind() == Kind::map; }
    [[nodiscard]] bool is_list() const { return kind() == Kind::list; }
    /// A scalar written without quotes as nothing, `~` or `null`.
    [[nodiscard]] bool is_null() const;
    [[nodiscard]] bool quoted() const { return row().quoted; }
    [[nodiscard]] Span at() const { return row().at; }
    /// Of a scalar; empty for others.
    [[nodiscard]] std::string_view text() const { return row().text; }
    [[nodiscard]] std::size_t size() const { return row().count; }
    /// Of a list, `i` below size().
    [[nodiscard]] Node item(std::size_t i) const { return {*tree_, tree_->items[row().first + i]}; }
    /// Of a map, `i` below size(), in the order of the text.
    [[nodiscard]] Entry entry(std::size_t i) const;
    /// The value of a key of a map; nothing where there is none or this is no map.
    [[nodiscard]] std::optional<Node> find(std::string_view key) const;

  private:
    [[nodiscard]] const Tree::Row& row() const { return tree_->rows[row_]; }
    const Tree* tree_;
    std::uint32_t row_;
};

struct Entry {
    std::string_view key;
    Span keyAt;
    Node value;
};

/// What a text may cost before it is refused. Defaults are those of platform files.
struct Limits {
    std::size_t bytes = std::size_t{16} << 20;
    std::size_t depth = 64;
    std::size_t nodes = 2'000'000;
};

}  // namespace tenantry::syntax

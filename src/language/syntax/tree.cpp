#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

bool Node::is_null() const { return is_scalar() && !quoted() && (text().empty() || text() == "~" || text() == "null"); }

Entry Node::entry(std::size_t i) const {
    const Tree::EntryRow& entry = tree_->entries[row().first + i];
    return {entry.key, entry.keyAt, Node(*tree_, entry.value)};
}

std::optional<Node> Node::find(std::string_view key) const {
    if (!is_map()) return std::nullopt;
    for (std::size_t i = 0; i < size(); ++i) {
        const Tree::EntryRow& entry = tree_->entries[row().first + i];
        if (entry.key == key) return Node(*tree_, entry.value);
    }
    return std::nullopt;
}

}  // namespace tenantry::syntax

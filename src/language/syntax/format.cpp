#include <tenantry/base/check.hpp>
#include <tenantry/syntax/format.hpp>
#include <tenantry/syntax/yaml.hpp>

#include "yaml_layout.hpp"

namespace tenantry::syntax {

bool same_values(const Node& a, const Node& b) {
    if (a.kind() != b.kind() || a.size() != b.size()) return false;
    if (a.is_scalar()) return a.text() == b.text() && a.is_null() == b.is_null();
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a.is_list() && !same_values(a.item(i), b.item(i))) return false;
        if (a.is_map() && (a.entry(i).key != b.entry(i).key || !same_values(a.entry(i).value, b.entry(i).value)))
            return false;
    }
    return true;
}

std::optional<std::string> format_yaml(const Sources& sources, SourceId id, const Limits& limits,
                                       Diagnostics& diagnostics) {
    const auto tree = parse_yaml(sources, id, limits, diagnostics);
    if (!tree) return std::nullopt;
    std::string text = laid_out(sources.text(id), *tree);
    // A file is never replaced by one that says something else, whatever this code has not thought of.
    Sources written;
    Diagnostics refused;
    const SourceId again = written.add(std::string(sources.name(id)), text);
    const auto back = parse_yaml(written, again, {limits.bytes * 2, limits.depth, limits.nodes}, refused);
    TENANTRY_CHECK(back && same_values(Node::root(*tree), Node::root(*back)), "a formatted text says the same");
    return text;
}

}  // namespace tenantry::syntax

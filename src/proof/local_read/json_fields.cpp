#include "json_fields.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <tenantry/local_read/codes.hpp>
#include <tenantry/syntax/json.hpp>

namespace tenantry::local_read {

std::optional<std::uint32_t> as_number(const Node& node) {
    if (!node.is_scalar() || node.quoted() || node.text().empty()) return std::nullopt;
    std::uint32_t value = 0;
    const std::string_view text = node.text();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> as_large_number(const Node& node) {
    if (!node.is_scalar() || node.quoted()) return std::nullopt;
    const std::string_view text = node.text();
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::string_view> as_text(const Node& node) {
    if (!node.is_scalar() || !node.quoted()) return std::nullopt;
    return node.text();
}

std::optional<bool> as_bool(const Node& node) {
    if (!node.is_scalar() || node.quoted()) return std::nullopt;
    if (node.text() == "true") return true;
    if (node.text() == "false") return false;
    return std::nullopt;
}

std::optional<Object> Object::of(const Scope& scope, const Node& node, std::string_view what) {
    if (node.is_map()) return Object(scope, node, what);
    scope.wrong(code::wrongType, node.at(), fmt::format("A JSON object is expected for {}.", what));
    return std::nullopt;
}

std::optional<Node> Object::need(std::string_view key) const {
    auto value = node_.find(key);
    // The object's first byte: the whole of it may be the whole file.
    if (!value)
        scope_.wrong(code::missingField, {at().source, at().begin, std::min(at().begin + 1, at().end)},
                     fmt::format("In {} `{}` is missing.", what_, key));
    return value;
}

void Object::wrong_type(const Node& value, std::string_view key, std::string_view type) const {
    scope_.wrong(code::wrongType, value.at(), fmt::format("`{}` of {} is no {}.", key, what_, type));
}

std::optional<std::string_view> Object::text(std::string_view key) const {
    const auto value = need(key);
    if (!value) return std::nullopt;
    auto result = as_text(*value);
    if (!result) wrong_type(*value, key, "text");
    return result;
}

std::optional<std::uint32_t> Object::number(std::string_view key) const {
    const auto value = need(key);
    if (!value) return std::nullopt;
    auto result = as_number(*value);
    if (!result) wrong_type(*value, key, "whole number of 32 bits");
    return result;
}

std::optional<bool> Object::boolean(std::string_view key) const {
    const auto value = need(key);
    if (!value) return std::nullopt;
    auto result = as_bool(*value);
    if (!result) wrong_type(*value, key, "truth value");
    return result;
}

std::optional<Node> Object::list(std::string_view key) const {
    const auto value = need(key);
    if (!value) return std::nullopt;
    if (value->is_list()) return value;
    wrong_type(*value, key, "list");
    return std::nullopt;
}

std::optional<Object> Object::object(std::string_view key, std::string_view what) const {
    const auto value = need(key);
    if (!value) return std::nullopt;
    return of(scope_, *value, what);
}

std::optional<Ipv4> Object::address(std::string_view key) const {
    const auto value = text(key);
    if (!value) return std::nullopt;
    auto result = Ipv4::parse(*value);
    if (!result)
        scope_.wrong(code::malformedValue, find(key)->at(), fmt::format("`{}` of {} is no IPv4 address.", key, what_));
    return result;
}

std::optional<Cidr> Object::range(std::string_view key) const {
    const auto value = text(key);
    if (!value) return std::nullopt;
    const auto result = Cidr::parse(*value);
    if (result) return *result;
    scope_.wrong(code::malformedValue, find(key)->at(), fmt::format("`{}` of {}: {}.", key, what_, result.error()));
    return std::nullopt;
}

void Object::expect_only(std::initializer_list<std::string_view> known) const {
    for (std::size_t i = 0; i < node_.size(); ++i) {
        const syntax::Entry entry = node_.entry(i);
        if (std::ranges::find(known, entry.key) == known.end())
            scope_.unclear(entry.keyAt, fmt::format("The key `{}` of {} is not known.", entry.key, what_));
    }
}

void read_seen(const Scope& scope, SourceId source, std::string_view file, std::initializer_list<std::string_view> keys,
               const std::function<void(const Object&)>& read) {
    const auto tree = syntax::parse_json(scope.reading.sources, source, {}, scope.reading.diagnostics);
    const auto root = tree ? Object::of(scope, Node::root(*tree), file) : std::nullopt;
    if (!root) return;
    root->expect_only(keys);
    if (const auto version = root->number("version"); version && *version != 1)
        scope.unclear(root->find("version")->at(), fmt::format("Version {} of {} is not known.", *version, file));
    read(*root);
}

}  // namespace tenantry::local_read

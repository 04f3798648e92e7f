#include "map_reader.hpp"

#include <algorithm>
#include <vector>

#include <tenantry/base/check.hpp>

namespace tenantry::model {
namespace {

std::string_view kind_name(const syntax::Node& node) {
    if (node.is_map()) return "a map";
    if (node.is_list()) return "a list";
    return node.is_null() ? "nothing" : "a single value";
}

std::string how_to_write(const syntax::Node& node, std::string_view wanted) {
    if (node.is_null()) return "write a value, or leave the key out where it has a default";
    if (wanted == "a list" && node.is_scalar())
        return fmt::format("a list of one is {}", quote("[" + std::string(node.text()) + "]"));
    if (wanted == "a list") return "a list is `[a, b]`, or `- a` and `- b` on lines of their own";
    if (wanted == "a map") return "a map is `{ key: value }`, or `key: value` on lines of their own, indented";
    return "";
}

bool wrong_type(const syntax::Node& node, Span at, std::string_view what, std::string_view wanted,
                Diagnostics& diagnostics) {
    diagnostics.add(code::wrongType, at,
                    sentence(fmt::format("{} must be {}; here stands {}.", what, wanted, kind_name(node))),
                    how_to_write(node, wanted));
    return false;
}

}  // namespace

std::string quote(std::string_view text) {
    constexpr std::size_t most = 60;
    if (text.size() <= most) return fmt::format("`{}`", text);
    std::size_t cut = most;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    return fmt::format("`{}...`", text.substr(0, cut));
}

bool expect_map(const Place& place, std::string_view what, Diagnostics& diagnostics) {
    return place.node.is_map() || wrong_type(place.node, place.keyAt, what, "a map", diagnostics);
}

bool expect_list(const Place& place, std::string_view what, Diagnostics& diagnostics) {
    return place.node.is_list() || wrong_type(place.node, place.keyAt, what, "a list", diagnostics);
}

bool expect_scalar(const syntax::Node& node, std::string_view what, Diagnostics& diagnostics) {
    if (node.is_scalar() && !node.is_null()) return true;
    return wrong_type(node, node.at(), what, "a single value", diagnostics);
}

std::string ended(std::string text) {
    if (!text.ends_with('?')) text += '.';
    return text;
}

std::string sentence(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

MapReader::MapReader(const Place& place, std::string_view what, std::span<const Key> keys, Diagnostics& diagnostics,
                     std::span<const std::string_view> extra)
    : place_(place),
      what_(what),
      keys_(keys),
      diagnostics_(&diagnostics),
      isMap_(expect_map(place, what, diagnostics)) {
    if (!isMap_) return;
    check_keys(extra);
    for (const Key& key : keys)
        if (!key.example.empty()) require(key.name, key.example);
}

void MapReader::check_keys(std::span<const std::string_view> extra) {
    std::vector<std::string_view> names(extra.begin(), extra.end());
    for (const Key& key : keys_)
        if (key.status == Status::known) names.push_back(key.name);
    for (std::size_t i = 0; i < place_.node.size(); ++i) {
        const syntax::Entry entry = place_.node.entry(i);
        if (std::ranges::find(names, entry.key) != names.end()) continue;
        if (std::ranges::find(keys_, entry.key, &Key::name) != keys_.end()) {
            diagnostics_->add(code::notYet, entry.keyAt,
                              fmt::format("`{}` in {} is not supported by this version.", entry.key, what_),
                              "leave it out; it will keep this meaning");
            continue;
        }
        diagnostics_->add(code::unknownKey, entry.keyAt,
                          sentence(fmt::format("{} has no key {}.", what_, quote(entry.key))),
                          suggest(entry.key, names));
    }
}

void MapReader::refuse(std::string_view key, const syntax::Node& node, const Refusal& refusal) {
    diagnostics_->add(code::badValue, node.at(),
                      ended(fmt::format("{} {}", quote(fmt::format("{}: {}", key, node.text())), refusal)));
}

std::optional<Place> MapReader::find(std::string_view key) const {
    TENANTRY_CHECK(std::ranges::find(keys_, key, &Key::name) != keys_.end(), "a reader takes only keys of its table");
    if (!isMap_) return std::nullopt;
    for (std::size_t i = 0; i < place_.node.size(); ++i) {
        const syntax::Entry entry = place_.node.entry(i);
        if (entry.key == key) return Place{entry.value, entry.keyAt};
    }
    return std::nullopt;
}

std::optional<Place> MapReader::require(std::string_view key, std::string_view example) {
    auto place = find(key);
    if (!place && isMap_)
        diagnostics_->add(code::missingKey, place_.keyAt, sentence(fmt::format("{} needs `{}`.", what_, key)),
                          fmt::format("write `{}`", example));
    return place;
}

}  // namespace tenantry::model

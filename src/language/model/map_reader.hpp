#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <tenantry/base/diagnostic.hpp>
#include <tenantry/base/text.hpp>
#include <tenantry/model/codes.hpp>
#include <tenantry/model/keys.hpp>
#include <tenantry/syntax/tree.hpp>

namespace tenantry::model {

/// A value as a message shows it: in backquotes, cut when long.
std::string quote(std::string_view text);

/// A sentence begins with a capital letter.
std::string sentence(std::string text);

/// With its full stop, unless it is a question already.
std::string ended(std::string text);

/// `did you mean ...?` when a known word is near, else the list of what may stand there (when short).
template <class Range>
std::string suggest(std::string_view word, const Range& known) {
    if (const auto near = did_you_mean(word, known)) return fmt::format("did you mean `{}`?", *near);
    std::string all;
    for (std::string_view name : known) all += fmt::format("{}`{}`", all.empty() ? "" : ", ", name);
    return all.empty() || all.size() > 200 ? std::string() : "known: " + all;
}

/// One node with the place of its key, which messages point at.
struct Place {
    syntax::Node node;
    Span keyAt;
};

/// True, or a diagnostic that says which of map, list and single value belongs here.
bool expect_map(const Place& place, std::string_view what, Diagnostics& diagnostics);
bool expect_list(const Place& place, std::string_view what, Diagnostics& diagnostics);
bool expect_scalar(const syntax::Node& node, std::string_view what, Diagnostics& diagnostics);

/// A scalar through its grammar; a diagnostic and nothing where it is none.
template <class Parse>
auto read_scalar(const syntax::Node& node, std::string_view what, Diagnostics& diagnostics, Parse parse)
    -> std::optional<typename decltype(parse(std::string_view{}))::value_type> {
    if (!expect_scalar(node, what, diagnostics)) return std::nullopt;
    auto value = parse(node.text());
    if (value) return std::move(*value);
    diagnostics.add(code::badValue, node.at(), ended(fmt::format("{} {} {}", what, quote(node.text()), value.error())));
    return std::nullopt;
}

/// Reads a map by its table of keys: unknown and later ones are told when it is made.
class MapReader {
  public:
    /// `what` names the map in messages: `the service `api``. `extra`: keys beside the table (names of stages).
    MapReader(const Place& place, std::string_view what, std::span<const Key> keys, Diagnostics& diagnostics,
              std::span<const std::string_view> extra = {});

    [[nodiscard]] bool is_map() const { return isMap_; }
    [[nodiscard]] std::optional<Place> find(std::string_view key) const;
    /// The same, or a diagnostic at the map's key. Silent where this is no map at all: that was told.
    std::optional<Place> require(std::string_view key, std::string_view example);
    template <class Parse>
    auto scalar(std::string_view key, Parse parse)
        -> std::optional<typename decltype(parse(std::string_view{}))::value_type> {
        const auto place = find(key);
        if (!place || !expect_scalar(place->node, fmt::format("`{}`", key), *diagnostics_)) return std::nullopt;
        auto value = parse(place->node.text());
        if (value) return std::move(*value);
        refuse(key, place->node, value.error());
        return std::nullopt;
    }

  private:
    void check_keys(std::span<const std::string_view> extra);
    void refuse(std::string_view key, const syntax::Node& node, const Refusal& refusal);

    Place place_;
    std::string what_;
    std::span<const Key> keys_;
    Diagnostics* diagnostics_;
    bool isMap_;
};

}  // namespace tenantry::model

#pragma once

// Typed access to JSON objects. What is needed and missing, or of the wrong type, is a Diagnostic; keys that nobody
// asked for are not understood.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>

#include <tenantry/base/cidr.hpp>
#include <tenantry/syntax/tree.hpp>

#include "reading.hpp"

namespace tenantry::local_read {

using syntax::Node;

/// A JSON number without sign, fraction or exponent.
std::optional<std::uint32_t> as_number(const Node& node);
/// A JSON number without sign, fraction or exponent, in 64 bits.
std::optional<std::uint64_t> as_large_number(const Node& node);
/// A JSON string.
std::optional<std::string_view> as_text(const Node& node);
std::optional<bool> as_bool(const Node& node);

/// A JSON object and what to call it in a message: `the route`.
class Object {
  public:
    /// Nothing, with a diagnostic, where the node is no object.
    static std::optional<Object> of(const Scope& scope, const Node& node, std::string_view what);

    [[nodiscard]] std::optional<Node> find(std::string_view key) const { return node_.find(key); }
    [[nodiscard]] Span at() const { return node_.at(); }
    [[nodiscard]] const Node& node() const { return node_; }

    // Needed fields: nothing, with a diagnostic, where they are missing or of another type.
    [[nodiscard]] std::optional<Node> need(std::string_view key) const;
    [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;
    [[nodiscard]] std::optional<std::uint32_t> number(std::string_view key) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    [[nodiscard]] std::optional<Node> list(std::string_view key) const;
    [[nodiscard]] std::optional<Object> object(std::string_view key, std::string_view what) const;
    [[nodiscard]] std::optional<Ipv4> address(std::string_view key) const;
    [[nodiscard]] std::optional<Cidr> range(std::string_view key) const;

    /// Every key but these is not understood.
    void expect_only(std::initializer_list<std::string_view> known) const;

  private:
    Object(const Scope& scope, const Node& node, std::string_view what) : scope_(scope), node_(node), what_(what) {}
    void wrong_type(const Node& value, std::string_view key, std::string_view type) const;

    Scope scope_;
    Node node_;
    std::string_view what_;
};

/// Reads a text that only somebody who looked has written: a JSON object with `version` 1 and `keys`, which has
/// `version` among them. `read` is called with it; not where it is none, which is a diagnostic.
void read_seen(const Scope& scope, SourceId source, std::string_view file, std::initializer_list<std::string_view> keys,
               const std::function<void(const Object&)>& read);

}  // namespace tenantry::local_read

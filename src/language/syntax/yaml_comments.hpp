#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <tenantry/syntax/tree.hpp>

namespace tenantry::syntax {

/// From `#` to the end of its line, without spaces there.
struct Comment {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t column = 0;  ///< characters before it on its line
    bool alone = false;        ///< nothing but spaces stands before it on its line
    bool used = false;
};

/// What a tree leaves out of its text: comments, and what stands where.
class YamlComments {
  public:
    YamlComments(std::string_view text, const Tree& tree);

    [[nodiscard]] bool any_within(Span at) const;
    /// The first comment that is not used yet and begins before `end`.
    Comment* next_before(std::uint32_t end);
    /// The comment behind `from` on its line, if only spaces and characters of `between` stand before it.
    Comment* trailing(std::uint32_t from, std::string_view between);
    /// The first byte of the first key or scalar (an empty one too) at or behind `from`; the end of the text where
    /// there is none.
    [[nodiscard]] std::uint32_t next_node(std::uint32_t from) const;
    /// The first byte of the line that holds `at`.
    [[nodiscard]] std::uint32_t line_begin(std::uint32_t at) const;

  private:
    void find(std::uint32_t begin, std::uint32_t end);

    std::string_view text_;
    std::vector<std::uint32_t> lines_;  ///< where each begins
    std::vector<Span> nodes_;           ///< keys and values, sorted
    std::vector<Comment> comments_;
    std::size_t next_ = 0;  ///< those before it are used
};

}  // namespace tenantry::syntax

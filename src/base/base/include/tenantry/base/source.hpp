#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace tenantry {

/// A text that was read: a platform file, the lock, or an emitted text. Index into Sources.
struct SourceId {
    std::uint32_t at = 0;
    auto operator<=>(const SourceId&) const = default;
};

/// Half-open range of bytes in one source.
struct Span {
    SourceId source;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    auto operator<=>(const Span&) const = default;
};

/// Line and column, both from 1; columns count Unicode code points.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    auto operator<=>(const Position&) const = default;
};

/// All texts of one run with their names, in the order they were added. Owns the bytes; views stay valid while it
/// lives and is not moved from. At most 4 GiB a text.
class Sources {
  public:
    SourceId add(std::string name, std::string text);

    [[nodiscard]] std::size_t size() const { return sources_.size(); }
    [[nodiscard]] std::string_view name(SourceId id) const;
    [[nodiscard]] std::string_view text(SourceId id) const;
    /// The bytes of a span; spans past the end are cut.
    [[nodiscard]] std::string_view text(Span span) const;
    /// Costs one pass over the text up to `offset`: for what is shown to a person.
    [[nodiscard]] Position position(SourceId id, std::uint32_t offset) const;
    /// The line (without its end) that holds `offset`.
    [[nodiscard]] std::string_view line(SourceId id, std::uint32_t offset) const;

  private:
    struct Source {
        std::string name;
        std::string text;
    };
    std::deque<Source> sources_;  // a vector would move short texts, and with them what views lead to
};

/// Number of Unicode code points in valid UTF-8; a stray byte counts as one.
std::size_t code_points(std::string_view text);

}  // namespace tenantry

#pragma once

#include <cstddef>
#include <string_view>

namespace tenantry::syntax {

/// Byte offsets of code points in valid UTF-8. Asked in (nearly) rising order it costs one pass over the text: each
/// question walks from the last answer. libyaml's marks count code points.
class CharacterIndex {
  public:
    explicit CharacterIndex(std::string_view text);

    /// `index` past the last code point gives the end of the text.
    std::size_t byte(std::size_t index);

  private:
    std::string_view text_;
    bool isAscii_;
    std::size_t index_ = 0;
    std::size_t byte_ = 0;
};

}  // namespace tenantry::syntax

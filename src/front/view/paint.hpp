#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace tenantry::view {

/// SGR parameters (ECMA-48 8.3.117).
enum class Color : std::uint8_t { bold = 1, red = 31, green = 32, yellow = 33, blue = 34 };

/// Puts text in a colour, or leaves it as it is.
class Paint {
  public:
    explicit Paint(bool on) : on_(on) {}
    std::string operator()(Color color, std::string_view text) const {
        if (!on_) return std::string(text);
        return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(color), text);
    }

  private:
    bool on_;
};

}  // namespace tenantry::view

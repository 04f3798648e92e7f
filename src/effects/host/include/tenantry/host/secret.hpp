#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace tenantry::host {

/// A secret's value. It prints as `<redacted>`, and its memory is wiped when it goes.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
    Secret& operator=(Secret other) noexcept {
        value_.swap(other.value_);
        return *this;
    }
    ~Secret() { wipe(); }

    /// The value itself: for what writes it to its reader, nothing else.
    [[nodiscard]] const std::string& reveal() const { return value_; }

  private:
    void wipe() noexcept;
    std::string value_;
};

}  // namespace tenantry::host

template <>
struct fmt::formatter<tenantry::host::Secret> : fmt::formatter<std::string_view> {
    auto format(const tenantry::host::Secret& /*secret*/, fmt::format_context& context) const {
        return fmt::formatter<std::string_view>::format("<redacted>", context);
    }
};

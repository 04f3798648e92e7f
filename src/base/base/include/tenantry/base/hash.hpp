#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenantry {

/// BLAKE2b-256 (RFC 7693) of a sequence of bytes.
struct Digest {
    std::array<std::uint8_t, 32> bytes{};
    auto operator<=>(const Digest&) const = default;

    /// 64 hex digits, or the first `digits` of them for a name that people read.
    [[nodiscard]] std::string hex(std::size_t digits = 64) const;
};

Digest blake2b(std::string_view bytes);

}  // namespace tenantry

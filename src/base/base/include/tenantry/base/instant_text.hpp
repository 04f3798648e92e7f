#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenantry {

/// Milliseconds since 1970 of a time as RFC 3339 writes it: `2026-11-28T10:00:00Z`, with a fraction and an offset where
/// there is one. Nothing where it is none: a leap second too.
std::optional<std::int64_t> epoch_ms(std::string_view text);

/// The same in UTC: `2026-11-28T10:00:00.123Z`.
std::string instant_text(std::int64_t epochMs);

/// Milliseconds of a duration as people write it: `90s`, `10m`, `2h`, `3d`. Nothing where it is none.
std::optional<std::int64_t> duration_ms(std::string_view text);

}  // namespace tenantry

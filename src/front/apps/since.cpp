#include "since.hpp"

#include <chrono>

#include <tenantry/base/instant_text.hpp>

namespace tenantry::apps {

Result<std::int64_t> since_of(const std::string& text) {
    if (text.empty()) return 0;
    if (const auto at = epoch_ms(text); at && *at > 0) return *at;
    const auto ago = duration_ms(text);
    if (!ago) return fail("--since takes how long ago, `10m` (s, m, h, d), or an instant, `2026-11-28T10:00:00Z`");
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return std::max<std::int64_t>(now.time_since_epoch().count() - *ago, 1);
}

}  // namespace tenantry::apps

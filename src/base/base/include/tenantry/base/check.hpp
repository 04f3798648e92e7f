#pragma once

#include <string_view>

namespace tenantry {

/// Ends the process and says that Tenantry itself is wrong (exit code 70). `text` says what should have held.
[[noreturn]] void fail_check(std::string_view condition, std::string_view text, std::string_view file, int line);

}  // namespace tenantry

/// For what only a bug of ours can break; never for input.
#define TENANTRY_CHECK(condition, text) \
    (static_cast<bool>(condition) ? void(0) : ::tenantry::fail_check(#condition, text, __FILE__, __LINE__))

#pragma once

// What TLS must be, of a text and of an answer.

#include <cstdint>
#include <string_view>

namespace tenantry::verify {

/// Two years (hstspreload.org asks for one at least).
inline constexpr std::uint64_t leastTransportSecurity = 63'072'000;
/// Days that a certificate must still be valid (claim TLS-1).
inline constexpr std::uint32_t leastDays = 21;

/// Of TLS 1.2, by OpenSSL's names: an exchange of fresh keys, and encryption that authenticates.
bool is_strong_cipher(std::string_view cipher);
/// Of TLS 1.3: RFC 8446 appendix B.4 but for CCM.
bool is_strong_suite(std::string_view suite);

}  // namespace tenantry::verify

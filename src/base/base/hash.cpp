#include <algorithm>

#include <sodium.h>

#include <tenantry/base/check.hpp>
#include <tenantry/base/hash.hpp>

namespace tenantry {

std::string Digest::hex(std::size_t digits) const {
    constexpr std::string_view alphabet = "0123456789abcdef";
    std::string text;
    text.reserve(64);
    for (const std::uint8_t byte : bytes) {
        text += alphabet[byte >> 4];
        text += alphabet[byte & 15];
    }
    text.resize(std::min(digits, text.size()));
    return text;
}

Digest blake2b(std::string_view bytes) {
    Digest digest;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const int done = crypto_generichash(digest.bytes.data(), digest.bytes.size(), data, bytes.size(), nullptr, 0);
    TENANTRY_CHECK(done == 0, "libsodium hashes any bytes");
    return digest;
}

}  // namespace tenantry

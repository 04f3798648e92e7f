#include "scram.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>

#include "openssl.hpp"

namespace tenantry::host {
namespace {

// RFC 7677 asks for so many, and some clients refuse fewer.
constexpr int iterations = 4096;
constexpr std::size_t saltSize = 16;

using Hash = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* unsigned_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(const unsigned char* bytes, std::size_t size) {
    std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // its zero byte
    return text;
}

std::string head_of(std::string_view salt) {
    return fmt::format("SCRAM-SHA-256${}:{}$", iterations, base64(unsigned_bytes(salt), salt.size()));
}

Result<Hash> keyed(const Hash& key, std::string_view text) {
    Hash result{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), unsigned_bytes(text), text.size(), result.data(),
             nullptr) == nullptr)
        return fail("{}", openssl_reason());
    return result;
}

}  // namespace

Result<std::string> scram_verifier(const Secret& password, std::string_view salt) {
    const std::string& text = password.reveal();
    Hash salted{};
    if (PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), unsigned_bytes(salt),
                          static_cast<int>(salt.size()), iterations, EVP_sha256(), static_cast<int>(salted.size()),
                          salted.data()) != 1)
        return fail("making a verifier of a password: {}", openssl_reason());
    Hash client = TRY(keyed(salted, "Client Key")), stored{};
    const Hash server = TRY(keyed(salted, "Server Key"));
    SHA256(client.data(), client.size(), stored.data());
    sodium_memzero(salted.data(), salted.size());
    sodium_memzero(client.data(), client.size());
    return head_of(salt) + base64(stored.data(), stored.size()) + ":" + base64(server.data(), server.size());
}

std::string salt_of(const Secret& password, std::string_view user) {
    std::string salt(saltSize, '\0');
    const std::string& key = password.reveal();
    crypto_generichash(reinterpret_cast<unsigned char*>(salt.data()), salt.size(), unsigned_bytes(user), user.size(),
                       unsigned_bytes(key), key.size());
    return salt;
}

bool has_salt(std::string_view verifier, std::string_view salt) { return verifier.starts_with(head_of(salt)); }

}  // namespace tenantry::host

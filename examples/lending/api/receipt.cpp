#include "receipt.hpp"

#include <array>

#include <boost/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../common/environment.hpp"

namespace lending {

namespace {

// base64url without padding, as RFC 7515 has it.
std::string encoded(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned bits = 0;
    int held = 0;  // of `bits`, the lowest
    for (const char byte : bytes) {
        bits = (bits << 8 | static_cast<unsigned char>(byte)) & 0xfffff;
        for (held += 8; held >= 6; held -= 6) text += digits[bits >> (held - 6) & 63];
    }
    if (held > 0) text += digits[bits << (6 - held) & 63];
    return text;
}

std::string signature(std::string_view text) {
    const std::string key = bytes_of_file_in("JWT_KEY_FILE");
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), sum.data(), &size);
    return {sum.begin(), sum.begin() + size};
}

}  // namespace

std::string receipt_of(const Booked& booked, std::string_view tenant) {
    const boost::json::object said{{"iss", tenant},
                                   {"sub", booked.application.id},
                                   {"decision", booked.decision.decision},
                                   {"amount", booked.application.terms.amount},
                                   {"months", booked.application.terms.months}};
    const std::string text = encoded(R"({"alg":"HS256","typ":"JWT"})") + "." + encoded(boost::json::serialize(said));
    return text + "." + encoded(signature(text));
}

}  // namespace lending

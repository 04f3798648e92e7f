#include "openssl.hpp"

#include <array>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace tenantry::host {

std::string openssl_reason() {
    const unsigned long last = ERR_peek_last_error();
    ERR_clear_error();
    if (last == 0) return "OpenSSL gives no reason";
    std::array<char, 256> text{};
    ERR_error_string_n(last, text.data(), text.size());
    return text.data();
}

Memory reader(std::string_view bytes) { return Memory(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

Certificate certificate_in(std::string_view pem) {
    const Memory from = reader(pem);
    Certificate certificate(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate;
}

Key key_in(std::string_view pem) {
    const Memory from = reader(pem);
    Key key(PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return key;
}

}  // namespace tenantry::host

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace tenantry::host {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Memory = Owned<BIO, BIO_free_all>;

/// What OpenSSL says of the last error of this thread; its queue is empty then.
std::string openssl_reason();
/// A source of these bytes, which must outlive it.
Memory reader(std::string_view bytes);
/// The first certificate or key of a PEM text; null where there is none.
Certificate certificate_in(std::string_view pem);
Key key_in(std::string_view pem);

}  // namespace tenantry::host

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include <tenantry/base/error.hpp>

#include "exchange.hpp"
#include "openssl.hpp"

namespace tenantry::host {

/// TLS 1.2 or newer over a connected socket that does not block; the other side must prove to be `host` by a
/// certificate of this one authority. `socket` must outlive it.
class TlsClient {
  public:
    static Result<TlsClient> connect(int socket, std::string_view authority, std::string_view host,
                                     const Deadline& deadline);
    Result<void> write(std::string_view bytes, const Deadline& deadline);
    Result<std::string> read_line(const Deadline& deadline);

  private:
    using Session = Owned<SSL, SSL_free>;
    TlsClient(int socket, Session session) : socket_(socket), session_(std::move(session)) {}
    /// Waits for what the last call wanted; an error where it failed for good.
    Result<void> again(int result, const Deadline& deadline);

    int socket_;
    Session session_;
};

}  // namespace tenantry::host

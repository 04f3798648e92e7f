#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include <tenantry/base/error.hpp>

#include "exchange.hpp"
#include "openssl.hpp"

namespace tenantry::host {

/// What a handshake offers.
struct TlsOffer {
    int minimum = TLS1_2_VERSION;
    int maximum = 0;                  ///< 0: the newest
    const char* ciphers = nullptr;    ///< up to TLS 1.2: OpenSSL's list and security level; null: its own
    const char* suites = nullptr;     ///< of TLS 1.3; null: its own
    std::string_view authority = {};  ///< PEM of the only one that is trusted; empty: any certificate is taken
};

/// TLS over a connected socket that does not block, which must outlive it.
class TlsClient {
  public:
    /// The other side must take the offer and prove to be `host`.
    static Result<TlsClient> connect(int socket, const TlsOffer& offer, std::string_view host,
                                     const Deadline& deadline);
    /// Nothing where the other side refuses: by an alert, or by closing the connection.
    static Result<std::optional<TlsClient>> try_connect(int socket, const TlsOffer& offer, std::string_view host,
                                                        const Deadline& deadline);
    Result<void> write(std::string_view bytes, const Deadline& deadline);
    /// So many bytes.
    Result<std::string> read(std::size_t count, const Deadline& deadline);
    /// The head of an HTTP answer, up to and with the empty line.
    Result<std::string> read_head(const Deadline& deadline);

    /// `TLSv1.3 TLS_AES_256_GCM_SHA384`
    [[nodiscard]] std::string version_and_cipher() const;
    /// Whole days from now that the other side's certificate is valid; 0 where it is not.
    [[nodiscard]] std::uint32_t days_left() const;

  private:
    using Session = Owned<SSL, SSL_free>;
    TlsClient(int socket, Session session) : socket_(socket), session_(std::move(session)) {}
    static Result<TlsClient> begin(int socket, const TlsOffer& offer, std::string_view host);
    /// Waits for what the last call wanted; an error where it failed for good.
    Result<void> again(int result, const Deadline& deadline);
    [[nodiscard]] bool refused(int result) const;

    int socket_;
    Session session_;
};

}  // namespace tenantry::host

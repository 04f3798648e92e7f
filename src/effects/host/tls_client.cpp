#include "tls_client.hpp"

#include <array>

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include "answer_head.hpp"

namespace tenantry::host {
namespace {

using Context = Owned<SSL_CTX, SSL_CTX_free>;

Result<Context> make_context(const TlsOffer& offer) {
    Context context(SSL_CTX_new(TLS_client_method()));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), offer.minimum) != 1 ||
        SSL_CTX_set_max_proto_version(context.get(), offer.maximum) != 1 ||
        (offer.ciphers != nullptr && SSL_CTX_set_cipher_list(context.get(), offer.ciphers) != 1) ||
        (offer.suites != nullptr && SSL_CTX_set_ciphersuites(context.get(), offer.suites) != 1))
        return fail("preparing TLS: {}", openssl_reason());
    if (offer.authority.empty()) return context;
    const Certificate root = certificate_in(offer.authority);
    if (!root || X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.get()) != 1)
        return fail("preparing TLS: {}", openssl_reason());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

}  // namespace

Result<TlsClient> TlsClient::begin(int socket, const TlsOffer& offer, std::string_view host) {
    const Context context = TRY(make_context(offer));
    const std::string name(host);
    Session session(SSL_new(context.get()));
    if (!session || SSL_set_fd(session.get(), socket) != 1 || SSL_set1_host(session.get(), name.c_str()) != 1 ||
        SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(name.c_str())) != 1)
        return fail("preparing TLS: {}", openssl_reason());
    return TlsClient(socket, std::move(session));
}

Result<TlsClient> TlsClient::connect(int socket, const TlsOffer& offer, std::string_view host,
                                     const Deadline& deadline) {
    TlsClient client = TRY(begin(socket, offer, host));
    int result = 0;
    while (ERR_clear_error(), (result = SSL_connect(client.session_.get())) != 1)
        TRY_VOID(client.again(result, deadline));
    return client;
}

Result<std::optional<TlsClient>> TlsClient::try_connect(int socket, const TlsOffer& offer, std::string_view host,
                                                        const Deadline& deadline) {
    TlsClient client = TRY(begin(socket, offer, host));
    int result = 0;
    while (ERR_clear_error(), (result = SSL_connect(client.session_.get())) != 1) {
        if (client.refused(result)) return std::nullopt;
        TRY_VOID(client.again(result, deadline));
    }
    return client;
}

// What OpenSSL itself will not do is an error of another number.
bool TlsClient::refused(int result) const {
    const int error = SSL_get_error(session_.get(), result);
    if (error == SSL_ERROR_ZERO_RETURN || error == SSL_ERROR_SYSCALL) return true;
    const int reason = ERR_GET_REASON(ERR_peek_error());
    constexpr int alerts = SSL_AD_REASON_OFFSET, lastAlert = alerts + 255;
    return error == SSL_ERROR_SSL &&
           (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING || (reason >= alerts && reason <= lastAlert));
}

Result<void> TlsClient::again(int result, const Deadline& deadline) {
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return deadline.wait(socket_, POLLIN);
        case SSL_ERROR_WANT_WRITE:
            return deadline.wait(socket_, POLLOUT);
        case SSL_ERROR_ZERO_RETURN:
            return fail("the connection was closed without an answer");
        default:
            break;
    }
    if (const long verified = SSL_get_verify_result(session_.get()); verified != X509_V_OK)
        return fail("the certificate is not valid for the host: {}", X509_verify_cert_error_string(verified));
    return fail("TLS: {}", openssl_reason());
}

Result<void> TlsClient::write(std::string_view bytes, const Deadline& deadline) {
    int result = 0;
    while (ERR_clear_error(), (result = SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()))) <= 0)
        TRY_VOID(again(result, deadline));
    return {};
}

Result<std::string> TlsClient::read(std::size_t count, const Deadline& deadline) {
    std::string bytes(count, '\0');
    for (std::size_t done = 0; done < count;) {
        ERR_clear_error();
        const int got = SSL_read(session_.get(), bytes.data() + done, static_cast<int>(count - done));
        if (got > 0)
            done += static_cast<std::size_t>(got);
        else
            TRY_VOID(again(got, deadline));
    }
    return bytes;
}

Result<std::string> TlsClient::read_head(const Deadline& deadline) {
    std::string text;
    std::size_t end = 0;
    while ((end = text.find("\r\n\r\n")) == std::string::npos) {
        if (text.size() >= longestHead) return fail("the answer's head has more than {} bytes", longestHead);
        std::array<char, 4096> bytes{};
        ERR_clear_error();
        const int got = SSL_read(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
        if (got > 0)
            text.append(bytes.data(), static_cast<std::size_t>(got));
        else
            TRY_VOID(again(got, deadline));
    }
    text.resize(end + 4);
    return text;
}

std::string TlsClient::version_and_cipher() const {
    return std::string(SSL_get_version(session_.get())) + " " + SSL_get_cipher_name(session_.get());
}

std::uint32_t TlsClient::days_left() const {
    const Certificate certificate(SSL_get1_peer_certificate(session_.get()));
    int days = 0, seconds = 0;
    // Null is the present time.
    if (!certificate || ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1) return 0;
    return days > 0 ? static_cast<std::uint32_t>(days) : 0;
}

}  // namespace tenantry::host

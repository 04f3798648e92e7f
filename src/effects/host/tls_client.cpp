#include "tls_client.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

namespace tenantry::host {
namespace {

using Context = Owned<SSL_CTX, SSL_CTX_free>;

Result<Context> make_context(std::string_view authority) {
    Context context(SSL_CTX_new(TLS_client_method()));
    const Certificate root = certificate_in(authority);
    if (!context || !root || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.get()) != 1)
        return fail("preparing TLS: {}", openssl_reason());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

}  // namespace

Result<TlsClient> TlsClient::connect(int socket, std::string_view authority, std::string_view host,
                                     const Deadline& deadline) {
    const Context context = TRY(make_context(authority));
    const std::string name(host);
    Session session(SSL_new(context.get()));
    if (!session || SSL_set_fd(session.get(), socket) != 1 || SSL_set1_host(session.get(), name.c_str()) != 1 ||
        SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(name.c_str())) != 1)
        return fail("preparing TLS: {}", openssl_reason());
    TlsClient client(socket, std::move(session));
    int result = 0;
    while (ERR_clear_error(), (result = SSL_connect(client.session_.get())) != 1)
        TRY_VOID(client.again(result, deadline));
    return client;
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

Result<std::string> TlsClient::read_line(const Deadline& deadline) {
    std::string text;
    while (text.find('\n') == std::string::npos) {
        if (text.size() >= longestLine) return fail("the answer's first line has more than {} bytes", longestLine);
        std::array<char, longestLine> bytes{};
        ERR_clear_error();
        const int got = SSL_read(session_.get(), bytes.data(), static_cast<int>(bytes.size() - text.size()));
        if (got > 0)
            text.append(bytes.data(), static_cast<std::size_t>(got));
        else
            TRY_VOID(again(got, deadline));
    }
    text.resize(text.find('\n'));
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

}  // namespace tenantry::host

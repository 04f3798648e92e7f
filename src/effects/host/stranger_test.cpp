// Asked is a server of our own on the loopback that takes what it is told to take.

#include <csignal>
#include <filesystem>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <tenantry/host/authority.hpp>
#include <tenantry/host/stranger.hpp>
#include <tenantry/host/workspace.hpp>

#include "openssl.hpp"

namespace tenantry::host {
namespace {

constexpr std::chrono::seconds within{5};
constexpr const char* everything = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
constexpr const char* allSuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256";

struct Taking {
    int minimum = TLS1_2_VERSION;
    const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
    const char* suites = "TLS_AES_128_GCM_SHA256";
};

class Server {
  public:
    // One connection after the other: TLS on the first port, plain on the second.
    Server(const std::string& pem, const Taking& taking, std::string answer, std::string plain)
        : context_(SSL_CTX_new(TLS_server_method())), answer_(std::move(answer)), plain_(std::move(plain)) {
        SSL_CTX_set_min_proto_version(context_.get(), taking.minimum);
        EXPECT_EQ(SSL_CTX_set_cipher_list(context_.get(), taking.ciphers), 1);
        EXPECT_EQ(SSL_CTX_set_ciphersuites(context_.get(), taking.suites), 1);
        EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), certificate_in(pem).get()), 1);
        EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), key_in(pem).get()), 1);
        for (std::size_t i = 0; i < 2; ++i) {
            listeners_[i] = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
            sockaddr_in at{};
            at.sin_family = AF_INET;
            at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            socklen_t size = sizeof(at);
            EXPECT_EQ(bind(listeners_[i].number(), reinterpret_cast<sockaddr*>(&at), size), 0);
            EXPECT_EQ(listen(listeners_[i].number(), 16), 0);
            getsockname(listeners_[i].number(), reinterpret_cast<sockaddr*>(&at), &size);
            ports_[i] = Port{ntohs(at.sin_port)};
        }
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }

    [[nodiscard]] Entry entry() const { return {Ipv4{INADDR_LOOPBACK}, ports_[0], ports_[1]}; }

  private:
    void serve(const std::stop_token& stop) {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        while (!stop.stop_requested()) {
            pollfd ready[2] = {{listeners_[0].number(), POLLIN, 0}, {listeners_[1].number(), POLLIN, 0}};
            if (poll(ready, 2, 20) <= 0) continue;
            for (std::size_t i = 0; i < 2; ++i) {
                if (ready[i].revents == 0) continue;
                const Descriptor taken(accept4(listeners_[i].number(), nullptr, nullptr, SOCK_CLOEXEC));
                const timeval limit{5, 0};
                setsockopt(taken.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
                i == 0 ? answer_tls(taken) : answer_plain(taken);
            }
        }
    }

    void answer_tls(const Descriptor& taken) {
        const Owned<SSL, SSL_free> session(SSL_new(context_.get()));
        SSL_set_fd(session.get(), taken.number());
        char request[4096];
        if (SSL_accept(session.get()) == 1 && SSL_read(session.get(), request, sizeof(request)) > 0)
            SSL_write(session.get(), answer_.data(), static_cast<int>(answer_.size()));
        SSL_shutdown(session.get());
    }

    void answer_plain(const Descriptor& taken) const {
        char request[4096];
        if (recv(taken.number(), request, sizeof(request), 0) > 0)
            send(taken.number(), plain_.data(), plain_.size(), MSG_NOSIGNAL);
    }

    Owned<SSL_CTX, SSL_CTX_free> context_;
    std::string answer_, plain_;
    Descriptor listeners_[2];
    Port ports_[2];
    std::jthread thread_;
};

class StrangerTest : public testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove_all(folder_); }

    world::HostAnswers ask(const Server& server) {
        const auto answers = ask_as_stranger(server.entry(), authority_.ca_certificate(), host_,
                                             {*HostName::parse("norte.lend.localhost")}, within);
        EXPECT_TRUE(answers) << answers.error().text();
        return answers.value_or(world::HostAnswers());
    }

    const std::string folder_ = testing::TempDir() + "tenantry-stranger-" + random_id();
    const Authority authority_ = *Authority::open(folder_);
    const HostName host_ = *HostName::parse("acme.lend.localhost");
    const std::string pem_ = *authority_.issue({{host_}});
    const std::string plain_ = "HTTP/1.1 308 x\r\nLocation: https://acme.lend.localhost:8443/\r\n\r\n";
};

TEST_F(StrangerTest, TellsWhatAStrictServerTakes) {
    const Server server(pem_, {},
                        "HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=63072000\r\n"
                        "Set-Cookie: a=1; Domain=lend.localhost\r\n\r\n",
                        plain_);
    const world::HostAnswers answers = ask(server);
    EXPECT_EQ(answers.refused, "");
    EXPECT_TRUE(answers.days == 90 || answers.days == 89) << answers.days << " whole ones of ninety";
    ASSERT_EQ(answers.offers.size(), 5u);
    EXPECT_EQ(answers.offers[0].taken, "TLSv1.3 TLS_AES_128_GCM_SHA256");
    EXPECT_TRUE(answers.offers[1].taken.starts_with("TLSv1.2 ECDHE-ECDSA-")) << answers.offers[1].taken;
    for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ(answers.offers[i].taken, "") << answers.offers[i].offered;
    EXPECT_EQ(answers.transportSecurity, 63'072'000u);
    EXPECT_EQ(answers.redirect, "https://acme.lend.localhost:8443/");
    EXPECT_EQ(answers.cookieDomains, std::vector<std::string>{"lend.localhost"});
    ASSERT_EQ(answers.others.size(), 3u);
    EXPECT_EQ(answers.others[0].host, "norte.lend.localhost");
    EXPECT_EQ(answers.others[0].status, 200u);
    EXPECT_EQ(answers.others[2].serverName, "nobody.invalid");
}

TEST_F(StrangerTest, TellsWhatAPermissiveServerTakes) {
    const Server server(pem_, {.minimum = TLS1_VERSION, .ciphers = everything, .suites = allSuites},
                        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n");
    const world::HostAnswers answers = ask(server);
    ASSERT_EQ(answers.offers.size(), 5u);
    EXPECT_TRUE(answers.offers[2].taken.starts_with("TLSv1.1 ")) << answers.offers[2].taken;
    EXPECT_TRUE(answers.offers[3].taken.starts_with("TLSv1.2 ")) << answers.offers[3].taken;
    EXPECT_EQ(answers.offers[4].taken, "TLSv1.3 TLS_AES_128_CCM_SHA256");
    EXPECT_EQ(answers.transportSecurity, std::nullopt);
    EXPECT_EQ(answers.redirect, "");
}

TEST_F(StrangerTest, TellsWhyNoConnectionCame) {
    const std::string other = *authority_.issue({{*HostName::parse("norte.lend.localhost")}});
    const Server server(other, {}, "HTTP/1.1 200 OK\r\n\r\n", plain_);
    EXPECT_EQ(ask(server).refused, "the certificate is not valid for the host: hostname mismatch");
    const Server deaf(pem_, {}, "SSH-2.0-x\r\n\r\n", plain_);
    EXPECT_EQ(ask(deaf).refused, "the answer is no HTTP: `SSH-2.0-x`");
    Entry nobody = server.entry();
    nobody.tlsPort = Port{1};
    const auto none = ask_as_stranger(nobody, authority_.ca_certificate(), host_, {}, within);
    ASSERT_TRUE(none);
    EXPECT_EQ(none->refused, "connecting: Connection refused");
}

}  // namespace
}  // namespace tenantry::host

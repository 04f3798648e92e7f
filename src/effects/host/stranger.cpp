#include <array>
#include <csignal>
#include <optional>
#include <utility>

#include <sys/socket.h>

#include <tenantry/host/stranger.hpp>

#include "answer_head.hpp"
#include "exchange.hpp"
#include "files.hpp"
#include "tls_client.hpp"

namespace tenantry::host {
namespace {

using world::HostAnswers;

// RFC 6761: a name below `.invalid` is nobody's.
constexpr std::string_view nobody = "nobody.invalid";

struct Named {
    const char* name;
    TlsOffer offer;
};
// What must be taken, then what must be refused, one by one. Level 0 lets OpenSSL offer what it would not on its own.
constexpr std::array offers{
    Named{"TLSv1.3", {.minimum = TLS1_3_VERSION}},
    Named{"TLSv1.2", {.minimum = TLS1_2_VERSION, .maximum = TLS1_2_VERSION}},
    Named{"TLSv1.1 or older",
          {.minimum = TLS1_VERSION, .maximum = TLS1_1_VERSION, .ciphers = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"}},
    Named{"TLSv1.2 without forward secrecy or authenticated encryption",
          {.minimum = TLS1_2_VERSION,
           .maximum = TLS1_2_VERSION,
           .ciphers = "ALL:COMPLEMENTOFALL:-ECDHE+AESGCM:-ECDHE+CHACHA20:@SECLEVEL=0"}},
    Named{"TLSv1.3 with CCM",
          {.minimum = TLS1_3_VERSION, .suites = "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"}}};

// OpenSSL writes without MSG_NOSIGNAL, and the other side may close at any moment: meanwhile SIGPIPE waits, and what
// came of it is taken away.
class NoPipeSignal {
  public:
    NoPipeSignal() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        wasPending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoPipeSignal() {
        const timespec now{0, 0};
        while (!wasPending_ && sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) continue;
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoPipeSignal(const NoPipeSignal&) = delete;
    NoPipeSignal& operator=(const NoPipeSignal&) = delete;

  private:
    sigset_t pipe_{}, before_{};
    bool wasPending_ = false;
};

class Stranger {
  public:
    Stranger(const Entry& entry, std::string_view authority, std::chrono::milliseconds within)
        : entry_(entry), authority_(authority), within_(within) {}

    // A new connection to a port of the entry.
    Result<Descriptor> connect(Port port, const Deadline& deadline) const {
        Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (socket.number() < 0) return fail("making a socket: {}", reason(errno));
        TRY_VOID(connect_within(socket.number(), entry_.address, port.number, deadline));
        return socket;
    }

    // As a browser would that trusts the authority.
    Result<AnswerHead> visit(std::string_view host, HostAnswers& answers) const {
        const Deadline deadline(within_);
        const Descriptor socket = TRY(connect(entry_.tlsPort, deadline));
        TlsClient client = TRY(TlsClient::connect(socket.number(), {.authority = authority_}, host, deadline));
        answers.days = client.days_left();
        TRY_VOID(client.write(get_request("/", host), deadline));
        return parse_answer_head(TRY(client.read_head(deadline)));
    }

    // What it took; empty: it refused.
    Result<std::string> offer(const TlsOffer& offer, std::string_view host) const {
        const Deadline deadline(within_);
        const Descriptor socket = TRY(connect(entry_.tlsPort, deadline));
        const auto client = TRY(TlsClient::try_connect(socket.number(), offer, host, deadline));
        return client ? client->version_and_cipher() : std::string();
    }

    // 0: no answer came.
    std::uint32_t status(std::string_view serverName, std::string_view host) const {
        const Deadline deadline(within_);
        const auto ask = [&]() -> Result<std::uint32_t> {
            const Descriptor socket = TRY(connect(entry_.tlsPort, deadline));
            TlsClient client = TRY(TlsClient::connect(socket.number(), {}, serverName, deadline));
            TRY_VOID(client.write(get_request("/", host), deadline));
            const std::string head = TRY(client.read_head(deadline));
            return TRY(parse_answer_head(head)).status;
        };
        return ask().value_or(0);
    }

    // Where plain HTTP is sent; empty: nowhere.
    std::string redirect(std::string_view host) const {
        const Deadline deadline(within_);
        const auto ask = [&]() -> Result<AnswerHead> {
            const Descriptor socket = TRY(connect(entry_.redirectPort, deadline));
            TRY_VOID(write_within(socket.number(), get_request("/", host), deadline));
            return parse_answer_head(TRY(read_head_within(socket.number(), deadline)));
        };
        const auto head = ask();
        return head && head->status / 100 == 3 ? head->location : std::string();
    }

  private:
    const Entry& entry_;
    std::string_view authority_;
    std::chrono::milliseconds within_;
};

}  // namespace

Result<HostAnswers> ask_as_stranger(const Entry& entry, std::string_view authority, const HostName& host,
                                    const std::vector<HostName>& foreign, std::chrono::milliseconds within) {
    const NoPipeSignal guard;
    const Stranger stranger(entry, authority, within);
    HostAnswers answers;
    answers.host = host.str();
    const auto head = stranger.visit(host.str(), answers);
    if (!head) {
        answers.refused = head.error().text();
        return answers;
    }
    answers.transportSecurity = head->transportSecurity;
    answers.cookieDomains = head->cookieDomains;
    for (const Named& one : offers)
        answers.offers.push_back(
            {one.name, TRY(wrap(stranger.offer(one.offer, host.str()), "offering {} to {}", one.name, host.str()))});
    answers.redirect = stranger.redirect(host.str());
    const auto other = [&](std::string_view serverName, std::string_view name) {
        answers.others.push_back({std::string(serverName), std::string(name), stranger.status(serverName, name)});
    };
    for (const HostName& name : foreign) other(host.str(), name.str());
    other(host.str(), nobody);
    other(nobody, host.str());
    return answers;
}

}  // namespace tenantry::host

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

#include <tenantry/base/text.hpp>
#include <tenantry/host/namespace_probe.hpp>

#include "ears.hpp"
#include "exchange.hpp"
#include "files.hpp"
#include "tls_client.hpp"

namespace tenantry::host {
namespace {

constexpr int firstWell = 200, lastWell = 399;
// What the edge says before the client's bytes: HAProxy's PROXY protocol, version 1.
constexpr std::string_view proxyLine = "PROXY TCP4 127.0.0.1 127.0.0.1 1 8443\r\n";

sockaddr_in address_of(Ipv4 address, std::uint16_t port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_addr.s_addr = htonl(address.value);
    made.sin_port = htons(port);
    return made;
}

Result<void> ask(const std::string& space, const world::TaskSpec& task, const world::HealthSpec& health,
                 const Deadline& deadline) {
    const Descriptor socket = TRY(socket_inside(space));
    TRY_VOID(connect_within(socket.number(), task.address, health.port, deadline));
    if (!health.path) return {};
    TRY_VOID(write_within(socket.number(), get_request(*health.path, task.service), deadline));
    const std::string answer = TRY(read_line_within(socket.number(), deadline));
    const int status = TRY(status_of(answer));
    if (status < firstWell || status > lastWell) return fail("{} answers {}", *health.path, status);
    return {};
}

Result<Descriptor> connect_to_ingress(std::string_view host, const Deadline& deadline) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    const std::string path = "/run/tenantry/in/" + std::string(host);
    if (path.size() >= sizeof(to.sun_path))
        return fail("a host name has {} bytes at most here", sizeof(to.sun_path) - 18);
    std::memcpy(to.sun_path, path.data(), path.size());
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.number() < 0) return fail("making a socket: {}", reason(errno));
    TRY_VOID(connect_within(socket.number(), reinterpret_cast<const sockaddr*>(&to), sizeof(to), deadline));
    return socket;
}

Result<int> ask_host(std::string_view host, std::string_view authority, const Deadline& deadline) {
    if (!HostName::parse(host)) return fail("it is no host name");
    const Descriptor socket = TRY(connect_to_ingress(host, deadline));
    TRY_VOID(write_within(socket.number(), proxyLine, deadline));
    TlsClient client = TRY(TlsClient::connect(socket.number(), {.authority = authority}, host, deadline));
    TRY_VOID(client.write(get_request("/", host), deadline));
    const std::string answer = TRY(client.read_head(deadline));
    return status_of(std::string_view(answer).substr(0, answer.find('\r')));
}

}  // namespace

Result<void> NamespaceProbe::healthy(const world::Placement& placement, const world::TaskSpec& task) {
    if (!task.health) return {};
    const std::string space = world::namespaces_of(placement) + "/" + task.name;
    return wrap(ask(space, task, *task.health, Deadline(deadline_)), "asking {} at {}:{}", task.name,
                task.address.str(), task.health->port);
}

Result<int> NamespaceProbe::answers(const world::Placement& placement, std::string_view host) {
    return wrap(ask_host(host, authority_.ca_certificate(), Deadline(deadline_)), "asking {} of {}", host,
                placement.str());
}

namespace {

// The socket sends under an address that its namespace does not have (IP_TRANSPARENT of ip(7)); the port that it got.
Result<std::uint16_t> send_as(int socket, Ipv4 source) {
    const int on = 1;
    sockaddr_in from = address_of(source, 0);
    socklen_t size = sizeof(from);
    auto* const address = reinterpret_cast<sockaddr*>(&from);
    if (setsockopt(socket, SOL_IP, IP_TRANSPARENT, &on, sizeof(on)) != 0 || bind(socket, address, size) != 0 ||
        getsockname(socket, address, &size) != 0)
        return fail("sending as {}: {}", source.str(), reason(errno));
    return ntohs(from.sin_port);
}

// Connections that are tried at once.
class Attempts {
  public:
    Attempts(const world::Placement& placement, std::string space) : placement_(placement), space_(std::move(space)) {}

    Result<void> begin(const NamespaceProbe::Target& target) {
        Descriptor socket = TRY(socket_inside(space_));
        Attempt attempt{std::move(socket), target.source, 0, false};
        if (target.source) {
            if (!ears_) ears_ = TRY(Ears::open(placement_));
            attempt.port = TRY(send_as(attempt.socket.number(), *target.source));
        }
        const sockaddr_in to = address_of(target.address, target.port);
        if (connect(attempt.socket.number(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0)
            attempt.arrived = true;
        else if (errno == EINPROGRESS)
            waiting_.push_back({attempt.socket.number(), POLLOUT, 0}), of_.push_back(all_.size());
        else
            attempt.arrived = errno == ECONNREFUSED;
        all_.push_back(std::move(attempt));
        return {};
    }

    void wait(std::chrono::milliseconds within) {
        const auto until = std::chrono::steady_clock::now() + within;
        while (!waiting_.empty()) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
            if (left <= 0 || (poll(waiting_.data(), waiting_.size(), static_cast<int>(left)) < 0 && errno != EINTR))
                break;
            take_answers();
        }
    }

    std::vector<bool> arrived() {
        std::vector<bool> arrived;
        for (const Attempt& one : all_)
            arrived.push_back(one.arrived || (one.source && ears_->heard(*one.source, one.port)));
        return arrived;
    }

  private:
    struct Attempt {
        Descriptor socket;
        std::optional<Ipv4> source;
        std::uint16_t port = 0;  ///< the source's
        bool arrived = false;
    };

    void take_answers() {
        for (std::size_t at = waiting_.size(); at-- > 0;) {
            if (waiting_[at].revents == 0) continue;
            int error = 0;
            socklen_t size = sizeof(error);
            getsockopt(waiting_[at].fd, SOL_SOCKET, SO_ERROR, &error, &size);
            all_[of_[at]].arrived = error == 0 || error == ECONNREFUSED;
            waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
            of_.erase(of_.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }

    const world::Placement& placement_;
    std::string space_;
    std::vector<Attempt> all_;
    std::vector<pollfd> waiting_;
    std::vector<std::size_t> of_;  ///< by place in `waiting_`: the attempt
    std::optional<Ears> ears_;     ///< where any is sent under another's address
};

}  // namespace

Result<std::vector<bool>> NamespaceProbe::arrivals(const world::Placement& placement, std::string_view task,
                                                   std::span<const Target> targets, std::chrono::milliseconds within) {
    constexpr std::size_t most = 4096;
    if (targets.size() > most) return fail("{} connections at most are tried at once", most);
    Attempts attempts(placement, world::namespaces_of(placement) + "/" + std::string(task));
    for (const Target& target : targets) TRY_VOID(wrap(attempts.begin(target), "probing from {}", task));
    attempts.wait(within);
    return attempts.arrived();
}

}  // namespace tenantry::host

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

#include <tenantry/base/text.hpp>
#include <tenantry/host/namespace_probe.hpp>

#include "exchange.hpp"
#include "files.hpp"
#include "tls_client.hpp"

namespace tenantry::host {
namespace {

constexpr int firstWell = 200, lastWell = 399;
// What the edge says before the client's bytes: HAProxy's PROXY protocol, version 1.
constexpr std::string_view proxyLine = "PROXY TCP4 127.0.0.1 127.0.0.1 1 8443\r\n";

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

Result<std::vector<bool>> NamespaceProbe::arrivals(const world::Placement& placement, std::string_view task,
                                                   std::span<const Target> targets, std::chrono::milliseconds within) {
    constexpr std::size_t most = 4096;
    if (targets.size() > most) return fail("{} connections at most are tried at once", most);
    const std::string space = world::namespaces_of(placement) + "/" + std::string(task);
    std::vector<bool> arrived(targets.size(), false);
    std::vector<Descriptor> sockets;
    std::vector<pollfd> waiting;
    std::vector<std::size_t> of;  // by place in `waiting`: the target
    for (std::size_t i = 0; i < targets.size(); ++i) {
        sockets.push_back(TRY(wrap(socket_inside(space), "probing from {}", task)));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(targets[i].address.value);
        to.sin_port = htons(targets[i].port);
        if (connect(sockets[i].number(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0)
            arrived[i] = true;
        else if (errno == EINPROGRESS)
            waiting.push_back({sockets[i].number(), POLLOUT, 0}), of.push_back(i);
        else
            arrived[i] = errno == ECONNREFUSED;
    }
    const auto until = std::chrono::steady_clock::now() + within;
    while (!waiting.empty()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        if (left <= 0 || (poll(waiting.data(), waiting.size(), static_cast<int>(left)) < 0 && errno != EINTR)) break;
        for (std::size_t at = waiting.size(); at-- > 0;) {
            if (waiting[at].revents == 0) continue;
            int error = 0;
            socklen_t size = sizeof(error);
            getsockopt(waiting[at].fd, SOL_SOCKET, SO_ERROR, &error, &size);
            arrived[of[at]] = error == 0 || error == ECONNREFUSED;
            waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
            of.erase(of.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
    return arrived;
}

}  // namespace tenantry::host

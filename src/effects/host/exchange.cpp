#include "exchange.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <tenantry/base/check.hpp>

#include "answer_head.hpp"
#include "files.hpp"

namespace tenantry::host {

using std::chrono::milliseconds;

Result<void> Deadline::wait(int socket, short events) const {
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until_ - std::chrono::steady_clock::now());
        pollfd poll{socket, events, 0};
        const int ready = left.count() > 0 ? ::poll(&poll, 1, static_cast<int>(left.count())) : 0;
        if (ready > 0) return {};
        if (ready == 0) return fail("no answer within {} ms", within_.count());
        if (errno != EINTR) return fail("{}", reason(errno));
    }
}

namespace {

Result<Descriptor> open_space(const std::string& path) {
    Descriptor space(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (space.number() < 0) return fail("opening the network namespace {}: {}", path, reason(errno));
    return space;
}

}  // namespace

// Only this thread is in the namespace, and only for the one call: a socket stays in the one that it was made in.
Result<Descriptor> socket_inside(const std::string& path, int type, int protocol) {
    const Descriptor home = TRY(open_space("/proc/thread-self/ns/net"));
    const Descriptor space = TRY(open_space(path));
    if (setns(space.number(), CLONE_NEWNET) != 0)
        return fail("entering the network namespace {}: {}", path, reason(errno));
    Descriptor made(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
    const int error = errno;
    TENANTRY_CHECK(setns(home.number(), CLONE_NEWNET) == 0, "a thread may go back to where it came from");
    if (made.number() < 0) return fail("making a socket in {}: {}", path, reason(error));
    return made;
}

Result<void> connect_within(int socket, const sockaddr* address, socklen_t size, const Deadline& deadline) {
    if (connect(socket, address, size) == 0) return {};
    if (errno != EINPROGRESS) return fail("connecting: {}", reason(errno));
    TRY_VOID(deadline.wait(socket, POLLOUT));
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0)
        return fail("connecting: {}", reason(error != 0 ? error : errno));
    return {};
}

Result<void> connect_within(int socket, Ipv4 address, std::uint16_t port, const Deadline& deadline) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (inet_pton(AF_INET, address.str().c_str(), &to.sin_addr) != 1) return fail("{} is no address", address.str());
    return connect_within(socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to), deadline);
}

Result<void> write_within(int socket, std::string_view bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        const ssize_t done = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (done >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(done));
        } else if (errno == EAGAIN) {
            TRY_VOID(deadline.wait(socket, POLLOUT));
        } else if (errno != EINTR) {
            return fail("asking: {}", reason(errno));
        }
    }
    return {};
}

namespace {

// Text up to and with the first `end`.
Result<std::string> read_up_to(int socket, std::string_view end, std::size_t most, std::string_view what,
                               const Deadline& deadline) {
    std::string text;
    std::size_t at = 0;
    while ((at = text.find(end)) == std::string::npos) {
        if (text.size() >= most) return fail("the answer's {} has more than {} bytes", what, most);
        TRY_VOID(deadline.wait(socket, POLLIN));
        std::array<char, longestLine> bytes{};
        const ssize_t got = recv(socket, bytes.data(), std::min(bytes.size(), most - text.size()), 0);
        if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
        if (got == 0) return fail("the connection was closed without an answer");
        if (got < 0 && errno != EINTR && errno != EAGAIN) return fail("reading the answer: {}", reason(errno));
    }
    text.resize(at + end.size());
    return text;
}

}  // namespace

Result<std::string> read_line_within(int socket, const Deadline& deadline) {
    std::string text = TRY(read_up_to(socket, "\n", longestLine, "first line", deadline));
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

Result<std::string> read_head_within(int socket, const Deadline& deadline) {
    return read_up_to(socket, "\r\n\r\n", longestHead, "head", deadline);
}

Result<int> status_of(std::string_view line) {
    int status = 0;
    const bool formed = line.size() >= 12 && line.starts_with("HTTP/1.") && line[8] == ' ' &&
                        (line.size() == 12 || line[12] == ' ') &&
                        std::from_chars(line.data() + 9, line.data() + 12, status).ptr == line.data() + 12;
    if (!formed || status < 100) return fail("the answer is no HTTP: `{}`", one_line(line.substr(0, 80)));
    return status;
}

std::string get_request(std::string_view path, std::string_view host) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: tenantry\r\nConnection: close\r\n\r\n", path, host);
}

}  // namespace tenantry::host

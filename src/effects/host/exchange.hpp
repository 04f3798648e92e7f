#pragma once

// A question over a socket, with a deadline for the whole of it.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include <tenantry/base/cidr.hpp>
#include <tenantry/base/error.hpp>
#include <tenantry/host/workspace.hpp>

namespace tenantry::host {

class Deadline {
  public:
    explicit Deadline(std::chrono::milliseconds within)
        : within_(within), until_(std::chrono::steady_clock::now() + within) {}
    /// Waits until the socket can be read or written (POLLIN, POLLOUT). An error after the deadline.
    [[nodiscard]] Result<void> wait(int socket, short events) const;

  private:
    std::chrono::milliseconds within_;
    std::chrono::steady_clock::time_point until_;
};

/// An IPv4 socket that does not block, made in the network namespace that is pinned at `path`.
Result<Descriptor> socket_inside(const std::string& path, int type = SOCK_STREAM, int protocol = 0);
/// Connects a socket that does not block.
Result<void> connect_within(int socket, const sockaddr* address, socklen_t size, const Deadline& deadline);
Result<void> connect_within(int socket, Ipv4 address, std::uint16_t port, const Deadline& deadline);
Result<void> write_within(int socket, std::string_view bytes, const Deadline& deadline);
/// Up to and without the first line end (CR LF or LF), 4 KiB at most.
Result<std::string> read_line_within(int socket, const Deadline& deadline);

/// The head of an HTTP answer, up to and with the empty line, `longestHead` bytes at most (answer_head.hpp).
Result<std::string> read_head_within(int socket, const Deadline& deadline);

inline constexpr std::size_t longestLine = 4096;

/// `HTTP/1.1 204 No Content` -> 204 (RFC 9112 section 4).
Result<int> status_of(std::string_view line);
/// A request without a body that closes the connection behind it.
std::string get_request(std::string_view path, std::string_view host);

}  // namespace tenantry::host

#include "console.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "files.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;

// Of sockets that are about to go, as those that ingress makes.
constexpr const char* folder = "/run/tenantry/n";
constexpr milliseconds lookEvery{20};

// A message of one byte with room for one descriptor.
struct OneDescriptor {
    char byte = 0;
    iovec bytes{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{.msg_name = nullptr,
                   .msg_namelen = 0,
                   .msg_iov = &bytes,
                   .msg_iovlen = 1,
                   .msg_control = control.data(),
                   .msg_controllen = control.size(),
                   .msg_flags = 0};
};

Result<Descriptor> receive(const Descriptor& from) {
    OneDescriptor got;
    if (recvmsg(from.number(), &got.message, MSG_CMSG_CLOEXEC) < 0)
        return fail("taking the terminal of crun: {}", reason(errno));
    const cmsghdr* header = CMSG_FIRSTHDR(&got.message);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
        return fail("crun sent no terminal");
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof(number));
    Descriptor terminal(number);
    unsigned index = 0;
    if (ioctl(number, TIOCGPTN, &index) != 0) return fail("crun sent something else than a terminal");
    return terminal;
}

Result<void> send(int to, const Descriptor& terminal) {
    OneDescriptor sent;
    cmsghdr* header = CMSG_FIRSTHDR(&sent.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = terminal.number();
    std::memcpy(CMSG_DATA(header), &number, sizeof(number));
    if (sendmsg(to, &sent.message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return fail("passing the terminal on: {}", reason(errno));
    return {};
}

}  // namespace

Result<Console> Console::open() {
    TRY_VOID(make_folder(folder, 0700));
    const std::string path = fmt::format("{}/{}", folder, random_id());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof(address.sun_path) - 1));
    Descriptor listening(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // The mode of the socket's own inode is that of the new file; nobody else comes in at any moment.
    if (listening.number() < 0 || fchmod(listening.number(), 0600) != 0 ||
        bind(listening.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        listen(listening.number(), 1) != 0)
        return fail("making {}: {}", path, reason(errno));
    return Console(path, std::move(listening));
}

Console::~Console() {
    if (listening_.number() >= 0) unlink(path_.c_str());
}

Result<bool> Console::pass_on(int to, Child& crun, milliseconds deadline) const {
    const auto until = std::chrono::steady_clock::now() + deadline;
    pollfd poll{listening_.number(), POLLIN, 0};
    while (::poll(&poll, 1, static_cast<int>(lookEvery.count())) <= 0) {
        if (crun.ended()) return false;
        if (std::chrono::steady_clock::now() > until)
            return fail("crun made no terminal within {} ms", deadline.count());
    }
    const Descriptor connection(accept4(listening_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.number() < 0) return fail("taking the terminal of crun: {}", reason(errno));
    const timeval patience{.tv_sec = std::chrono::ceil<std::chrono::seconds>(deadline).count(), .tv_usec = 0};
    setsockopt(connection.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    const Descriptor terminal = TRY(receive(connection));
    TRY_VOID(send(to, terminal));
    return true;
}

}  // namespace tenantry::host

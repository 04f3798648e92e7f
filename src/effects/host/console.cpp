#include "console.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <tenantry/host/descriptor_message.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

using std::chrono::milliseconds;

// Of sockets that are about to go, as those that ingress makes.
constexpr const char* folder = "/run/tenantry/n";
constexpr milliseconds lookEvery{20};

Result<Descriptor> receive_terminal(int socket) {
    Descriptor terminal = TRY(receive_descriptor(socket));
    unsigned index = 0;
    if (ioctl(terminal.number(), TIOCGPTN, &index) != 0) return fail("it is something else than a terminal");
    return terminal;
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
    const Descriptor terminal = TRY(wrap(receive_terminal(connection.number()), "taking the terminal of crun"));
    TRY_VOID(wrap(send_descriptor(to, terminal), "passing the terminal on"));
    return true;
}

}  // namespace tenantry::host

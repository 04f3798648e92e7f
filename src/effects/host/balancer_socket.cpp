#include "balancer_socket.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

#include "files.hpp"

namespace tenantry::host {
namespace {

using std::chrono::steady_clock;

constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};
constexpr std::chrono::seconds madeWithin{2};
constexpr std::chrono::milliseconds lookEvery{5};
// A line for each server; one that is well answers none.
constexpr std::size_t longestAnswer = 64 << 10;

// The folder of its socket as the task sees it (balancer.cpp of local_emit), through no link that it may have made.
Result<Descriptor> socket_folder(int pid) {
    const Descriptor root(open(fmt::format("/proc/{}/root", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS;
    Descriptor folder(static_cast<int>(syscall(SYS_openat2, root.number(), "run", &how, sizeof(how))));
    if (folder.number() < 0) return fail("opening the folder of its runtime socket: {}", reason(errno));
    return folder;
}

Result<Descriptor> connect_to(const Descriptor& folder, int pid) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = fmt::format("/proc/self/fd/{}/haproxy.sock", folder.number());
    std::memcpy(address.sun_path, path.data(), path.size());
    if (socket.number() < 0 || setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
        setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0 ||
        connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return fail("connecting to its runtime socket: {}", reason(errno));
    // The last name of the path may be a link to another one's socket.
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid != pid)
        return fail("another process listens at its runtime socket");
    return socket;
}

Result<std::string> ask(const Descriptor& socket, const std::string& commands) {
    for (std::size_t done = 0; done < commands.size();) {
        const ssize_t sent = send(socket.number(), commands.data() + done, commands.size() - done, MSG_NOSIGNAL);
        if (sent < 0) return fail("asking it: {}", reason(errno));
        done += static_cast<std::size_t>(sent);
    }
    std::string answer;
    std::array<char, 4096> bytes{};
    while (true) {
        const ssize_t got = recv(socket.number(), bytes.data(), bytes.size(), 0);
        if (got < 0) return fail("hearing its answer: {}", reason(errno));
        if (got == 0) return answer;
        answer.append(bytes.data(), static_cast<std::size_t>(got));
        if (answer.size() > longestAnswer) return fail("its answer does not end");
    }
}

// One line of commands on a connection of its own.
Result<std::string> ask_balancer(int pid, const std::string& commands) {
    const Descriptor folder = TRY(socket_folder(pid));
    const auto until = steady_clock::now() + madeWithin;
    auto socket = connect_to(folder, pid);
    while (!socket && steady_clock::now() < until) {
        std::this_thread::sleep_for(lookEvery);
        socket = connect_to(folder, pid);
    }
    const Descriptor connected = TRY(std::move(socket));
    return ask(connected, commands);
}

// As the load balancer names what it has read from its folder (haproxy.cfg: `crt /run/tls`).
constexpr std::string_view certificateFile = "/run/tls/environment.pem";

// `Serial: 1A2B` of what it serves; empty where it has no such certificate.
Result<std::string> served_serial(int pid) {
    constexpr std::string_view key = "Serial: ";
    const std::string answer = TRY(ask_balancer(pid, fmt::format("show ssl cert {}\n", certificateFile)));
    const std::size_t at = answer.find(key);
    if (at == std::string::npos) return fail("it does not tell its certificate: {}", one_line(answer));
    return answer.substr(at + key.size(), answer.find_first_of("\r\n", at) - at - key.size());
}

}  // namespace

// A PEM text has no empty line, which ends what is sent ("Unix Socket commands" of HAProxy's management guide).
Result<bool> serve_certificate(int pid, const Secret& pem, const std::string& serial) {
    if (TRY(served_serial(pid)) == serial) return false;
    if (pem.reveal().find("\n\n") != std::string::npos) return fail("the certificate has an empty line");
    const Secret command(fmt::format("set ssl cert {} <<\n{}\n", certificateFile, pem.reveal()));
    const std::string set = TRY(ask_balancer(pid, command.reveal()));
    if (set.find("Transaction ") == std::string::npos) return fail("it does not take it: {}", one_line(set));
    const std::string committed = TRY(ask_balancer(pid, fmt::format("commit ssl cert {}\n", certificateFile)));
    if (committed.find("Success!") == std::string::npos) return fail("it does not use it: {}", one_line(committed));
    if (TRY(served_serial(pid)) != serial) return fail("it took it, and serves another one");
    return true;
}

std::string directing_commands(std::span<const world::BehindSpec> behind) {
    std::string commands;
    const auto add = [&](const std::string& command) { commands += (commands.empty() ? "" : "; ") + command; };
    const auto server = [](const world::BehindSpec& one) { return one.service + "/" + one.task; };
    // Its own checks go on; what is known to be well need not wait for the next one.
    for (const world::BehindSpec& one : behind)
        if (one.serves) add(fmt::format("set server {0} state ready; set server {0} health up", server(one)));
    // Requests come between two commands: behind the others, so that there always is one that takes them.
    for (const world::BehindSpec& one : behind)
        if (!one.serves) add(fmt::format("set server {} state drain", server(one)));
    return commands;
}

Result<void> direct_connections(int pid, std::span<const world::BehindSpec> behind) {
    if (behind.empty()) return {};
    const std::string answer = TRY(ask_balancer(pid, directing_commands(behind) + "\n"));
    for (std::size_t begin = 0; begin < answer.size();) {
        const std::size_t end = std::min(answer.find('\n', begin), answer.size());
        const std::string_view line = std::string_view(answer).substr(begin, end - begin);
        // Of a file that the next load balancer begins with.
        if (!line.empty() && line != "No such server." && line != "No such backend.")
            return fail("it answers: {}", one_line(std::string(line)));
        begin = end + 1;
    }
    return {};
}

}  // namespace tenantry::host

// A task that tries every way out that docs/threats.md names. As a service (PORT) it is well, and tries what it is
// asked for: POST /NAME with a word a line; `hostile_task NAME [WORD...]` tries it where it is run. Both answer with a
// JSON line: what stopped it, and what it got hold of. A trial that holds something says so with a line first, and
// holds it until its input ends.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {
namespace {

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char letter : text) {
        char escaped[8];
        if (letter == '"' || letter == '\\')
            result += std::string("\\") + letter;
        else if (static_cast<unsigned char>(letter) < 32)
            std::snprintf(escaped, sizeof(escaped), "\\u%04x", letter), result += escaped;
        else
            result += letter;
    }
    return result + "\"";
}

std::string to_line(std::string_view name, const Outcome& outcome) {
    std::string line =
        "{\"trial\": " + quoted(name) + ", \"errno\": " + quoted(name_of(outcome.error)) + ", \"found\": [";
    for (std::size_t i = 0; i < outcome.found.size(); ++i) line += (i == 0 ? "" : ", ") + quoted(outcome.found[i]);
    return line + "]}\n";
}

void say(int to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = write(to, text.data(), text.size());
        if (size <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

Trials all_trials() {
    Trials trials;
    add_calls(trials);
    add_sweeps(trials);
    add_views(trials);
    add_meetings(trials);
    add_fills(trials);
    return trials;
}

void attempt(std::string_view name, std::vector<std::string> words, int from, int to) {
    static const Trials trials = all_trials();
    const Asked asked{std::move(words), [to] { say(to, "ready\n"); },
                      [from] {
                          char byte = 0;
                          while (read(from, &byte, 1) > 0) continue;
                      }};
    if (name == "names") {
        Outcome every;
        for (const auto& [known, trial] : trials) every.found.push_back(known);
        return say(to, to_line(name, every));
    }
    const auto trial = trials.find(name);
    say(to, to_line(name, trial == trials.end() ? Outcome{ENOSYS} : trial->second(asked)));
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// A request whose body ends where it says.
std::string read_request(int connection) {
    std::string text;
    for (std::size_t wanted = std::string::npos; text.size() < wanted;) {
        char part[65536];
        const ssize_t size = read(connection, part, sizeof(part));
        if (size <= 0) break;
        text.append(part, static_cast<std::size_t>(size));
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        const std::size_t length = text.find("Content-Length: ");
        wanted = end + 4 + (length < end ? std::strtoul(text.c_str() + length + 16, nullptr, 10) : 0);
    }
    return text;
}

// Cookies as one would set them who wants them to go to other hosts.
constexpr std::string_view cookies = "Set-Cookie: own=1; Path=/; Secure; HttpOnly\r\nSet-Cookie: wide=1; "
                                     "Domain=lend.localhost; Path=/; Secure; HttpOnly\r\n"
                                     "Set-Cookie: spaced=1;\tDOMAIN = lend.localhost; HttpOnly\r\nSet-Cookie: twice=1; "
                                     "domain=a; domain=lend.localhost\r\n";

// GET: what was asked, or cookies, or a greeting.
std::string page(std::string_view path, std::string_view request) {
    const bool echo = path.ends_with("headers");
    const std::string body =
        echo ? std::string(request) : std::string("hello from ") + std::getenv("TENANTRY_TENANT") + "\n";
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(path.ends_with("cookies") ? cookies : "") + "\r\n" + body;
}

void serve(int connection) {
    const std::string request = read_request(connection);
    const std::size_t slash = request.find('/');
    if (slash == std::string::npos) return;
    std::string path = request.substr(slash + 1, request.find(' ', slash) - slash - 1);
    if (request.starts_with("GET ")) return say(connection, page(path, request));
    say(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    attempt(path, lines_of(std::string_view(request).substr(request.find("\r\n\r\n") + 4)), connection, connection);
}

int listen_at(const char* port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int again = 1;  // an earlier one's connections may not be over
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 || listen(listener, 64) != 0)
        return -1;
    return listener;
}

// Each request in a process of its own: a trial may end it.
int serve_all(const char* port) {
    std::signal(SIGTERM, [](int) { _exit(0); });
    std::signal(SIGCHLD, SIG_IGN);
    const int listener = listen_at(port);
    if (listener < 0) return std::perror("listening"), 1;
    while (true) {
        const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        if (fork() == 0) {
            std::signal(SIGCHLD, SIG_DFL);
            close(listener);
            serve(connection);
            shutdown(connection, SHUT_RDWR);
            _exit(0);
        }
        close(connection);
    }
}

}  // namespace
}  // namespace tenantry::hostile

int main(int count, char** words) {
    using namespace tenantry::hostile;
    std::signal(SIGPIPE, SIG_IGN);
    const char* port = std::getenv("PORT");
    if (count == 1 && port != nullptr) return serve_all(port);
    if (count < 2) return 64;
    attempt(words[1], {words + 2, words + count}, 0, 1);
    return 0;
}

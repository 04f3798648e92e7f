// The service of the tests that run on a machine: an HTTP server of a few lines. It listens on PORT, answers every GET
// and POST, and ends by SIGTERM as a service should. Paths with a meaning:
//   /healthz   204, or 503 after /unwell      /env     its environment, a line each
//   /exit/N    it ends with code N            /eat     it takes memory until the kernel ends it
//   /write/N   it writes N lines of 1 KiB     /stay    it does not hear SIGTERM from then on
//   /hold      the connection stays, and what comes on it goes back
// and behind any of them /burn/N: it uses N milliseconds of CPU before it answers.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

bool well = true;

std::string environment() {
    std::string text;
    for (char** entry = environ; *entry != nullptr; ++entry) text += std::string(*entry) + "\n";
    return text;
}

[[noreturn]] void eat() {
    std::vector<std::vector<char>> eaten;
    while (true) eaten.emplace_back(1 << 20, 'x');
}

void write_lines(int count) {
    const std::string line(1023, 'w');
    for (int number = 0; number < count; ++number) std::printf("%s\n", line.c_str());
}

void burn(int milliseconds) {
    const std::clock_t end = std::clock() + milliseconds * (CLOCKS_PER_SEC / 1000);
    while (std::clock() < end) continue;
}

void echo(int connection, const std::string& first) {
    if (write(connection, first.data(), first.size()) < 0) std::perror("writing");
    char bytes[4096];
    ssize_t size = 0;
    while ((size = read(connection, bytes, sizeof(bytes))) > 0)
        if (write(connection, bytes, static_cast<std::size_t>(size)) != size) break;
    close(connection);
}

std::string answer(std::string_view path) {
    const auto number = [&](std::string_view prefix) {
        return std::atoi(std::string(path.substr(prefix.size())).c_str());
    };
    if (path.starts_with("/exit/")) std::exit(number("/exit/"));
    if (path == "/eat") eat();
    if (path == "/unwell") well = false;
    if (path == "/stay") std::signal(SIGTERM, SIG_IGN);
    if (path.starts_with("/write/")) write_lines(number("/write/"));
    if (path == "/healthz")
        return well ? "HTTP/1.1 204 No Content\r\n\r\n" : "HTTP/1.1 503 Unwell\r\nContent-Length: 0\r\n\r\n";
    const std::string body =
        path == "/env" ? environment() : "hello from " + std::string(getenv("TENANTRY_TENANT")) + "\n";
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// False where the connection stays.
bool serve(int connection) {
    char request[4096];
    const ssize_t size = read(connection, request, sizeof(request));
    const std::string_view text(request, size > 0 ? static_cast<std::size_t>(size) : 0);
    const std::string_view method = text.substr(0, text.find(' '));
    if (method != "GET" && method != "POST") return true;
    std::string_view path = text.substr(method.size() + 1);
    path = path.substr(0, path.find(' '));
    if (path.starts_with("/api/")) path.remove_prefix(4);  // as it comes through the frontend
    std::printf("%.*s %.*s\n", static_cast<int>(method.size()), method.data(), static_cast<int>(path.size()),
                path.data());
    if (path == "/hold") {
        const std::size_t end = text.find("\r\n\r\n");  // more may have come with it
        std::thread(echo, connection, std::string(text.substr(std::min(end, text.size() - 4) + 4))).detach();
        return false;
    }
    if (const std::size_t burns = path.find("/burn/"); burns != std::string_view::npos)
        burn(std::atoi(std::string(path.substr(burns + 6)).c_str()));
    const std::string bytes = answer(path);
    if (write(connection, bytes.data(), bytes.size()) < 0) std::perror("writing");
    return true;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGTERM, [](int) { _exit(0); });
    const char* port = getenv("PORT");
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int again = 1;  // an earlier one's connections may not be over
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port == nullptr ? "9000" : port)));
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        listen(listener, 64) != 0) {
        std::perror("listening");
        return 1;
    }
    std::printf("ready\n");
    while (true) {
        const int connection = accept(listener, nullptr, nullptr);
        if (connection < 0) continue;
        if (serve(connection)) close(connection);
    }
}

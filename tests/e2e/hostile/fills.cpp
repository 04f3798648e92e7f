#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {
namespace {

// What it took it keeps until it is released. `found` is how much that was, and `error` what ended it.

Outcome amount(std::size_t count, int error) { return {error, {std::to_string(count)}}; }

Outcome fill_processes(const Asked& asked) {
    std::vector<pid_t> children;
    int error = 0;
    while (children.size() < 100'000) {
        const pid_t child = fork();
        if (child < 0) {
            error = errno;
            break;
        }
        if (child == 0)
            while (true) pause();
        children.push_back(child);
    }
    asked.ready();
    asked.released();
    for (const pid_t child : children) kill(child, SIGKILL);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    return amount(children.size(), error);
}

// In a process of its own: the kernel ends whoever has most.
Outcome fill_memory(const Asked& asked) {
    const pid_t child = fork();
    if (child == 0) {
        while (true) {
            constexpr std::size_t size = 1 << 20;
            void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (memory == MAP_FAILED) _exit(1);
            std::memset(memory, 1, size);
        }
    }
    int status = 0;
    waitpid(child, &status, 0);
    asked.ready();
    asked.released();
    return amount(1, WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : 0);
}

Outcome fill_descriptors(const Asked& asked) {
    std::vector<int> open;
    int error = 0;
    while (open.size() < 1'000'000) {
        const int one = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (one < 0) {
            error = errno;
            break;
        }
        open.push_back(one);
    }
    // Room for the answer.
    for (int i = 0; i < 4 && !open.empty(); ++i) close(open.back()), open.pop_back();
    asked.ready();
    asked.released();
    return amount(open.size(), error);
}

Outcome fill_files(const Asked& asked) {
    std::vector<std::string> paths;
    int error = 0;
    for (const char* folder : {"/tmp/", "/dev/shm/"}) {
        for (int number = 0; number < 1'000'000; ++number) {
            const std::string path = folder + ("hostile-" + std::to_string(number));
            const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
            if (file < 0) {
                error = errno;
                break;
            }
            close(file);
            paths.push_back(path);
        }
    }
    asked.ready();
    asked.released();
    for (const std::string& path : paths) unlink(path.c_str());
    return amount(paths.size(), error);
}

// Connections to `ADDRESS PORT` from as many ports as there are, begun and never ended; and a datagram to each port.
Outcome fill_connections(const Asked& asked) {
    std::vector<int> open;
    int error = 0;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(static_cast<std::uint32_t>(std::strtoul(asked.words.at(0).c_str(), nullptr, 10)));
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(asked.words.at(1).c_str())));
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    const int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (int round = 0; round < 20'000; ++round) {
        const int one = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (one < 0) {
            error = errno;
            break;
        }
        connect(one, address, sizeof(to));
        open.push_back(one);
        // Closed at once: the router still knows it.
        if (open.size() > 800) close(open.front()), open.erase(open.begin());
        to.sin_port = htons(static_cast<std::uint16_t>(round));
        sendto(datagrams, "x", 1, 0, address, sizeof(to));
        to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(asked.words.at(1).c_str())));
    }
    asked.ready();
    asked.released();
    return amount(open.size(), error);
}

}  // namespace

void add_fills(Trials& trials) {
    trials["fill-processes"] = fill_processes;
    trials["fill-memory"] = fill_memory;
    trials["fill-descriptors"] = fill_descriptors;
    trials["fill-files"] = fill_files;
    trials["fill-connections"] = fill_connections;
}

}  // namespace tenantry::hostile

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {
namespace {

constexpr key_t key = 0x7e4a4e;  // of System V's objects
constexpr const char* name = "/hostile-meeting";
constexpr std::size_t mostOpen = 900;  // descriptors: a task's soft limit is 1024

int open_any(const std::string& path) { return open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); }

// Locks each file that it is told and keeps the locks until it is released; `found` are those that it got.
Outcome hold_locks(const Asked& asked) {
    Outcome outcome;
    std::vector<int> held;
    for (const std::string& path : asked.words) {
        const int file = open_any(path);
        if (file >= 0 && held.size() < mostOpen && flock(file, LOCK_EX | LOCK_NB) == 0)
            held.push_back(file), outcome.found.push_back(path);
        else
            close(file);
    }
    asked.ready();
    asked.released();
    // Before the answer: whoever watches next would hear of it.
    for (const int file : held) close(file);
    return outcome;
}

// Those that somebody else has locked.
Outcome find_locks(const Asked& asked) {
    Outcome outcome;
    for (const std::string& path : asked.words) {
        const int file = open_any(path);
        if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) outcome.found.push_back(path);
        close(file);
    }
    return outcome;
}

// Watches each file that it is told until it is released; `found` are those that somebody did something to.
Outcome watch(const Asked& asked) {
    Outcome outcome;
    const int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    std::map<int, std::string> watched;
    for (const std::string& path : asked.words)
        if (const int number = inotify_add_watch(watcher, path.c_str(), IN_ALL_EVENTS); number >= 0)
            watched[number] = path;
    asked.ready();
    asked.released();
    alignas(inotify_event) char events[1 << 16];
    std::map<int, std::string> seen;
    for (ssize_t size = 0; (size = read(watcher, events, sizeof(events))) > 0;)
        for (ssize_t at = 0; at < size;) {
            inotify_event event{};
            std::memcpy(&event, events + at, sizeof(event));
            if (const auto one = watched.find(event.wd); one != watched.end()) seen.insert(*one);
            at += static_cast<ssize_t>(sizeof(event) + event.len);
        }
    for (const auto& [number, path] : seen) outcome.found.push_back(path);
    if (watched.empty() && !asked.words.empty()) outcome.error = ENOSPC;
    return outcome;
}

// Opens, reads and closes each.
Outcome touch(const Asked& asked) {
    Outcome outcome;
    for (const std::string& path : asked.words) {
        const int file = open_any(path);
        char byte = 0;
        if (file >= 0) {
            [[maybe_unused]] const ssize_t size = read(file, &byte, 1);
            outcome.found.push_back(path);
        }
        close(file);
    }
    return outcome;
}

int abstract_socket(bool listens) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, name);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + std::strlen(name));
    const int opened = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    if (listens) return bind(opened, to, size) != 0 ? -1 : listen(opened, 1);
    return connect(opened, to, size);
}

// Named things that no file system shows: made, or looked for.
std::vector<std::string> named(bool make) {
    std::vector<std::string> found;
    const auto note = [&](const char* what, long answer) {
        if (answer >= 0) found.emplace_back(what);
    };
    const int flags = make ? IPC_CREAT | 0666 : 0;
    note("semaphores", semget(key, 1, flags));
    note("memory", shmget(key, 4096, flags));
    note("messages", msgget(key, flags));
    note("posix memory", shm_open(name, make ? O_CREAT | O_RDWR : O_RDWR, 0666));
    note("posix messages", syscall(SYS_mq_open, name + 1, make ? O_CREAT | O_RDWR : O_RDWR, 0666, nullptr));
    note("abstract socket", abstract_socket(make));
    return found;
}

Outcome make_named(const Asked& asked) {
    Outcome outcome{0, named(true)};
    asked.ready();
    asked.released();
    semctl(semget(key, 1, 0), 0, IPC_RMID);
    shmctl(shmget(key, 4096, 0), IPC_RMID, nullptr);
    msgctl(msgget(key, 0), IPC_RMID, nullptr);
    shm_unlink(name);
    syscall(SYS_mq_unlink, name + 1);
    return outcome;
}

Outcome find_named(const Asked& /*asked*/) { return {0, named(false)}; }

}  // namespace

void add_meetings(Trials& trials) {
    trials["hold-locks"] = hold_locks;
    trials["find-locks"] = find_locks;
    trials["watch"] = watch;
    trials["touch"] = touch;
    trials["make-named"] = make_named;
    trials["find-named"] = find_named;
}

}  // namespace tenantry::hostile

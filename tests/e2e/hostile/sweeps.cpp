#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {
namespace {

// Behind the last number of Linux 6.18 (arch/x86/entry/syscalls/syscall_64.tbl).
constexpr long lastCall = 700;

// errno of a call in a process of its own, told by memory that both see: the call may end the process, or never come
// back. Then it was let through, which is told as the signal that ended it.
int alone(const std::function<int()>& run) {
    static int* const told =
        static_cast<int*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    constexpr int nothing = -1;
    *told = nothing;
    const pid_t child = fork();
    if (child == 0) {
        const itimerval patience{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 100'000}};
        setitimer(ITIMER_REAL, &patience, nullptr);
        *told = run();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (*told != nothing) return *told;
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : 0;
}

[[maybe_unused]] int made_child(long number) {
    const long child = syscall(number);
    if (child == 0) syscall(SYS_exit, 0);
    return error_of(child);
}

// Arguments that no call takes: no descriptor, no address, no process. Some take anything and do harm with it: these
// get arguments of their own.
int harmless(long number) {
    switch (number) {
        case SYS_kill:
        case SYS_tkill:
            return error_of(syscall(number, 1L << 30, 0L));
        case SYS_tgkill:
            return error_of(syscall(number, 1L << 30, 1L << 30, 0L));
        case SYS_kexec_load:
        case SYS_reboot:  // no magic number
            return error_of(syscall(number, -1L, -1L, -1L, -1L));
        case SYS_setns:
        case SYS_unshare:
            return error_of(syscall(number, -1L, 1L << 20));
        case SYS_socket:  // by their arguments: the other sweeps
        case SYS_socketpair:
            return error_of(syscall(number, 1L, -1L, -1L, 0L));
        case SYS_clone:
            return error_of(syscall(number, 0x100L /* CLONE_VM without a stack */ | 0x10000L /* CLONE_THREAD alone */));
        case SYS_personality:
            return error_of(syscall(number, 0xFFFFFFFFL));
#ifdef SYS_fork
        case SYS_fork:
        case SYS_vfork:  // the child has this stack
            return made_child(number);
#endif
        default:
            return error_of(syscall(number, -1L, -1L, -1L, -1L, -1L, -1L));
    }
}

Outcome every_call(const Asked& /*asked*/) {
    Outcome outcome;
    for (long number = 0; number <= lastCall; ++number)
        outcome.found.push_back(std::to_string(number) + " " + name_of(alone([=] { return harmless(number); })));
    return outcome;
}

// Every family, type and protocol that means something to any of them (linux/socket.h, linux/in.h).
Outcome every_socket(const Asked& /*asked*/) {
    Outcome outcome;
    for (int family = 0; family <= 48; ++family)
        for (const int type : {1, 2, 3, 4, 5, 6, 10})
            for (const int protocol : {0, 1, 2, 6, 17, 33, 47, 58, 108, 132, 136, 255, 262}) {
                const int opened = socket(family, type, protocol);
                const int error = error_of(opened);
                if (opened >= 0) close(opened);
                outcome.found.push_back(std::to_string(family) + " " + std::to_string(type) + " " +
                                        std::to_string(protocol) + " " + name_of(error));
            }
    return outcome;
}

// Every bit of clone's flags but those below the signal's.
Outcome every_clone(const Asked& /*asked*/) {
    Outcome outcome;
    for (int bit = 8; bit < 32; ++bit) {
        const int error = alone([=] {
            // Memory, threads and vfork would go on on this stack.
            const unsigned long flags = 1UL << bit;
            if ((flags & (CLONE_VM | CLONE_THREAD | CLONE_VFORK | CLONE_SIGHAND)) != 0) return 0;
            const long child = syscall(SYS_clone, flags | SIGCHLD, 0UL, 0UL, 0UL, 0UL);
            if (child == 0) _exit(0);
            return error_of(child);
        });
        outcome.found.push_back(std::to_string(bit) + " " + name_of(error));
    }
    return outcome;
}

// The calls of other ABIs have other numbers, and a filter that knows one's is none for the other's.
Outcome other_abis(const Asked& /*asked*/) {
    Outcome outcome;
#ifdef __x86_64__
    const auto add = [&](const char* name, const std::function<int()>& run) {
        outcome.found.push_back(std::string(name) + " " + name_of(alone(run)));
    };
    add("i386", [] {
        long answer = 0;
        asm volatile("int $0x80" : "=a"(answer) : "a"(20L /* getpid */) : "memory");
        return answer < 0 ? static_cast<int>(-answer) : 0;
    });
    add("x32", [] { return error_of(syscall(0x4000'0000L | SYS_getpid)); });
#endif
    return outcome;
}

}  // namespace

void add_sweeps(Trials& trials) {
    trials["every-call"] = every_call;
    trials["every-socket"] = every_socket;
    trials["every-clone"] = every_clone;
    trials["other-abis"] = other_abis;
}

}  // namespace tenantry::hostile

#include "published.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tenantry::verify {
namespace {

// Files, waiting, sockets that are open already, memory, own processes, signals, clocks, own ids.
constexpr std::string_view allowedCalls =
    "accept accept4 access alarm arch_prctl bind brk capget chdir chmod chown clock_getres clock_gettime "
    "clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create "
    "epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit "
    "exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchown fchownat fcntl "
    "fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex "
    "futex_waitv futimesat get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid "
    "getgroups getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid "
    "getresuid getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getxattr "
    "inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents "
    "io_setup io_submit ioctl kill lchown lgetxattr link linkat listen listxattr llistxattr lremovexattr "
    "lseek lsetxattr lstat madvise membarrier memfd_create mincore mkdir mkdirat mknod mknodat mlock "
    "mlock2 mlockall mmap mprotect mremap msync munlock munlockall munmap nanosleep newfstatat open "
    "openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 poll ppoll prctl pread64 preadv preadv2 "
    "prlimit64 pselect6 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recvfrom "
    "recvmmsg recvmsg removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction "
    "rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait "
    "rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr "
    "sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_yield select semctl "
    "semget semop semtimedop sendfile sendmmsg sendmsg sendto set_robust_list set_tid_address setfsgid "
    "setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid setresuid setreuid "
    "setrlimit setsid setsockopt setuid setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd "
    "signalfd4 splice stat statfs statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill "
    "time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create "
    "timerfd_gettime timerfd_settime times tkill truncate umask uname unlink unlinkat utime utimensat "
    "utimes vfork wait4 waitid write writev ";

// TCP and UDP over IPv4, unix sockets and the netlink of routes; no namespaces; nothing of the machine.
constexpr std::array<std::string_view, 15> conditions{"others errno 1",
                                                      "architecture SCMP_ARCH_X86_64",
                                                      "architecture SCMP_ARCH_AARCH64",
                                                      "socket allow if 0 == 1",
                                                      "socket allow if 0 == 2 and 1 & 15 == 1 and 2 == 0",
                                                      "socket allow if 0 == 2 and 1 & 15 == 1 and 2 == 6",
                                                      "socket allow if 0 == 2 and 1 & 15 == 2 and 2 == 0",
                                                      "socket allow if 0 == 2 and 1 & 15 == 2 and 2 == 17",
                                                      "socket allow if 0 == 16 and 2 == 0",
                                                      "socket errno 97 if 0 == 10",
                                                      "socketpair allow if 0 == 1",
                                                      "clone allow if 0 & 2114060288 == 0",
                                                      "clone3 errno 38",
                                                      "personality allow if 0 == 0",
                                                      "personality allow if 0 == 4294967295"};

// Below /proc: what tells about the machine or about others.
constexpr std::string_view hiddenFiles =
    "acpi asound buddyinfo cmdline config.gz diskstats interrupts iomem ioports kallsyms kcore key-users "
    "keys kmsg kpagecgroup kpagecount kpageflags latency_stats modules mtrr pagetypeinfo partitions "
    "pressure sched_debug schedstat scsi slabinfo softirqs swaps sysrq-trigger timer_list vmallocinfo zoneinfo ";
constexpr std::string_view readOnlyFiles = "bus driver fs irq sys ";

template <class Add>
void each_word(std::string_view words, const Add& add) {
    while (!words.empty()) {
        const std::size_t end = words.find(' ');
        add(words.substr(0, end));
        words.remove_prefix(end + 1);
    }
}

std::vector<std::string> sorted(std::vector<std::string> lines) {
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> make_calls() {
    std::vector<std::string> lines(conditions.begin(), conditions.end());
    each_word(allowedCalls, [&](std::string_view call) { lines.push_back(std::string(call) + " allow"); });
    return sorted(std::move(lines));
}

std::vector<std::string> make_masks() {
    std::vector<std::string> lines;
    each_word(hiddenFiles, [&](std::string_view file) { lines.push_back("hidden /proc/" + std::string(file)); });
    each_word(readOnlyFiles, [&](std::string_view file) { lines.push_back("read-only /proc/" + std::string(file)); });
    return sorted(std::move(lines));
}

}  // namespace

const std::vector<std::string>& published_calls() {
    static const std::vector<std::string> lines = make_calls();
    return lines;
}

const std::vector<std::string>& published_masks() {
    static const std::vector<std::string> lines = make_masks();
    return lines;
}

}  // namespace tenantry::verify

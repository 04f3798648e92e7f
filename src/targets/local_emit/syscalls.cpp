#include "syscalls.hpp"

// What programs of glibc, nginx, HAProxy, PostgreSQL, Redis and the Go runtime call, by section 2 of the manual pages.
// Left out on purpose, by the ways out of docs/threats.md:
//   io_uring_*                                   does what other calls do behind the filter's back
//   ptrace, process_vm_*, process_madvise, kcmp, pidfd_getfd     reach into other processes
//   bpf, perf_event_open, userfaultfd, vmsplice  much kernel for no service's need
//   mount and its kin, unshare, setns, pivot_root, chroot        make or enter other views of the machine
//   open_by_handle_at, name_to_handle_at, fanotify_*             files beside the task's own tree
//   keyctl, add_key, request_key                 keyrings are no part of any namespace
//   mq_*, msg*                                   no service asks for message queues
//   kexec_*, *_module, reboot, swap*, acct, quotactl, syslog, *settime*, *adjtime*, iopl, ioperm, modify_ldt   the
//   machine's
// clone, clone3, socket, socketpair and personality are allowed by their arguments: seccomp.cpp.

namespace tenantry::local_emit {
namespace {

constexpr Literal fileCalls[] = {"access",
                                 "chdir",
                                 "chmod",
                                 "chown",
                                 "close",
                                 "close_range",
                                 "copy_file_range",
                                 "creat",
                                 "dup",
                                 "dup2",
                                 "dup3",
                                 "faccessat",
                                 "faccessat2",
                                 "fadvise64",
                                 "fallocate",
                                 "fchdir",
                                 "fchmod",
                                 "fchmodat",
                                 "fchown",
                                 "fchownat",
                                 "fcntl",
                                 "fdatasync",
                                 "fgetxattr",
                                 "flistxattr",
                                 "flock",
                                 "fremovexattr",
                                 "fsetxattr",
                                 "fstat",
                                 "fstatfs",
                                 "fsync",
                                 "ftruncate",
                                 "futimesat",
                                 "getcwd",
                                 "getdents",
                                 "getdents64",
                                 "getxattr",
                                 "inotify_add_watch",
                                 "inotify_init",
                                 "inotify_init1",
                                 "inotify_rm_watch",
                                 "ioctl",
                                 "lchown",
                                 "lgetxattr",
                                 "link",
                                 "linkat",
                                 "listxattr",
                                 "llistxattr",
                                 "lremovexattr",
                                 "lseek",
                                 "lsetxattr",
                                 "lstat",
                                 "mkdir",
                                 "mkdirat",
                                 "mknod",
                                 "mknodat",
                                 "newfstatat",
                                 "open",
                                 "openat",
                                 "openat2",
                                 "pread64",
                                 "preadv",
                                 "preadv2",
                                 "pwrite64",
                                 "pwritev",
                                 "pwritev2",
                                 "read",
                                 "readahead",
                                 "readlink",
                                 "readlinkat",
                                 "readv",
                                 "removexattr",
                                 "rename",
                                 "renameat",
                                 "renameat2",
                                 "rmdir",
                                 "setxattr",
                                 "stat",
                                 "statfs",
                                 "statx",
                                 "symlink",
                                 "symlinkat",
                                 "sync",
                                 "sync_file_range",
                                 "syncfs",
                                 "truncate",
                                 "umask",
                                 "unlink",
                                 "unlinkat",
                                 "utime",
                                 "utimensat",
                                 "utimes",
                                 "write",
                                 "writev"};

constexpr Literal waitCalls[] = {
    "epoll_create", "epoll_create1", "epoll_ctl",  "epoll_pwait",    "epoll_pwait2",    "epoll_wait",     "eventfd",
    "eventfd2",     "io_cancel",     "io_destroy", "io_getevents",   "io_setup",        "io_submit",      "pipe",
    "pipe2",        "poll",          "ppoll",      "pselect6",       "select",          "sendfile",       "signalfd",
    "signalfd4",    "splice",        "tee",        "timerfd_create", "timerfd_gettime", "timerfd_settime"};

// Only on descriptors that `socket` gave, so on families that it lets through.
constexpr Literal socketCalls[] = {"accept",     "accept4", "bind",       "connect",  "getpeername", "getsockname",
                                   "getsockopt", "listen",  "recvfrom",   "recvmmsg", "recvmsg",     "sendmmsg",
                                   "sendmsg",    "sendto",  "setsockopt", "shutdown"};

constexpr Literal memoryCalls[] = {
    "brk",    "madvise", "membarrier", "memfd_create", "mincore", "mlock", "mlock2", "mlockall", "mmap",  "mprotect",
    "mremap", "msync",   "munlock",    "munlockall",   "munmap",  "shmat", "shmctl", "shmdt",    "shmget"};

constexpr Literal processCalls[] = {"arch_prctl",
                                    "capget",
                                    "execve",
                                    "execveat",
                                    "exit",
                                    "exit_group",
                                    "fork",
                                    "get_robust_list",
                                    "getpgid",
                                    "getpgrp",
                                    "getpid",
                                    "getppid",
                                    "getpriority",
                                    "getrlimit",
                                    "getrusage",
                                    "getsid",
                                    "gettid",
                                    "kill",
                                    "pidfd_open",
                                    "pidfd_send_signal",
                                    "prctl",
                                    "prlimit64",
                                    "restart_syscall",
                                    "rseq",
                                    "sched_get_priority_max",
                                    "sched_get_priority_min",
                                    "sched_getaffinity",
                                    "sched_getattr",
                                    "sched_getparam",
                                    "sched_getscheduler",
                                    "sched_rr_get_interval",
                                    "sched_setaffinity",
                                    "sched_yield",
                                    "set_robust_list",
                                    "set_tid_address",
                                    "setpgid",
                                    "setpriority",
                                    "setrlimit",
                                    "setsid",
                                    "tgkill",
                                    "times",
                                    "tkill",
                                    "vfork",
                                    "wait4",
                                    "waitid"};

constexpr Literal syncCalls[] = {"futex", "futex_waitv", "semctl", "semget", "semop", "semtimedop"};

constexpr Literal signalCalls[] = {
    "pause",        "rt_sigaction",  "rt_sigpending",   "rt_sigprocmask",    "rt_sigqueueinfo",
    "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack"};

constexpr Literal timeCalls[] = {"alarm",         "clock_getres", "clock_gettime", "clock_nanosleep",
                                 "getitimer",     "gettimeofday", "nanosleep",     "setitimer",
                                 "time",          "timer_create", "timer_delete",  "timer_getoverrun",
                                 "timer_gettime", "timer_settime"};

// Without capabilities and with no-new-privileges these can only give up what a task has.
constexpr Literal userCalls[] = {"getegid",   "geteuid",   "getgid",   "getgroups", "getresgid", "getresuid",
                                 "getuid",    "setfsgid",  "setfsuid", "setgid",    "setgroups", "setregid",
                                 "setresgid", "setresuid", "setreuid", "setuid"};

constexpr Literal machineCalls[] = {"getcpu", "getrandom", "sysinfo", "uname"};

constexpr SyscallGroup groups[] = {{"files", fileCalls},     {"waiting", waitCalls},      {"sockets", socketCalls},
                                   {"memory", memoryCalls},  {"processes", processCalls}, {"locks", syncCalls},
                                   {"signals", signalCalls}, {"time", timeCalls},         {"users", userCalls},
                                   {"machine", machineCalls}};

}  // namespace

std::span<const SyscallGroup> allowed_syscalls() { return groups; }

}  // namespace tenantry::local_emit

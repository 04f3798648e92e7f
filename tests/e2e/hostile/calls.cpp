#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {
namespace {

template <class... Arguments>
int call(long number, Arguments... arguments) {
    return error_of(syscall(number, arguments...));
}

int open_socket(int family, int type, int protocol) { return error_of(socket(family, type, protocol)); }

// A child of ours that waits, to reach into.
class Victim {
  public:
    Victim() : pid_(fork()) {
        if (pid_ == 0)
            while (true) pause();
    }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    ~Victim() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_;
};

// Processes.

int seize() {
    const Victim victim;
    return error_of(ptrace(PTRACE_SEIZE, victim.pid(), nullptr, nullptr));
}

int reach_memory(long number) {
    const Victim victim;
    static char there[8] = "there";
    char here[8] = "there";
    const iovec near{here, sizeof(here)}, far{there, sizeof(there)};
    return call(number, victim.pid(), &near, 1UL, &far, 1UL, 0UL);
}

int take_descriptor() {
    const Victim victim;
    const int opened = static_cast<int>(syscall(SYS_pidfd_open, victim.pid(), 0));
    return call(SYS_pidfd_getfd, opened, 0, 0);
}

int compare() {
    const Victim victim;
    return call(SYS_kcmp, getpid(), victim.pid(), 1 /* KCMP_VM of linux/kcmp.h */, 0UL, 0UL);
}

int advise() {
    const Victim victim;
    static char there[8];
    const iovec far{there, sizeof(there)};
    const int opened = static_cast<int>(syscall(SYS_pidfd_open, victim.pid(), 0));
    return call(SYS_process_madvise, opened, &far, 1UL, 20 /* MADV_COLD */, 0U);
}

// New namespaces.

int part(int flags) {
    return in_child([&] { return call(SYS_unshare, flags); });
}

int clone_into(unsigned long flags) {
    const long child = syscall(SYS_clone, flags | SIGCHLD, 0UL, 0UL, 0UL, 0UL);
    if (child == 0) _exit(0);
    const int error = error_of(child);
    if (child > 0) waitpid(static_cast<pid_t>(child), nullptr, 0);
    return error;
}

int clone3_into(unsigned long flags) {
    clone_args arguments{};
    arguments.flags = flags;
    arguments.exit_signal = SIGCHLD;
    const long child = syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (child == 0) _exit(0);
    const int error = error_of(child);
    if (child > 0) waitpid(static_cast<pid_t>(child), nullptr, 0);
    return error;
}

int enter() { return call(SYS_setns, open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC), 0); }

// Much kernel.

int ring() {
    io_uring_params parameters{};
    return call(SYS_io_uring_setup, 4, &parameters);
}

int program() {
    bpf_attr attributes{};
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = attributes.value_size = 4;
    attributes.max_entries = 1;
    return call(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));
}

int measure() {
    perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_SOFTWARE;
    return call(SYS_perf_event_open, &attributes, 0, -1, -1, 0UL);
}

// Files beside the task's own tree.

struct Handle {
    unsigned size = 128;
    int type = 0;
    unsigned char bytes[128] = {};
};

int name_file(Handle& handle) {
    int mount = 0;
    return call(SYS_name_to_handle_at, AT_FDCWD, "/", &handle, &mount, 0);
}

int open_by_name() {
    Handle handle;
    const int unnamed = name_file(handle);
    const int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (unnamed != 0) handle.size = 8;
    return call(SYS_open_by_handle_at, root, &handle, O_RDONLY);
}

// On a socket of ours, which is on no disk.
int make_node(mode_t type) {
    const std::string path = "/tmp/hostile-" + std::to_string(getpid());
    const int error = error_of(mknod(path.c_str(), type | 0600, makedev(1, 1)));
    unlink(path.c_str());
    return error;
}

int give_file_away() {
    const std::string path = "/tmp/hostile-" + std::to_string(getpid());
    const int file = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    const int error = error_of(fchown(file, geteuid() == 0 ? 1 : 0, static_cast<gid_t>(-1)));
    close(file);
    unlink(path.c_str());
    return error;
}

// Rights.

int raise(int resource, rlim_t by) {
    rlimit limit{};
    getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    if (limit.rlim_max == RLIM_INFINITY) return EINVAL;
    limit.rlim_max = limit.rlim_cur = limit.rlim_max + by;
    return error_of(setrlimit(static_cast<__rlimit_resource>(resource), &limit));
}

// Those limits that can be raised above the hard one, by as much as it is told (0: to it, which everybody may).
Outcome raise_limits(const Asked& asked) {
    const rlim_t by = std::strtoul(asked.words.at(0).c_str(), nullptr, 10);
    Outcome outcome{EPERM};
    for (const int resource : {RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_NPROC, RLIMIT_MSGQUEUE, RLIMIT_RTPRIO,
                               RLIMIT_NICE, RLIMIT_SIGPENDING})
        if (in_child([&] { return raise(resource, by); }) == 0) outcome.found.push_back(std::to_string(resource));
    if (!outcome.found.empty()) outcome.error = 0;
    return outcome;
}

// Before whom the kernel ends it where memory is short.
Outcome outlive_others(const Asked& asked) {
    const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    const std::string& score = asked.words.at(0);
    const int error = error_of(write(file, score.data(), score.size()));
    close(file);
    return {error};
}

// Each process id that it was told: may it send it a signal? (None is sent.)
Outcome reach_processes(const Asked& asked) {
    Outcome outcome{ESRCH};
    for (const std::string& word : asked.words) {
        const pid_t pid = std::atoi(word.c_str());
        const bool own = pid == 1 || pid == getpid();  // by a number that means another one here
        if (!own && kill(pid, 0) == 0) outcome.found.push_back(word);
    }
    if (!outcome.found.empty()) outcome.error = 0;
    return outcome;
}

int become(uid_t user) {
    return in_child([=] { return error_of(setresuid(user, user, user)); });
}
int join(gid_t group) {
    return in_child([=] { return error_of(setgroups(1, &group)); });
}

}  // namespace

void add_calls(Trials& trials) {
    const auto add = [&](const char* name, std::function<int()> attempt) {
        trials[name] = [attempt = std::move(attempt)](const Asked& /*asked*/) { return Outcome{attempt()}; };
    };
    // linux/socket.h, linux/netlink.h
    add("socket-vsock", [] { return open_socket(40, SOCK_STREAM, 0); });
    add("socket-alg", [] { return open_socket(38, SOCK_SEQPACKET, 0); });
    add("socket-packet", [] { return open_socket(17, SOCK_RAW, 0x0300); });
    add("socket-xdp", [] { return open_socket(44, SOCK_RAW, 0); });
    add("socket-raw", [] { return open_socket(AF_INET, SOCK_RAW, 6); });
    add("socket-raw-icmp", [] { return open_socket(AF_INET, SOCK_RAW, 1); });
    add("socket-ping", [] { return open_socket(AF_INET, SOCK_DGRAM, 1); });
    add("socket-sctp", [] { return open_socket(AF_INET, SOCK_STREAM, 132); });
    add("socket-mptcp", [] { return open_socket(AF_INET, SOCK_STREAM, 262); });
    add("socket-inet6", [] { return open_socket(AF_INET6, SOCK_STREAM, 0); });
    add("socket-netlink-diag", [] { return open_socket(AF_NETLINK, SOCK_RAW, 4); });
    add("socket-netlink-xfrm", [] { return open_socket(AF_NETLINK, SOCK_RAW, 6); });
    add("socket-netlink-audit", [] { return open_socket(AF_NETLINK, SOCK_RAW, 9); });
    add("socket-netlink-netfilter", [] { return open_socket(AF_NETLINK, SOCK_RAW, 12); });
    add("socket-netlink-uevent", [] { return open_socket(AF_NETLINK, SOCK_RAW, 15); });
    add("socket-netlink-generic", [] { return open_socket(AF_NETLINK, SOCK_RAW, 16); });
    add("io-uring", ring);
    add("bpf", program);
    add("perf-event", measure);
    add("userfaultfd", [] { return call(SYS_userfaultfd, O_CLOEXEC); });
    add("ptrace", seize);
    add("process-read", [] { return reach_memory(SYS_process_vm_readv); });
    add("process-write", [] { return reach_memory(SYS_process_vm_writev); });
    add("process-advise", advise);
    add("take-descriptor", take_descriptor);
    add("compare-processes", compare);
    add("unshare-user", [] { return part(CLONE_NEWUSER); });
    add("unshare-network", [] { return part(CLONE_NEWNET); });
    add("unshare-mounts", [] { return part(CLONE_NEWNS); });
    add("clone-user", [] { return clone_into(CLONE_NEWUSER); });
    add("clone3-user", [] { return clone3_into(CLONE_NEWUSER); });
    add("enter-namespace", enter);
    add("mount", [] { return error_of(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr)); });
    add("unmount", [] { return error_of(umount2("/nowhere", 0)); });
    add("open-file-system", [] { return call(SYS_fsopen, "tmpfs", 0); });
    add("open-tree", [] { return call(SYS_open_tree, AT_FDCWD, "/", 0); });
    add("move-mount", [] { return call(SYS_move_mount, AT_FDCWD, "/nowhere", AT_FDCWD, "/nowhere", 0); });
    add("set-mount", [] { return call(SYS_mount_setattr, AT_FDCWD, "/", 0, nullptr, 0UL); });
    add("pivot-root", [] { return call(SYS_pivot_root, "/tmp", "/tmp"); });
    add("change-root", [] { return in_child([] { return error_of(chroot("/")); }); });
    add("name-handle", [] {
        Handle handle;
        return name_file(handle);
    });
    add("open-handle", open_by_name);
    add("fanotify", [] { return call(SYS_fanotify_init, 0, O_RDONLY); });
    add("keyctl", [] { return call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1); });
    add("add-key", [] { return call(SYS_add_key, "user", "hostile", "x", 1UL, KEY_SPEC_PROCESS_KEYRING); });
    add("request-key", [] { return call(SYS_request_key, "user", "hostile", nullptr, 0); });
    add("kexec", [] { return call(SYS_kexec_load, 0UL, 0UL, nullptr, 0UL); });
    add("kexec-file", [] { return call(SYS_kexec_file_load, -1, -1, 0UL, nullptr, 0UL); });
    add("load-module", [] { return call(SYS_init_module, nullptr, 0UL, ""); });
    add("load-module-file", [] { return call(SYS_finit_module, -1, "", 0); });
    add("remove-module", [] { return call(SYS_delete_module, "hostile", O_NONBLOCK); });
    add("reboot", [] { return call(SYS_reboot, 0, 0, 0, nullptr); });
    add("swap", [] { return call(SYS_swapon, "/nowhere", 0); });
    add("account", [] { return call(SYS_acct, "/nowhere"); });
    add("quota", [] { return call(SYS_quotactl, 0, "/nowhere", 0, nullptr); });
    add("kernel-log", [] { return call(SYS_syslog, 10 /* its size: syslog(2) */, nullptr, 0); });
    add("set-clock", [] { return call(SYS_clock_settime, -1, nullptr); });
    add("set-host-name", [] {
        char name[256] = {};
        gethostname(name, sizeof(name) - 1);
        return error_of(sethostname(name, std::strlen(name)));
    });
#ifdef SYS_iopl
    add("ports", [] { return in_child([] { return call(SYS_iopl, 3); }); });
    add("local-descriptors", [] { return call(SYS_modify_ldt, 0, nullptr, 0UL); });
#endif
    add("message-queue", [] { return call(SYS_mq_open, "hostile", O_CREAT | O_RDWR, 0600, nullptr); });
    add("system-v-messages", [] { return call(SYS_msgget, 0x7e4a4e, 0600 | 01000 /* IPC_CREAT */); });
    add("splice-memory", [] { return call(SYS_vmsplice, -1, nullptr, 0UL, 0U); });
    add("own-filter", [] {
        unsigned action = SECCOMP_RET_ALLOW;
        return call(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
    });
    add("same-addresses", [] { return in_child([] { return call(SYS_personality, 0x40000UL); }); });
    add("device-node", [] { return make_node(S_IFCHR); });
    add("block-device-node", [] { return make_node(S_IFBLK); });
    add("give-file-away", give_file_away);
    add("become-root", [] { return become(0); });
    add("become-neighbour", [] { return become(getuid() + 1); });
    add("join-group", [] { return join(0); });
    trials["outlive-others"] = outlive_others;
    trials["raise-limits"] = raise_limits;
    trials["reach-processes"] = reach_processes;
}

}  // namespace tenantry::hostile

#include "syscalls.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <seccomp.h>

namespace tenantry::local_emit {
namespace {

std::vector<std::string> allowed() {
    std::vector<std::string> names;
    for (const SyscallGroup& group : allowed_syscalls())
        for (const Literal name : group.names) names.emplace_back(name.str());
    return names;
}

TEST(Syscalls, AreNamesThatLibseccompKnows) {
    for (const std::string& name : allowed())
        EXPECT_NE(seccomp_syscall_resolve_name(name.c_str()), __NR_SCMP_ERROR) << name;
}

TEST(Syscalls, EachStandsOnceAndSortedInItsGroup) {
    const auto names = allowed();
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    for (const SyscallGroup& group : allowed_syscalls())
        EXPECT_TRUE(std::ranges::is_sorted(group.names, {}, &Literal::str)) << group.what.str();
}

// docs/threats.md names what must fail; socket, clone and the like are allowed by their arguments alone.
TEST(Syscalls, AreNoneOfTheWaysOut) {
    const auto names = allowed();
    for (const std::string way : {"io_uring_setup",
                                  "io_uring_enter",
                                  "io_uring_register",
                                  "userfaultfd",
                                  "bpf",
                                  "ptrace",
                                  "keyctl",
                                  "add_key",
                                  "request_key",
                                  "perf_event_open",
                                  "mount",
                                  "umount2",
                                  "move_mount",
                                  "open_tree",
                                  "fsopen",
                                  "fsmount",
                                  "mount_setattr",
                                  "pivot_root",
                                  "chroot",
                                  "unshare",
                                  "setns",
                                  "open_by_handle_at",
                                  "name_to_handle_at",
                                  "process_vm_readv",
                                  "process_vm_writev",
                                  "process_madvise",
                                  "pidfd_getfd",
                                  "kcmp",
                                  "kexec_load",
                                  "kexec_file_load",
                                  "init_module",
                                  "finit_module",
                                  "delete_module",
                                  "reboot",
                                  "swapon",
                                  "swapoff",
                                  "acct",
                                  "quotactl",
                                  "syslog",
                                  "settimeofday",
                                  "clock_settime",
                                  "adjtimex",
                                  "clock_adjtime",
                                  "iopl",
                                  "ioperm",
                                  "modify_ldt",
                                  "fanotify_init",
                                  "vmsplice",
                                  "personality",
                                  "socket",
                                  "socketpair",
                                  "clone",
                                  "clone3",
                                  "sethostname",
                                  "setdomainname",
                                  "vhangup",
                                  "nfsservctl",
                                  "lookup_dcookie",
                                  "seccomp"})
        EXPECT_EQ(std::ranges::count(names, way), 0) << way;
}

}  // namespace
}  // namespace tenantry::local_emit

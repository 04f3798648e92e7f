#include "sandbox.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

ProcTexts sample() {
    return {.status =
                "Name:\tapi\nUid:\t1048592\t1048592\t1048592\t1048592\nGid:\t1048593\t1\t1\t1\nGroups:\t7 8 \n"
                "CapInh:\t0000000000000004\nCapPrm:\t0000000000000002\nCapAmb:\t0000000000000008\nCapEff:"
                "\t0000000000000001\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n",
            .limits = "Limit                     Soft Limit           Hard Limit           Units     \n"
                      "Max core file size        0                    0                    bytes     \n"
                      "Max open files            1024                 4096                 files     \n",
            .mountinfo = "100 99 0:41 /platforms/lend/rootfs / ro,relatime - tmpfs tmpfs rw\n"
                         "101 100 0:44 / /usr ro,nosuid - overlay overlay ro\n",
            .cgroup = "8:pids:/tenantry/environments/x/api-1\n4:memory:/other\n0::/\n",
            .namespaces = {.network = "net:[4026532388]",
                           .pid = "pid:[2]",
                           .mount = "mnt:[3]",
                           .ipc = "ipc:[4]",
                           .uts = "uts:[5]",
                           .cgroup = "cgroup:[6]",
                           .user = "user:[7]"},
            .machine = {.network = "net:[1]",
                        .pid = "pid:[1]",
                        .mount = "mnt:[1]",
                        .ipc = "ipc:[1]",
                        .uts = "uts:[1]",
                        .cgroup = "cgroup:[1]",
                        .user = "user:[7]"},
            .machineProc = "0:22"};
}

TEST(Sandbox, IsWhatProcSays) {
    const auto seen = sandbox_of(sample());
    ASSERT_TRUE(seen) << seen.error().text();
    EXPECT_EQ(seen->effectiveCapabilities, 1u);
    EXPECT_EQ(seen->permittedCapabilities, 2u);
    EXPECT_EQ(seen->boundingCapabilities, 0x1ff'ffff'ffffu);
    EXPECT_TRUE(seen->noNewPrivileges);
    EXPECT_EQ(seen->seccompMode, 2);
    EXPECT_EQ(seen->seccompFilters, 1);
    EXPECT_EQ(seen->uid, 1048592u);
    EXPECT_EQ(seen->gid, 1048593u);
    EXPECT_TRUE(seen->rootReadOnly);
    EXPECT_EQ(seen->coreLimit, 0u);
    EXPECT_EQ(seen->inheritableCapabilities, 4u);
    EXPECT_EQ(seen->ambientCapabilities, 8u);
    EXPECT_EQ(seen->groups, (std::vector<std::uint32_t>{7, 8}));
    EXPECT_EQ(seen->otherIds, (std::vector<std::uint32_t>{1})) << "other group ids than the real one";
    EXPECT_EQ(seen->namespaces.network, "net:[4026532388]");
    EXPECT_EQ(seen->machine.network, "net:[1]");
    ASSERT_EQ(seen->mounts.size(), 2u);
    EXPECT_EQ(seen->mounts[0],
              (world::ObservedMount{"/", "tmpfs", "0:41", "/platforms/lend/rootfs", {"ro", "relatime"}}));
    EXPECT_EQ(seen->mounts[1], (world::ObservedMount{"/usr", "overlay", "0:44", "/", {"ro", "nosuid", "ro"}}));
    EXPECT_EQ(seen->cgroup, "/tenantry/environments/x/api-1");
}

TEST(Sandbox, TheRootIsTheLastMountAtSlash) {
    ProcTexts texts = sample();
    texts.mountinfo = "100 99 0:41 / / ro,relatime - ext4 x rw\n102 100 0:45 / / rw,relatime - ext4 x rw\n";
    EXPECT_FALSE(sandbox_of(texts)->rootReadOnly);
    texts.mountinfo = "101 100 0:44 / /usr ro,nosuid - overlay overlay ro\n";
    EXPECT_EQ(sandbox_of(texts).error().text(), "no mount at `/`");
}

TEST(Sandbox, MountsSpreadAndNamesAreEscaped) {
    ProcTexts texts = sample();
    texts.mountinfo +=
        "103 100 0:46 /a\\040b /c\\134d rw,nosuid shared:3 master:4 - tmpfs none rw,size=64k,nr_inodes=9\n";
    const auto seen = sandbox_of(texts);
    ASSERT_TRUE(seen) << seen.error().text();
    EXPECT_EQ(seen->mounts[2],
              (world::ObservedMount{
                  "/c\\d", "tmpfs", "0:46", "/a b", {"rw", "nosuid", "shared", "slave", "size=64k", "nr_inodes=9"}}));
    texts.mountinfo += "104 100 0:47 / /dev/pts rw,nosuid - devpts devpts rw,mode=600,ptmxmode=666,max=16\n";
    EXPECT_EQ(sandbox_of(texts)->mounts[3],
              (world::ObservedMount{"/dev/pts", "devpts", "0:47", "/", {"rw", "nosuid", "max=16"}}));
    texts.mountinfo += "103 100\n";
    EXPECT_FALSE(sandbox_of(texts));
}

TEST(Sandbox, OfAMachineWithVersionTwoIsInTheUnifiedCgroup) {
    ProcTexts texts = sample();
    texts.cgroup = "0::/tenantry/environments/x/api-1\n";
    EXPECT_EQ(sandbox_of(texts)->cgroup, "/tenantry/environments/x/api-1");
    texts.cgroup = "4:memory:/x\n";
    EXPECT_FALSE(sandbox_of(texts));
}

TEST(Sandbox, WithoutALimitForCoresHasTheLargest) {
    ProcTexts texts = sample();
    texts.limits = "Max core file size        unlimited            unlimited            bytes     \n";
    EXPECT_EQ(sandbox_of(texts)->coreLimit, ~std::uint64_t{0});
    texts.limits = "Max core file size        0                    4096                 bytes     \n";
    EXPECT_EQ(sandbox_of(texts)->coreLimit, 4096u) << "a process may raise the soft one";
}

// A kernel without seccomp has no such line: nothing is taken for granted.
TEST(Sandbox, WithALineMissingIsAnError) {
    for (const std::string_view key : {"Uid:", "Gid:", "CapPrm:", "CapEff:", "CapBnd:", "CapInh:", "CapAmb:", "Groups:",
                                       "NoNewPrivs:", "Seccomp:", "Seccomp_filters:"}) {
        ProcTexts texts = sample();
        texts.status.replace(texts.status.find("\n" + std::string(key)) + 1, 1, "x");
        const auto seen = sandbox_of(texts);
        ASSERT_FALSE(seen) << key;
        EXPECT_EQ(seen.error().text(), "`" + std::string(key) + "` is not where proc(5) has it");
    }
}

}  // namespace
}  // namespace tenantry::host

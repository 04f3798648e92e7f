#include "sandbox.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

ProcTexts sample() {
    return {
        .status =
            "Name:\tapi\nUid:\t1048592\t1048592\t1048592\t1048592\nGid:\t1048593\t1\t1\t1\nCapPrm:\t0000000000000002\n"
            "CapEff:\t0000000000000001\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n",
        .limits = "Limit                     Soft Limit           Hard Limit           Units     \n"
                  "Max core file size        0                    0                    bytes     \n"
                  "Max open files            1024                 4096                 files     \n",
        .mountinfo = "100 99 0:41 /platforms/lend/rootfs / ro,relatime - tmpfs tmpfs rw\n"
                     "101 100 0:44 / /usr ro,nosuid - overlay overlay ro\n",
        .cgroup = "8:pids:/tenantry/environments/x/api-1\n4:memory:/other\n0::/\n",
        .network = "net:[4026532388]"};
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
    EXPECT_EQ(seen->networkNamespace, "net:[4026532388]");
    EXPECT_EQ(seen->cgroup, "/tenantry/environments/x/api-1");
}

TEST(Sandbox, TheRootIsTheLastMountAtSlash) {
    ProcTexts texts = sample();
    texts.mountinfo = "100 99 0:41 / / ro,relatime - ext4 x rw\n102 100 0:45 / / rw,relatime - ext4 x rw\n";
    EXPECT_FALSE(sandbox_of(texts)->rootReadOnly);
    texts.mountinfo = "101 100 0:44 / /usr ro,nosuid - overlay overlay ro\n";
    EXPECT_EQ(sandbox_of(texts).error().text(), "no mount at `/`");
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
}

// A kernel without seccomp has no such line: nothing is taken for granted.
TEST(Sandbox, WithALineMissingIsAnError) {
    for (const std::string_view key :
         {"Uid:", "Gid:", "CapPrm:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:", "Seccomp_filters:"}) {
        ProcTexts texts = sample();
        texts.status.replace(texts.status.find("\n" + std::string(key)) + 1, 1, "x");
        const auto seen = sandbox_of(texts);
        ASSERT_FALSE(seen) << key;
        EXPECT_EQ(seen.error().text(), "`" + std::string(key) + "` is not where proc(5) has it");
    }
}

}  // namespace
}  // namespace tenantry::host

#include "cgroups.hpp"

#include <gtest/gtest.h>

namespace tenantry::host {
namespace {

using Paths = std::vector<std::filesystem::path>;

TEST(CgroupMounts, OfAHybridMachineAreAllFound) {
    const CgroupMounts mounts =
        cgroup_mounts("78 77 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
                      "79 78 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
                      "80 78 0:30 / /sys/fs/cgroup/memory rw shared:10 master:3 - cgroup cgroup rw,memory\n"
                      "81 78 0:31 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
                      "82 78 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
                      "83 78 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(mounts.unified, Paths{"/sys/fs/cgroup/unified"});
    EXPECT_EQ(mounts.legacy, (Paths{"/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids",
                                    "/sys/fs/cgroup/systemd"}));
    EXPECT_EQ(mounts.memory, "/sys/fs/cgroup/memory");
    EXPECT_EQ(mounts.pids, "/sys/fs/cgroup/pids");
}

TEST(CgroupMounts, OfVersionTwoAreOne) {
    const CgroupMounts mounts = cgroup_mounts("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(mounts.unified, Paths{"/sys/fs/cgroup"});
    EXPECT_TRUE(mounts.legacy.empty());
}

// A mount source or folder with `cgroup` in its name is no hierarchy.
TEST(CgroupMounts, AreToldByTheirType) {
    const CgroupMounts mounts =
        cgroup_mounts("30 23 0:26 / /cgroup rw - tmpfs cgroup rw,memory\nshort line - cgroup x\n\n");
    EXPECT_TRUE(mounts.unified.empty() && mounts.legacy.empty());
}

}  // namespace
}  // namespace tenantry::host

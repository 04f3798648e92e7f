#include "cgroups.hpp"

#include <filesystem>
#include <fstream>

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
    EXPECT_EQ(mounts.cpuTime, "/sys/fs/cgroup/cpu,cpuacct");
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

class GroupUsageTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::remove_all(top_); }
    void write(const char* file, const char* text) const {
        std::filesystem::create_directories((top_ / file).parent_path());
        std::ofstream(top_ / file) << text;
    }
    std::filesystem::path top_ = std::filesystem::path(testing::TempDir()) / "groups";
};

TEST_F(GroupUsageTest, OfVersionOneIsInAHierarchyEach) {
    write("cpu/ours/api-1/cpuacct.usage", "1500000\n");
    write("memory/ours/api-1/memory.usage_in_bytes", "9000\n");
    write("memory/ours/api-1/memory.stat", "inactive_file 1\ntotal_inactive_file 4000\ntotal_inactive_file_x 7\n");
    write("pids/ours/api-1/pids.current", "6\n");
    CgroupMounts mounts{.unified = {},
                        .legacy = {top_ / "memory"},
                        .memory = top_ / "memory",
                        .pids = top_ / "pids",
                        .cpuTime = top_ / "cpu"};
    EXPECT_EQ(usage_of(mounts, "ours/api-1"), (GroupUsage{1'500'000, 5000, 6}));
    EXPECT_EQ(usage_of(mounts, "ours/api-2"), GroupUsage{});
    mounts.cpuTime.clear();
    EXPECT_EQ(usage_of(mounts, "ours/api-1"), (GroupUsage{0, 5000, 6})) << "no hierarchy counts time";
}

TEST_F(GroupUsageTest, OfVersionTwoIsInOne) {
    write("ours/api-1/cpu.stat", "usage_usec 1500\nuser_usec 900\nsystem_usec 600\n");
    write("ours/api-1/memory.current", "4000\n");
    write("ours/api-1/memory.stat", "anon 100\ninactive_file 4096\n");
    write("ours/api-1/pids.current", "6\n");
    const CgroupMounts mounts{.unified = {top_}, .legacy = {}, .memory = top_, .pids = top_, .cpuTime = top_};
    EXPECT_EQ(usage_of(mounts, "ours/api-1"), (GroupUsage{1'500'000, 0, 6})) << "pages that went meanwhile";
}

}  // namespace
}  // namespace tenantry::host

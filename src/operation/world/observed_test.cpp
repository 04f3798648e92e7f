#include <gtest/gtest.h>

#include <tenantry/support/golden.hpp>
#include <tenantry/world/observed.hpp>

namespace tenantry::world {
namespace {

TEST(ObservedSandbox, IsAText) {
    ObservedSandbox seen;
    seen.boundingCapabilities = 1u << 10;
    seen.noNewPrivileges = true;
    seen.seccompMode = 2;
    seen.seccompFilters = 1;
    seen.uid = seen.gid = 1'048'592;
    seen.groups = {7};
    seen.rootReadOnly = true;
    seen.namespaces = {"net:[2]", "pid:[2]", "mnt:[2]", "ipc:[2]", "uts:[2]", "cgroup:[2]", "user:[1]"};
    seen.pinnedNetwork = "net:[2]";
    seen.machine = {"net:[1]", "pid:[1]", "mnt:[1]", "ipc:[1]", "uts:[1]", "cgroup:[1]", "user:[1]"};
    seen.machineProc = "0:22";
    seen.cgroup = "/tenantry/environments/lend+acme+production/api-1";
    seen.mostProcesses = 256;
    seen.mounts = {{"/", "tmpfs", "0:41", "/x", {"ro"}}, {"/tmp", "tmpfs", "0:70", "/", {"rw", "nosuid", "size=64k"}}};
    support::expect_golden("world/observed.json", to_text(seen));
    seen.coreLimit = ~std::uint64_t{0};
    EXPECT_NE(to_text(seen).find("\"core\": null"), std::string::npos);
}

TEST(ObservedSocket, IsAText) {
    support::expect_golden("world/sockets.json", to_text(std::vector<ObservedSocket>{{"edge", "tcp", "127.0.0.1", 8443},
                                                                                     {"daemon", "udp", "::", 53}}));
    EXPECT_NE(to_text(std::vector<ObservedSocket>{}).find("\"sockets\": []"), std::string::npos);
}

}  // namespace
}  // namespace tenantry::world

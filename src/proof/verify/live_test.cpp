#include <gtest/gtest.h>

#include "claims_for_test.hpp"
#include "sandbox_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

const std::string api = one + "/api-1";
constexpr std::array liveClaims{Claim::net9, Claim::net10, Claim::fs1};

Mount& at(World& world, const std::string& process, std::string_view point) {
    return *std::ranges::find(world.process(process).sandbox->mounts, point, &Mount::point);
}

TEST(Live, HoldsForTheSandboxThatIsPublished) {
    for (const Claim claim : liveClaims) expect_holds(observed(lending(2)), claim);
}

TEST(Live, IsUnknownOnTextAndWithoutALook) {
    for (const Claim claim : liveClaims) {
        const Verdict text = verdict_of(boxed(lending(1)), claim);
        EXPECT_EQ(text.answer, Answer::unknown);
        EXPECT_FALSE(text.decided);
        World world = observed(lending(1));
        world.process(api).sandbox.reset();
        EXPECT_EQ(verdict_of(world, claim).reason, api + " was not observed.");
        EXPECT_TRUE(verdict_of(world, claim).decided);
        World gone = observed(lending(1));
        gone.declared.environments.push_back(lending(2).declared.environments[1]);
        EXPECT_EQ(verdict_of(gone, claim).reason, "No task of tenant-2/production is among the facts.");
    }
}

TEST(Net9, NoticesNamespacesOfTheMachineAndOfOthers) {
    World machine = observed(lending(2));
    machine.process(api).sandbox->spaces[0].whose = SpaceFact::Whose::machine;
    expect_violated(machine, Claim::net9, api + " is in the machine's network namespace.", "services.api");
    World other = observed(lending(2));
    other.process(two + "/web-1").sandbox->spaces[3].id = other.process(api).sandbox->spaces[3].id;
    expect_violated(other, Claim::net9,
                    "tenant-2/production/web-1 is in the ipc namespace of tenant-1/production/api-1.", "services.web");
    expect_violated(other, Claim::net10,
                    "tenant-1/production/api-1 and tenant-2/production/web-1 share the objects of one ipc namespace.",
                    "services.web");
}

TEST(Net9, NoticesFilesAndSocketsOfTheMachine) {
    for (const char* root : {"/tenantry/in", "/in/acme.lend.localhost", "/tenantryd.sock", "/"}) {
        World world = observed(lending(1));
        world.process(api).sandbox->mounts.push_back(mount("/x", "tmpfs", root, false, {}));
        world.process(api).sandbox->mounts.back().device = "0:41";
        expect_violated(world, Claim::net9,
                        fmt::format("{} sees what is not its environment's: /x of type tmpfs, from {} of the file "
                                    "system 0:41.",
                                    api, root),
                        "services.api");
    }
    World proc = observed(lending(1));
    at(proc, api, "/proc").device = "0:20";
    EXPECT_EQ(verdict_of(proc, Claim::net9).answer, Answer::violated) << "the machine's own processes";
}

TEST(Net9, NoticesPacketsThatGetToTheMachine) {
    World world = observed(lending(1));
    const auto host = world.add_device("host", std::nullopt, false);
    const auto task = world.device_index(api);
    world.link(world.add_interface(host, "veth0", {Ipv4{0xC0A80001}}), world.add_interface(task, "up", {}));
    const Verdict verdict = verdict_of(world, Claim::net9);
    ASSERT_EQ(verdict.findings.size(), 1U) << told(verdict);
    EXPECT_TRUE(verdict.findings[0].summary.ends_with("which gets to host, which is no environment's."));
}

TEST(Net10, NoticesFilesThatTwoEnvironmentsSee) {
    World locked = observed(lending(2));
    at(locked, two + "/api-1", "/usr").device = at(locked, api, "/usr").device;
    const Verdict verdict = verdict_of(locked, Claim::net10);
    ASSERT_EQ(verdict.answer, Answer::violated) << told(verdict);
    EXPECT_TRUE(verdict.findings[0].summary.ends_with("see the same files: each can lock and watch them."));

    // The null device over parts of /proc: a node of the machine's, and one for all.
    World null = observed(lending(2));
    for (const std::string& name : {api, two + "/api-1"}) {
        null.process(name).sandbox->mounts.push_back(mount("/proc/kallsyms", "devtmpfs", "/null", false, {}));
        null.process(name).sandbox->mounts.back().device = "0:6";
    }
    EXPECT_EQ(verdict_of(null, Claim::net10).answer, Answer::violated);
    EXPECT_EQ(verdict_of(null, Claim::run1).answer, Answer::holds);

    World terminals = observed(lending(2));
    at(terminals, two + "/api-1", "/dev/pts").device = at(terminals, api, "/dev/pts").device;
    EXPECT_NE(told(verdict_of(terminals, Claim::net10)).find("see the same files, which one of them can write."),
              std::string::npos);

    World written = observed(lending(2));
    Mount folder = at(written, one + "/load-balancer-1", "/run/control");
    folder.point = "/srv";
    folder.root.erase(folder.root.rfind('/'));
    folder.writable = false;
    written.process(two + "/api-1").sandbox->mounts.push_back(folder);
    const Verdict shared = verdict_of(written, Claim::net10);
    EXPECT_NE(told(shared).find("see the same files, which one of them can write."), std::string::npos) << told(shared);
}

TEST(Fs1, NoticesWhatATaskCanChangeForOthers) {
    World hosts = observed(lending(1));
    at(hosts, api, "/etc/hosts").writable = true;
    const Verdict verdict = verdict_of(hosts, Claim::fs1);
    ASSERT_EQ(verdict.findings.size(), 1U) << told(verdict);
    EXPECT_TRUE(verdict.findings[0].summary.starts_with(api + " can write what others open: /etc/hosts"));
    World root = observed(lending(1));
    root.process(api).sandbox->rootReadOnly.value = false;
    expect_violated(root, Claim::fs1, api + " can write its root, which the container runtime opens as root.",
                    "services.api");
    World control = observed(lending(1));
    control.process(api).sandbox->mounts.push_back(at(control, one + "/load-balancer-1", "/run/control"));
    EXPECT_EQ(verdict_of(control, Claim::fs1).answer, Answer::violated) << "the load balancer's alone";
}

}  // namespace
}  // namespace tenantry::verify

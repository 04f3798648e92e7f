#include <gtest/gtest.h>

#include "claims_for_test.hpp"
#include "published.hpp"
#include "sandbox_for_test.hpp"

namespace tenantry::verify {
namespace {

using namespace test;

const std::string api = one + "/api-1";

TEST(Run1, HoldsForThePublishedSandboxFromTextAndLive) {
    expect_holds(boxed(lending(2)), Claim::run1);
    expect_holds(observed(lending(2)), Claim::run1);
}

using Edit = void (*)(Sandbox&);
struct Row {
    Edit edit;
    std::string_view said;  // behind the name of the task
};

// Both sources: the sentences are the same.
TEST(Run1, NoticesWhatATaskMayDo) {
    const Row rows[] = {
        {[](Sandbox& s) { s.capabilities.value[1] = 1U << 12; }, "has CAP_NET_ADMIN among its effective capabilities"},
        {[](Sandbox& s) { s.capabilities.value[0] = std::uint64_t{1} << 50; },
         "has capability 50 among its bounding capabilities"},
        {[](Sandbox& s) { s.noNewPrivileges.value = false; }, "may get new privileges by running a program"},
        {[](Sandbox& s) { s.rootReadOnly.value = false; }, "has a root that it can write"},
        {[](Sandbox& s) { s.uid.value = 0; }, "has the user id 0; 1114115 is its own"},
        {[](Sandbox& s) { s.gid.value = 7; }, "has the group id 7; 1114115 is its own"},
        {[](Sandbox& s) { s.groups.value = {27}; }, "is in the group 27 too"},
        {[](Sandbox& s) { s.spaces[1].whose = SpaceFact::Whose::machine; }, "is in the machine's pid namespace"},
        {[](Sandbox& s) { s.spaces[0].whose = SpaceFact::Whose::own; },
         "is in a network namespace that its environment does not describe"},
        {[](Sandbox& s) { s.spaces[6].whose = SpaceFact::Whose::own; }, "has a new user namespace"},
        {[](Sandbox& s) { s.coreLimit.value.reset(); }, "may write core files"},
        {[](Sandbox& s) { s.processes.value = 4096; }, "may have 4096 processes; 256 are published"},
        {[](Sandbox& s) { s.processes.value.reset(); }, "may have any number of processes"},
        {[](Sandbox& s) { s.memory.value.reset(); }, "may use any amount of memory"},
        {[](Sandbox& s) { s.cgroup.value = "/tenantry/environments/lend+tenant-2+production/api-1"; },
         "is in the cgroup /tenantry/environments/lend+tenant-2+production/api-1, which is not its own"},
        {[](Sandbox& s) { s.others.push_back({"gets devices of the machine", {}}); }, "gets devices of the machine"},
    };
    for (const Row& row : rows)
        for (World world : {boxed(lending(1)), observed(lending(1))}) {
            row.edit(*world.process(api).sandbox);
            expect_violated(world, Claim::run1, fmt::format("{} {}.", api, row.said), "services.api");
        }
}

TEST(Run1, NoticesAnotherFilterOfSystemCalls) {
    World none = boxed(lending(1));
    none.process(api).sandbox->calls.value.reset();
    expect_violated(none, Claim::run1, api + " has no filter for system calls.", "services.api");

    World more = boxed(lending(1));
    std::vector<std::string> lines = published_calls();
    lines.insert(std::ranges::lower_bound(lines, "ptrace allow"), "ptrace allow");
    more.process(api).sandbox->calls.value = profile(more.facts, lines);
    expect_violated(more, Claim::run1, api + " has another filter for system calls: it has `ptrace allow`.",
                    "services.api");

    World seen = observed(lending(1));
    seen.process(api).sandbox->seccompMode.value = 0;
    expect_violated(seen, Claim::run1, api + " has no filter for system calls (seccomp mode 0).", "services.api");
}

TEST(Run1, NoticesWhatIsNotHidden) {
    World text = boxed(lending(1));
    std::vector<std::string> lines = published_masks();
    std::erase(lines, "hidden /proc/kcore");
    text.process(api).sandbox->masks.value = profile(text.facts, lines);
    expect_violated(text, Claim::run1, api + " sees other process files: what is hidden lacks `hidden /proc/kcore`.",
                    "services.api");

    World seen = observed(lending(1));
    std::erase_if(seen.process(api).sandbox->mounts, [](const Mount& m) { return m.point == "/proc/sys"; });
    expect_violated(seen, Claim::run1, api + " sees /proc/sys, which is to be hidden or read-only.", "services.api");
}

TEST(Run1, NoticesMounts) {
    struct MountRow {
        Mount mount;
        std::string_view said;
    };
    const std::string folder = "/run/tenantry/platforms/lend/environments/tenant-1/production/";
    const MountRow rows[] = {
        {{.point = "/srv", .type = "bind", .device = {}, .root = "/etc"},
         "has a mount that is not published: /srv of type bind, from /etc"},
        {{.point = "/srv", .type = "bind", .device = {}, .root = folder + "images/x/../../../other"},
         "has a mount that is not published: /srv of type bind, from "},
        {{.point = "/srv", .type = "bind", .device = {}, .root = folder + "images/x", .writable = true},
         "can write: /srv of type bind, from "},
        {{.point = "/srv", .type = "bind", .device = {}, .root = folder + "images/x", .setuid = true},
         "has a mount without nosuid: /srv of type bind, from "},
        {{.point = "/srv", .type = "bind", .device = {}, .root = folder + "images/x", .spreads = true},
         "has a mount that is not private: /srv of type bind, from "},
        {{.point = "/run/tls", .type = "bind", .device = {}, .root = folder + "tls"},
         "has what is the load balancer's or a store's alone: /run/tls of type bind, from "},
        {{.point = "/run/x", .type = "bind", .device = {}, .root = folder + "services/api/hosts", .programs = true},
         "may run what is no program: /run/x of type bind, from "},
        {{.point = "/run/x", .type = "bind", .device = {}, .root = folder + "services/web/hosts"},
         "has a mount that is not published: /run/x of type bind, from "},
        {{.point = "/sys", .type = "sysfs", .device = {}, .root = {}},
         "has a mount that is not published: /sys of type sysfs"},
    };
    for (const MountRow& row : rows) {
        World world = boxed(lending(1));
        world.process(api).sandbox->mounts.push_back(row.mount);
        const Verdict verdict = verdict_of(world, Claim::run1);
        ASSERT_EQ(verdict.findings.size(), 1U) << told(verdict);
        EXPECT_TRUE(verdict.findings[0].summary.starts_with(fmt::format("{} {}", api, row.said))) << told(verdict);
    }
    World twice = boxed(lending(1));
    twice.process(api).sandbox->mounts.push_back(twice.process(api).sandbox->mounts[4]);
    expect_violated(twice, Claim::run1, api + " has two mounts at /proc.", "services.api");
    World gone = boxed(lending(1));
    gone.process(api).sandbox->mounts.pop_back();
    expect_violated(gone, Claim::run1, api + " has no mount at /etc/hosts.", "services.api");
}

TEST(Run1, NoticesTerminalsThatAreNotAsPublished) {
    struct TerminalRow {
        void (*edit)(Mount&);
        std::string_view said;
    };
    const TerminalRow rows[] = {
        {[](Mount& m) { m.bounded = false; }, "has memory or terminals without limits: /dev/pts of type devpts"},
        {[](Mount& m) { m.programs = true; }, "may run what is no program: /dev/pts of type devpts"},
        {[](Mount& m) { m.setuid = true; }, "has a mount without nosuid: /dev/pts of type devpts"},
        {[](Mount& m) { m.spreads = true; }, "has a mount that is not private: /dev/pts of type devpts"},
        {[](Mount& m) { m.point = "/tmp/pts"; }, "has a mount that is not published: /tmp/pts of type devpts"},
    };
    for (World (*const make)(World) : {boxed, observed})
        for (const TerminalRow& row : rows) {
            World world = make(lending(1));
            row.edit(*std::ranges::find(world.process(api).sandbox->mounts, "/dev/pts", &Mount::point));
            const Verdict verdict = verdict_of(world, Claim::run1);
            ASSERT_EQ(verdict.findings.size(), 1U) << told(verdict);
            EXPECT_TRUE(verdict.findings[0].summary.starts_with(fmt::format("{} {}", api, row.said))) << told(verdict);
        }
    World entry = boxed(lending(1));
    entry.facts.edges[0].sandbox->mounts.push_back(mount("/dev/pts", "devpts", "", true, {}));
    expect_violated(entry, Claim::run1,
                    "The machine's entry has a mount that is not published: /dev/pts of type devpts.", "hosts");
}

TEST(Run1, LooksAtTheEntryToo) {
    const Row rows[] = {
        {[](Sandbox& s) { s.capabilities.value[3] = 1U << 13; }, "has CAP_NET_RAW among its permitted capabilities"},
        {[](Sandbox& s) { s.uid.value = 0; }, "has the user id 0; 1048575 is its own"},
        {[](Sandbox& s) { s.groups.value = {27}; }, "is in further groups"},
        {[](Sandbox& s) { s.spaces[1].whose = SpaceFact::Whose::machine; }, "has another pid namespace than published"},
        {[](Sandbox& s) { s.spaces[0].whose = SpaceFact::Whose::own; }, "has another network namespace than published"},
        {[](Sandbox& s) { s.mounts.back().writable = true; },
         "has a mount that is not published: /run/tenantry/in of type bind, from /run/tenantry/in"},
        {[](Sandbox& s) { s.mounts.back().root = "/run/tenantry"; },
         "has a mount that is not published: /run/tenantry/in of type bind, from /run/tenantry"},
    };
    for (const Row& row : rows) {
        World world = boxed(lending(1));
        row.edit(*world.facts.edges[0].sandbox);
        expect_violated(world, Claim::run1, fmt::format("The machine's entry {}.", row.said), "hosts");
    }
    World silent = boxed(lending(1));
    silent.facts.edges[0].sandbox.reset();
    EXPECT_EQ(verdict_of(silent, Claim::run1).reason, "The sandbox of the machine's entry is not among the facts.");
}

TEST(Run1, LooksAtTheEntrysProcessToo) {
    expect_holds(observed(lending(2)), Claim::run1);
    const Row rows[] = {
        {[](Sandbox& s) { s.seccompMode.value = 0; }, "has no filter for system calls (seccomp mode 0)"},
        {[](Sandbox& s) { s.spaces[1].whose = SpaceFact::Whose::machine; }, "has another pid namespace than published"},
        {[](Sandbox& s) { s.mounts.back().root = "/"; },
         "has a mount that is not published: /run/tenantry/in of type tmpfs, from / of the file system 0:41"},
        {[](Sandbox& s) { s.mounts.back().root = "/platforms"; },
         "has a mount that is not published: /run/tenantry/in of type tmpfs, from /platforms of the file system 0:41"},
        {[](Sandbox& s) { s.mounts.back().writable = true; },
         "has a mount that is not published: /run/tenantry/in of type tmpfs, from /in of the file system 0:41"},
        {[](Sandbox& s) { std::erase_if(s.mounts, [](const Mount& one) { return one.point == "/proc/sys"; }); },
         "sees /proc/sys, which is to be hidden or read-only"},
    };
    for (const Row& row : rows) {
        World world = observed(lending(1));
        row.edit(*world.facts.edges[0].sandbox);
        expect_violated(world, Claim::run1, fmt::format("The machine's entry {}.", row.said), "hosts");
    }
    World wanted = observed(lending(1));
    wanted.facts.edges[0].sandbox = edge_sandbox(wanted);
    EXPECT_EQ(verdict_of(wanted, Claim::run1).reason, "The sandbox of the machine's entry is not among the facts.");
}

// A view of an image is a stranger's files; a root that was put together here is not.
TEST(Run1, ARootThatIsAnImagesHasNoRightsAndDevices) {
    const auto with_root = [](bool setuid, bool devices) {
        World world = observed(lending(1));
        Mount& root = world.process(api).sandbox->mounts.front();
        root.type = "overlay", root.device = "0:99", root.root = "/";
        root.setuid = setuid, root.devices = devices;
        return world;
    };
    expect_holds(with_root(false, false), Claim::run1);
    const std::string where = ": / of type overlay, from / of the file system 0:99.";
    expect_violated(with_root(true, false), Claim::run1, api + " has a mount without nosuid" + where, "services.api");
    expect_violated(with_root(false, true), Claim::run1, api + " has a mount without nodev" + where, "services.api");
}

TEST(Run1, IsUnknownWithoutALook) {
    World world = observed(lending(1));
    world.process(api).sandbox.reset();
    EXPECT_EQ(verdict_of(world, Claim::run1).answer, Answer::unknown);
    EXPECT_EQ(verdict_of(world, Claim::run1).reason, api + " was not observed.");
    World wanted = observed(lending(1));
    wanted.process(api).sandbox = published_sandbox(wanted, wanted.process_index(api).at);
    EXPECT_EQ(verdict_of(wanted, Claim::run1).reason, api + " was not observed.");
    World nobody = boxed(lending(1));
    nobody.facts.processes.clear();
    nobody.facts.proxies.clear();
    nobody.facts.sockets.clear();
    EXPECT_EQ(verdict_of(nobody, Claim::run1).reason, "No task of tenant-1/production is among the facts.");
}

TEST(Run2, NoticesIdsOfTheHostAndOfOthers) {
    expect_holds(boxed(lending(3)), Claim::run2);
    World host = boxed(lending(2));
    host.process(api).sandbox->gid.value = 33;
    expect_violated(host, Claim::run2,
                    "tenant-1/production/api-1 has the group id 33; ids below 1048576 are the machine's.",
                    "services.api");
    World shared = boxed(lending(2));
    shared.process(two + "/web-1").sandbox->groups.value = {shared.process(api).uid};
    expect_violated(shared, Claim::run2,
                    "tenant-2/production/web-1 has the group id 1114115, and so has tenant-1/production/api-1.",
                    "services.web");
    World text = lending(2);
    text.process(two + "/web-1").uid = text.process(api).uid;
    EXPECT_EQ(verdict_of(text, Claim::run2).answer, Answer::violated) << "without sandboxes too";
}

}  // namespace
}  // namespace tenantry::verify

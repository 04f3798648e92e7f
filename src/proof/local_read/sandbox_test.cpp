#include "sandbox.hpp"

#include <gtest/gtest.h>

#include <tenantry/local_read/local_read.hpp>
#include <tenantry/support/golden.hpp>

#include "local_read_test.hpp"

namespace tenantry::local_read {
namespace {

using verify::Space;
using verify::SpaceFact;

constexpr std::string_view config = "environments/globex/demo/tasks/app-1/config.json";
constexpr std::string_view observed = "environments/globex/demo/tasks/app-1/observed.json";

const verify::Process& app_of(const verify::Facts& facts) { return facts.processes[4]; }

// What the room `world` writes of a task, as the machine's side has it in its own golden file.
std::string seen() { return support::read_test_file("golden/world/observed.json"); }

std::string with(std::string text, std::string_view before, std::string_view after) {
    const std::size_t at = text.find(before);
    EXPECT_NE(at, std::string::npos) << before;
    return text.replace(at, before.size(), after);
}

TEST(Observed, CountsInThePlaceOfWhatWasWanted) {
    Files files;
    files.set(observed, seen());
    const verify::Facts facts = files.read();
    EXPECT_EQ(facts.source, verify::Source::live);
    EXPECT_TRUE(facts.notUnderstood.empty());
    const verify::Process& app = app_of(facts);
    EXPECT_EQ(app.uid, 1'048'592U) << "not the one of its config.json";
    const verify::Sandbox& sandbox = *app.sandbox;
    EXPECT_EQ(sandbox.source, verify::Source::live);
    EXPECT_EQ(sandbox.capabilities.value, (std::array<std::uint64_t, 5>{0x400, 0, 0, 0, 0}));
    EXPECT_EQ(sandbox.seccompMode.value, 2);
    EXPECT_EQ(sandbox.groups.value, std::vector<std::uint32_t>{7});
    EXPECT_EQ(sandbox.processes.value, 256U);
    EXPECT_FALSE(sandbox.memory.value);
    EXPECT_EQ(sandbox.coreLimit.value, 0U);
    EXPECT_FALSE(sandbox.calls.value) << "which calls a filter lets pass cannot be read back";
    const auto whose = [&](Space space) { return sandbox.spaces[static_cast<std::size_t>(space)].whose; };
    EXPECT_EQ(whose(Space::network), SpaceFact::Whose::joined);
    EXPECT_EQ(whose(Space::pid), SpaceFact::Whose::own);
    EXPECT_EQ(whose(Space::user), SpaceFact::Whose::machine);
    ASSERT_EQ(sandbox.mounts.size(), 2U);
    EXPECT_FALSE(sandbox.mounts[0].writable);
    EXPECT_TRUE(sandbox.mounts[1].writable && !sandbox.mounts[1].setuid && sandbox.mounts[1].devices);
    EXPECT_EQ(files.bytes(sandbox.uid.at), "1048592");
    EXPECT_EQ(facts.processes[0].sandbox->source, verify::Source::text) << "of the others nothing was observed";
}

TEST(Observed, IsTheMachinesWhereTheIdIs) {
    Files files;
    files.set(observed,
              with(with(seen(), "pid:[2]", "pid:[1]"), R"("pinnedNetwork": "net:[2]")", R"("pinnedNetwork": "")"));
    const verify::Facts facts = files.read();
    const auto& spaces = app_of(facts).sandbox->spaces;
    EXPECT_EQ(spaces[static_cast<std::size_t>(Space::pid)].whose, SpaceFact::Whose::machine);
    EXPECT_EQ(spaces[static_cast<std::size_t>(Space::network)].whose, SpaceFact::Whose::own);
}

TEST(Observed, SaysWhatItCannotRead) {
    struct Row {
        std::string_view before, after, said;
    };
    const Row rows[] = {
        {R"(  "version": 1,)", "", "TN0751"},
        {R"("uid": 1048592)", R"("uid": "x")", "TN0752"},
        {R"("bounding": "0000000000000400")", R"("bounding": "4g")", "TN0753"},
        {R"("noNewPrivileges": true)", R"("noNewPrivileges": 1)", "TN0752"},
        {R"("cgroup": "/)", R"("group": "/)", "TN0751"},
        {R"("pinnedNetwork": "net:[2]",)", "", "TN0751"},
        {R"("mounts": [)", R"("mounts": [ 7, )", "TN0752"},
        {"{", "", "TN0"},
    };
    for (const Row& row : rows) {
        Files files;
        files.set(observed, with(seen(), row.before, row.after));
        const auto diagnostics = files.diagnostics();
        ASSERT_FALSE(diagnostics.empty()) << row.before;
        EXPECT_TRUE(diagnostics[0].starts_with(row.said)) << diagnostics[0];
    }
    Files alone;
    alone.set("environments/globex/demo/tasks/gone-1/observed.json", seen());
    EXPECT_TRUE(
        alone.diagnostics().at(0).ends_with("The task `gone-1` was observed, and its folder has no config.json."));
}

TEST(Observed, SaysWhatItDoesNotUnderstand) {
    Files version, key, option;
    version.set(observed, with(seen(), R"("version": 1)", R"("version": 2)"));
    EXPECT_EQ(version.unclear().at(0), "globex/demo: Version 2 of observed.json is not known.");
    key.set(observed, with(seen(), R"("gid")", R"("apparmor": "x", "gid")"));
    EXPECT_EQ(key.unclear().at(0), "globex/demo: The key `apparmor` of observed.json is not known.");
    option.set(observed, with(seen(), R"("options": ["ro")", R"("options": ["idmapped", "ro")"));
    EXPECT_EQ(option.unclear().at(0), "globex/demo: What the mount option `idmapped` changes is not known.");
}

TEST(Wanted, ReadsRightsIdsNamespacesAndMounts) {
    Files files;
    files.replace(config, R"("user": {"uid": 200102, "gid": 200102})",
                  R"("user": {"uid": 200102, "gid": 200102, "additionalGids": [27]})");
    files.replace(config, R"("capabilities": {})",
                  R"("capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL"]}, "apparmorProfile": "x")");
    files.replace(config, R"("options": ["size=1m"])",
                  R"("options": ["size=1m", "nr_inodes=4", "nosuid", "shared", "ro"])");
    const verify::Facts facts = files.read();
    EXPECT_TRUE(facts.notUnderstood.empty());
    const verify::Sandbox& sandbox = *app_of(facts).sandbox;
    EXPECT_EQ(facts.source, verify::Source::text);
    EXPECT_EQ(sandbox.capabilities.value[0], 0x21U);
    EXPECT_EQ(sandbox.groups.value, std::vector<std::uint32_t>{27});
    EXPECT_FALSE(sandbox.coreLimit.value) << "none is set";
    EXPECT_FALSE(sandbox.calls.value) << "none is set";
    const verify::Mount& memory = sandbox.mounts.at(1);
    EXPECT_TRUE(memory.bounded && memory.spreads && !memory.setuid && !memory.writable && memory.programs);
    Files terminals;
    terminals.replace(config, R"("type": "tmpfs", "source": "tmpfs", "options": ["size=1m"])",
                      R"("type": "devpts", "source": "devpts", "options": ["newinstance", "ptmxmode=0666", "max=4"])");
    const verify::Facts read = terminals.read();
    EXPECT_TRUE(read.notUnderstood.empty());
    EXPECT_TRUE(app_of(read).sandbox->mounts.at(1).bounded);
    std::vector<std::string> others;
    for (const auto& other : sandbox.others) others.push_back(other.value);
    EXPECT_EQ(others, (std::vector<std::string>{"may use devices besides those that every container has",
                                                "has the setting process.apparmorProfile"}));
    EXPECT_EQ(files.bytes(sandbox.others[1].at), "\"apparmorProfile\"");
}

// The same words are read once, however many tasks have them.
TEST(Wanted, TasksShareProfiles) {
    Files files;
    EXPECT_LE(files.read().profiles.size(), files.read().processes.size());
    for (const std::string_view service : {"acme/production/tasks/web-1", "acme/production/tasks/api-1"})
        files.replace("environments/" + std::string(service) + "/config.json", R"("cgroupsPath")",
                      R"("seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"}, {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
  {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"},
   {"index": 1, "value": 15, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]},
  {"names": ["ptrace"], "action": "SCMP_ACT_TRACE"}], "listenerPath": "/x"}, "cgroupsPath")");
    const verify::Facts facts = files.read();
    std::vector<std::uint32_t> calls;
    for (const verify::Process& process : facts.processes)
        if (process.sandbox->calls.value) calls.push_back(process.sandbox->calls.value->at);
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[0], calls[1]);
    EXPECT_EQ(
        facts.profiles[calls[0]].lines,
        (std::vector<std::string>{"clone3 errno 38", "others errno 1", "ptrace SCMP_ACT_TRACE", "read allow",
                                  "setting listenerPath", "socket allow if 0 == 2 and 1 & 15 == 1", "write allow"}));
}

}  // namespace
}  // namespace tenantry::local_read

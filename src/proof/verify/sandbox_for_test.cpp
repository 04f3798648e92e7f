#include "sandbox_for_test.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "published.hpp"

namespace tenantry::verify::test {

Mount mount(std::string point, std::string type, std::string root, bool writable, Span at) {
    const bool terminals = type == "devpts", bounded = type == "tmpfs" || terminals;
    return {.point = std::move(point),
            .type = std::move(type),
            .device = {},
            .root = std::move(root),
            .writable = writable,
            .devices = terminals,
            .bounded = bounded,
            .at = at};
}

Index<Profile> profile(Facts& facts, const std::vector<std::string>& lines) {
    for (std::uint32_t i = 0; i < facts.profiles.size(); ++i)
        if (facts.profiles[i].lines == lines) return {i};
    facts.profiles.push_back({lines});
    return {static_cast<std::uint32_t>(facts.profiles.size() - 1)};
}

// Of the process at `at`, by what is declared of its task.
Sandbox published_sandbox(World& world, std::size_t at) {
    const Process& process = world.facts.processes[at];
    const EnvironmentFact& environment = world.facts.environments[process.owner->at];
    const std::string task = process.name.substr(environment.name.size() + 1);
    Sandbox sandbox;
    sandbox.at = world.next_span();
    sandbox.noNewPrivileges = {true, world.next_span()};
    sandbox.rootReadOnly = {true, world.next_span()};
    sandbox.coreLimit = {0, world.next_span()};
    sandbox.uid = {process.uid, world.next_span()};
    sandbox.gid = {process.uid, world.next_span()};
    sandbox.processes = {mostProcesses, world.next_span()};
    sandbox.memory = {std::uint64_t{1} << 27, world.next_span()};
    sandbox.calls = {profile(world.facts, published_calls()), world.next_span()};
    sandbox.masks = {profile(world.facts, published_masks()), world.next_span()};
    for (SpaceFact& space : sandbox.spaces) space.whose = SpaceFact::Whose::own;
    sandbox.spaces[static_cast<std::size_t>(Space::user)].whose = SpaceFact::Whose::machine;
    sandbox.spaces[static_cast<std::size_t>(Space::network)] = {SpaceFact::Whose::joined, "/net/" + process.name, {}};
    std::string group = environment.name;
    std::ranges::replace(group, '/', '+');
    sandbox.cgroup = {fmt::format("/tenantry/environments/lend+{}/{}", group, task), world.next_span()};
    for (const std::string_view point : memoryPoints)
        sandbox.mounts.push_back(mount(std::string(point), "tmpfs", "", true, world.next_span()));
    sandbox.mounts.push_back(mount("/proc", "proc", "", true, world.next_span()));
    sandbox.mounts.push_back(mount("/dev/pts", "devpts", "", true, world.next_span()));
    const auto bind = [&](std::string point, const std::string& path, bool writable) {
        sandbox.mounts.push_back(
            mount(std::move(point), "bind", environment.folder + path, writable, world.next_span()));
    };
    bind("/etc/hosts", "services/" + process.service + "/hosts", false);
    if (process.service == loadBalancerName) {
        bind("/run/tls", "tls", false);
        bind("/run/control", "control", true);
    }
    return sandbox;
}

// The same as the kernel has it: file systems by number, namespaces by id.
Sandbox observed_sandbox(World& world, std::size_t at) {
    const Process& process = world.facts.processes[at];
    const EnvironmentFact& environment = world.facts.environments[process.owner->at];
    Sandbox sandbox = published_sandbox(world, at);
    sandbox.source = Source::live;
    sandbox.calls = {};
    sandbox.masks = {};
    sandbox.seccompMode = {2, world.next_span()};
    sandbox.seccompFilters = 1;
    sandbox.machineProc = "0:20";
    std::size_t number = 1000 * (at + 1);
    for (std::size_t i = 0; i < spaceCount; ++i)
        if (static_cast<Space>(i) != Space::user)
            sandbox.spaces[i] = {SpaceFact::Whose::own,
                                 fmt::format("{}:[{}]", to_string(static_cast<Space>(i)), ++number), world.next_span()};
    sandbox.spaces[static_cast<std::size_t>(Space::network)].whose = SpaceFact::Whose::joined;
    for (Mount& row : sandbox.mounts) {
        if (row.type == "bind") {
            // Below /run/tenantry, which is one file system of the machine.
            row.type = "tmpfs";
            row.device = "0:41";
            row.root.erase(0, std::string_view("/run/tenantry").size());
        } else {
            row.device = fmt::format("0:{}", ++number);
            row.root = "/";
        }
    }
    const std::string proc = sandbox.mounts[4].device;
    const auto add = [&](std::string point, std::string type, std::string device, std::string root) {
        sandbox.mounts.push_back(mount(std::move(point), std::move(type), std::move(root), false, world.next_span()));
        sandbox.mounts.back().device = std::move(device);
    };
    const std::string task = process.name.substr(environment.name.size() + 1);
    add("/", "tmpfs", "0:41", environment.folder.substr(13) + "tasks/" + task + "/rootfs");
    add("/usr", "overlay", fmt::format("0:{}", 100 + process.owner->at), "/");
    for (const std::string_view point : maskedByAll)
        add(std::string(point), "proc", proc, std::string(point.substr(5)));
    // The kernel lists mounts as they were made: the root first.
    const auto root = std::ranges::find(sandbox.mounts, "/", &Mount::point);
    std::rotate(sandbox.mounts.begin(), root, root + 1);
    return sandbox;
}

namespace {

// A sandbox of the first process made the entry's, by what docs/local-files.md says of it.
Sandbox as_entry(World& world, Sandbox sandbox) {
    sandbox.uid.value = sandbox.gid.value = world.declared.edge->id;
    sandbox.spaces[static_cast<std::size_t>(Space::network)] = {};
    std::erase_if(sandbox.mounts,
                  [](const Mount& row) { return row.type == "bind" || row.type == "devpts" || row.device == "0:41"; });
    return sandbox;
}

}  // namespace

Sandbox edge_sandbox(World& world) {
    Sandbox sandbox = as_entry(world, published_sandbox(world, 0));
    sandbox.mounts.push_back(mount("/run/tenantry/in", "bind", "/run/tenantry/in", false, world.next_span()));
    return sandbox;
}
Sandbox observed_edge_sandbox(World& world) {
    Sandbox sandbox = as_entry(world, observed_sandbox(world, 0));
    for (const auto& [point, root] : {std::pair{"/", "/edge/rootfs"}, std::pair{"/run/tenantry/in", "/in"}}) {
        sandbox.mounts.push_back(mount(point, "tmpfs", root, false, world.next_span()));
        sandbox.mounts.back().device = "0:41";
    }
    return sandbox;
}

World observed(World world) {
    world.facts.source = Source::live;
    for (std::size_t i = 0; i < world.facts.processes.size(); ++i)
        world.facts.processes[i].sandbox = observed_sandbox(world, i);
    for (Edge& edge : world.facts.edges) edge.sandbox = observed_edge_sandbox(world);
    world.facts.listeners = {{"edge", "tcp", "127.0.0.1", Port{8443}, world.next_span()},
                             {"edge", "tcp", "127.0.0.1", Port{8080}, world.next_span()}};
    return world;
}

// With texts of every sandbox.
World boxed(World world) {
    for (Edge& edge : world.facts.edges) edge.sandbox = edge_sandbox(world);
    for (std::size_t i = 0; i < world.facts.processes.size(); ++i)
        world.facts.processes[i].sandbox = published_sandbox(world, i);
    return world;
}

}  // namespace tenantry::verify::test

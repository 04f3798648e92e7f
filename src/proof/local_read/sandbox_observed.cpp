// observed.json: what the kernel says of a task that runs (docs/local-files.md).

#include <charconv>

#include <fmt/format.h>

#include <tenantry/base/text.hpp>
#include <tenantry/local_read/codes.hpp>
#include <tenantry/syntax/json.hpp>

#include "sandbox.hpp"

namespace tenantry::local_read {
namespace {

using verify::Placed;
using verify::Sandbox;
using verify::SpaceFact;

void read_capabilities(const Scope& scope, const Object& root, Sandbox& sandbox) {
    const auto sets = root.object("capabilities", "the capabilities");
    if (!sets) return;
    sandbox.capabilities.at = sets->at();
    sets->expect_only({"bounding", "effective", "inheritable", "permitted", "ambient"});
    for (std::size_t i = 0; i < verify::capabilitySetCount; ++i) {
        const std::string_view key = to_string(static_cast<verify::CapabilitySet>(i));
        const auto text = sets->text(key);
        if (!text) continue;
        std::uint64_t& bits = sandbox.capabilities.value[i];
        const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), bits, 16);
        if (error != std::errc() || stop != text->data() + text->size())
            scope.wrong(code::malformedValue, sets->find(key)->at(),
                        fmt::format("The {} capabilities are no hexadecimal number.", key));
    }
}

void read_ids(const Object& root, Sandbox& sandbox) {
    const auto number = [&](std::string_view key, Placed<std::uint32_t>& to) {
        if (const auto value = root.number(key)) to = {*value, root.find(key)->at()};
    };
    number("uid", sandbox.uid);
    number("gid", sandbox.gid);
    const auto list = [&](std::string_view key, auto&& add) {
        const auto node = root.list(key);
        for (std::size_t i = 0; node && i < node->size(); ++i) add(as_number(node->item(i)).value_or(0), node->item(i));
    };
    sandbox.groups.at = root.find("groups") ? root.find("groups")->at() : sandbox.at;
    list("groups", [&](std::uint32_t id, const Node&) { sandbox.groups.value.push_back(id); });
    list("otherIds", [&](std::uint32_t id, const Node& node) {
        sandbox.others.push_back({fmt::format("has the id {} too", id), node.at()});
    });
}

void read_spaces(const Object& root, const std::optional<Object>& machine, Sandbox& sandbox) {
    const auto own = root.object("namespaces", "the namespaces");
    const auto machines = machine ? machine->object("namespaces", "the machine's namespaces") : std::nullopt;
    const auto pinned = root.text("pinnedNetwork");
    if (!own || !machines || !pinned) return;
    own->expect_only({"network", "pid", "mount", "ipc", "uts", "cgroup", "user"});
    machines->expect_only({"network", "pid", "mount", "ipc", "uts", "cgroup", "user"});
    for (std::size_t i = 0; i < verify::spaceCount; ++i) {
        const std::string_view key = to_string(static_cast<verify::Space>(i));
        const auto id = own->text(key), machineId = machines->text(key);
        if (!id || !machineId) continue;
        SpaceFact::Whose whose = SpaceFact::Whose::own;
        if (static_cast<verify::Space>(i) == verify::Space::network && id == pinned) whose = SpaceFact::Whose::joined;
        if (id == machineId) whose = SpaceFact::Whose::machine;
        sandbox.spaces[i] = {whose, std::string(*id), own->find(key)->at()};
    }
}

void read_mounts(const Scope& scope, const Object& root, Sandbox& sandbox) {
    const auto list = root.list("mounts");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto object = Object::of(scope, list->item(i), "the mount");
        if (!object) continue;
        object->expect_only({"point", "type", "device", "root", "options"});
        const auto point = object->text("point"), type = object->text("type"), device = object->text("device"),
                   inside = object->text("root");
        const auto options = object->list("options");
        if (!point || !type || !device || !inside || !options) continue;
        verify::Mount mount{.point = std::string(*point),
                            .type = std::string(*type),
                            .device = std::string(*device),
                            .root = std::string(*inside),
                            .writable = true,
                            .setuid = true,
                            .devices = true,
                            .programs = true,
                            .at = object->at()};
        read_mount_options(scope, *options, mount);
        sandbox.mounts.push_back(std::move(mount));
    }
}

// A number, or null: not limited.
void read_limit(const Object& root, std::string_view key, Placed<std::optional<std::uint64_t>>& to) {
    const auto node = root.need(key);
    if (!node) return;
    to = {as_large_number(*node), node->at()};
}

Sandbox read_sandbox(const Scope& scope, const Object& root, SourceId source) {
    Sandbox sandbox;
    sandbox.source = verify::Source::live;
    sandbox.at = start_of(source);
    read_ids(root, sandbox);
    read_capabilities(scope, root, sandbox);
    const auto flag = [&](std::string_view key, Placed<bool>& to) {
        if (const auto value = root.boolean(key)) to = {*value, root.find(key)->at()};
    };
    flag("noNewPrivileges", sandbox.noNewPrivileges);
    flag("rootReadOnly", sandbox.rootReadOnly);
    if (const auto seccomp = root.object("seccomp", "the seccomp state")) {
        seccomp->expect_only({"mode", "filters"});
        sandbox.seccompMode = {static_cast<int>(seccomp->number("mode").value_or(0)), seccomp->at()};
        sandbox.seccompFilters = static_cast<int>(seccomp->number("filters").value_or(0));
    }
    if (const auto limits = root.object("limits", "the limits")) {
        limits->expect_only({"core", "processes", "memory"});
        read_limit(*limits, "core", sandbox.coreLimit);
        read_limit(*limits, "processes", sandbox.processes);
        read_limit(*limits, "memory", sandbox.memory);
    }
    const auto machine = root.object("machine", "the machine");
    if (machine) {
        machine->expect_only({"namespaces", "proc"});
        sandbox.machineProc = machine->text("proc").value_or("");
    }
    read_spaces(root, machine, sandbox);
    if (const auto cgroup = root.text("cgroup")) sandbox.cgroup = {std::string(*cgroup), root.find("cgroup")->at()};
    read_mounts(scope, root, sandbox);
    return sandbox;
}

}  // namespace

std::optional<Sandbox> Sandboxes::read_observed(const Scope& scope, SourceId source) {
    std::optional<Sandbox> sandbox;
    read_seen(scope, source, "observed.json",
              {"version", "uid", "gid", "groups", "otherIds", "capabilities", "noNewPrivileges", "seccomp",
               "rootReadOnly", "limits", "namespaces", "pinnedNetwork", "machine", "cgroup", "mounts"},
              [&](const Object& root) { sandbox = read_sandbox(scope, root, source); });
    if (sandbox) reading_.facts.source = verify::Source::live;
    return sandbox;
}

}  // namespace tenantry::local_read

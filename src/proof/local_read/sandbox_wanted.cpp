#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "sandbox.hpp"

namespace tenantry::local_read {
namespace {

using verify::CapabilitySet;
using verify::Placed;
using verify::Sandbox;
using verify::Space;
using verify::SpaceFact;

std::optional<Node> find(const std::optional<Node>& node, std::string_view key) {
    return node ? node->find(key) : std::nullopt;
}

std::string_view text_in(const std::optional<Node>& node, std::string_view key) {
    const auto found = find(node, key);
    return found ? as_text(*found).value_or("") : std::string_view();
}

Span place(const std::optional<Node>& node, Span otherwise) { return node ? node->at() : otherwise; }

void read_capabilities(const Scope& scope, const std::optional<Node>& process, Sandbox& sandbox) {
    const auto sets = find(process, "capabilities");
    sandbox.capabilities.at = place(sets, sandbox.at);
    for (std::size_t i = 0; i < verify::capabilitySetCount; ++i) {
        const auto set = find(sets, to_string(static_cast<CapabilitySet>(i)));
        for (std::size_t j = 0; set && set->is_list() && j < set->size(); ++j) {
            const std::string_view name = as_text(set->item(j)).value_or("");
            if (const auto bit = verify::capability_from_string(name))
                sandbox.capabilities.value[i] |= std::uint64_t{1} << *bit;
            else
                scope.unclear(set->item(j).at(), fmt::format("Which capability `{}` is is not known.", name));
        }
    }
}

void read_user(const std::optional<Node>& process, Sandbox& sandbox) {
    const auto user = find(process, "user");
    const auto number = [&](std::string_view key, Placed<std::uint32_t>& to) {
        const auto node = find(user, key);
        to.at = place(node, place(user, sandbox.at));
        if (node) to.value = as_number(*node).value_or(0);
    };
    number("uid", sandbox.uid);
    number("gid", sandbox.gid);
    const auto groups = find(user, "additionalGids");
    sandbox.groups.at = place(groups, sandbox.gid.at);
    for (std::size_t i = 0; groups && groups->is_list() && i < groups->size(); ++i)
        sandbox.groups.value.push_back(as_number(groups->item(i)).value_or(0));
}

void read_limits(const std::optional<Node>& process, Sandbox& sandbox) {
    const auto limits = find(process, "rlimits");
    sandbox.coreLimit.at = place(limits, sandbox.at);
    for (std::size_t i = 0; limits && limits->is_list() && i < limits->size(); ++i) {
        if (text_in(limits->item(i), "type") != "RLIMIT_CORE") continue;
        sandbox.coreLimit.at = limits->item(i).at();
        if (const auto hard = limits->item(i).find("hard")) sandbox.coreLimit.value = as_large_number(*hard);
    }
}

// A mount namespace of its own is the least of what a task has of each kind; what stands there once more is the
// reader's of the network.
void read_spaces(const std::optional<Node>& linux, Sandbox& sandbox) {
    const auto list = find(linux, "namespaces");
    for (SpaceFact& fact : sandbox.spaces) fact.at = place(list, sandbox.at);
    for (std::size_t i = 0; list && list->is_list() && i < list->size(); ++i) {
        const auto space = verify::space_from_string(text_in(list->item(i), "type"));
        if (!space) continue;
        const std::string_view path = text_in(list->item(i), "path");
        sandbox.spaces[static_cast<std::size_t>(*space)] = {
            path.empty() ? SpaceFact::Whose::own : SpaceFact::Whose::joined, std::string(path), list->item(i).at()};
    }
}

void read_mounts(const Scope& scope, const Object& root, Sandbox& sandbox) {
    const auto mounts = root.find("mounts");
    for (std::size_t i = 0; mounts && mounts->is_list() && i < mounts->size(); ++i) {
        const Node node = mounts->item(i);
        if (const auto object = Object::of(scope, node, "the mount"))
            object->expect_only({"destination", "type", "source", "options"});
        verify::Mount mount{.point = std::string(text_in(node, "destination")),
                            .type = std::string(text_in(node, "type")),
                            .device = {},
                            .root = {},
                            .writable = true,
                            .setuid = true,
                            .devices = true,
                            .programs = true,
                            .at = node.at()};
        if (const auto options = node.find("options")) read_mount_options(scope, *options, mount);
        if (mount.type == "bind" || mount.type == "none") {
            mount.type = "bind";
            mount.root = text_in(node, "source");
        }
        sandbox.mounts.push_back(std::move(mount));
    }
}

bool denies_all(const Node& devices) {
    if (!devices.is_list() || devices.size() == 0) return false;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const auto allow = devices.item(i).find("allow");
        if (!allow || as_bool(*allow) != false) return false;
    }
    const Node first = devices.item(0);
    const bool all = !first.find("type") && !first.find("major") && !first.find("minor");
    return all && text_in(first, "access") == "rwm";
}

void read_resources(const std::optional<Node>& linux, Sandbox& sandbox) {
    const auto resources = find(linux, "resources");
    const auto limit = [&](std::string_view what, Placed<std::optional<std::uint64_t>>& to) {
        const auto number = find(find(resources, what), "limit");
        to.at = place(number, place(resources, sandbox.at));
        if (number) to.value = as_large_number(*number);
    };
    limit("pids", sandbox.processes);
    limit("memory", sandbox.memory);
    const auto devices = find(resources, "devices");
    if (!devices || !denies_all(*devices))
        sandbox.others.push_back(
            {"may use devices besides those that every container has", place(devices, sandbox.at)});
}

// Settings that widen what a task may do, and that nothing else here speaks of.
void read_others(const Object& root, const std::optional<Node>& process, const std::optional<Node>& linux,
                 Sandbox& sandbox) {
    if (const auto made = find(linux, "devices"); made && made->size() > 0)
        sandbox.others.push_back({"gets devices of the machine", made->at()});
    if (const auto propagation = find(linux, "rootfsPropagation");
        propagation && as_text(*propagation) != "private" && as_text(*propagation) != "rprivate")
        sandbox.others.push_back({"has mounts that are not private", propagation->at()});
    if (const auto sysctls = find(linux, "sysctl"); sysctls && sysctls->size() > 0)
        sandbox.others.push_back({"changes settings of the kernel", sysctls->at()});
    static constexpr std::array known{"terminal", "user",        "args",           "env", "cwd", "capabilities",
                                      "rlimits",  "oomScoreAdj", "noNewPrivileges"};
    for (std::size_t i = 0; process && process->is_map() && i < process->size(); ++i)
        if (const syntax::Entry entry = process->entry(i); std::ranges::find(known, entry.key) == known.end())
            sandbox.others.push_back({fmt::format("has the setting process.{}", entry.key), entry.keyAt});
    if (!root.find("root")) sandbox.others.push_back({"has no root of its own", sandbox.at});
}

std::vector<std::string> mask_lines(const std::optional<Node>& masked, const std::optional<Node>& readonly) {
    std::vector<std::string> lines;
    const auto add = [&](const std::optional<Node>& list, std::string_view what) {
        for (std::size_t i = 0; list && list->is_list() && i < list->size(); ++i)
            lines.push_back(fmt::format("{} {}", what, list->item(i).text()));
    };
    add(masked, "hidden");
    add(readonly, "read-only");
    std::ranges::sort(lines);
    lines.erase(std::ranges::unique(lines).begin(), lines.end());
    return lines;
}

}  // namespace

void read_mount_options(const Scope& scope, const Node& options, verify::Mount& mount) {
    // What is there twice counts as it stands last (mount(8)).
    bool size = false, files = false, terminals = false;
    for (std::size_t i = 0; options.is_list() && i < options.size(); ++i) {
        const std::string_view option = as_text(options.item(i)).value_or("");
        // Every mount of devpts is a new instance (Linux 4.7).
        static constexpr std::array harmless{"private",    "rprivate",    "relatime",    "noatime",
                                             "nodiratime", "strictatime", "nosymfollow", "newinstance"};
        static constexpr std::array spreading{"shared", "rshared", "slave", "rslave"};
        static constexpr std::array values{"mode=", "uid=", "gid=", "ptmxmode="};
        const bool isValue = std::ranges::any_of(values, [&](const char* key) { return option.starts_with(key); });
        if (option == "ro" || option == "rw")
            mount.writable = option == "rw";
        else if (option == "nosuid" || option == "suid")
            mount.setuid = option == "suid";
        else if (option == "nodev" || option == "dev")
            mount.devices = option == "dev";
        else if (option == "noexec" || option == "exec")
            mount.programs = option == "exec";
        else if (option == "bind" || option == "rbind")
            mount.type = "bind";
        else if (std::ranges::find(spreading, option) != spreading.end())
            mount.spreads = true;
        else if (option.starts_with("size="))
            size = true, mount.blank = option == "size=0k";
        else if (option.starts_with("nr_inodes="))
            files = true;
        else if (option.starts_with("max="))
            terminals = true;
        else if (!isValue && std::ranges::find(harmless, option) == harmless.end())
            scope.unclear(options.item(i).at(),
                          fmt::format("What the mount option `{}` changes is not known.", option));
    }
    mount.bounded = mount.type == "devpts" ? terminals : size && files;
}

auto Sandboxes::add(std::vector<std::string> lines) -> ProfileIndex {
    reading_.facts.profiles.push_back({std::move(lines)});
    return {static_cast<std::uint32_t>(reading_.facts.profiles.size() - 1)};
}

template <class Lines>
auto Sandboxes::profile_of(std::string_view bytes, const Lines& lines) -> ProfileIndex {
    const auto found = known_.find(bytes);
    if (found != known_.end()) return found->second;
    return known_.emplace(bytes, add(lines())).first->second;
}

verify::Sandbox Sandboxes::read_wanted(const Scope& scope, const Object& root) {
    Sandbox sandbox;
    sandbox.at = root.find("process") ? root.find("process")->at() : start_of(root.at().source);
    const std::optional<Node> process = root.find("process"), linux = root.find("linux"), own = root.find("root");
    read_capabilities(scope, process, sandbox);
    const auto flag = [&](const std::optional<Node>& node, Placed<bool>& to) {
        to.at = place(node, sandbox.at);
        to.value = node && as_bool(*node).value_or(false);
    };
    flag(find(process, "noNewPrivileges"), sandbox.noNewPrivileges);
    flag(find(own, "readonly"), sandbox.rootReadOnly);
    read_user(process, sandbox);
    read_limits(process, sandbox);
    read_spaces(linux, sandbox);
    read_mounts(scope, root, sandbox);
    read_resources(linux, sandbox);
    read_others(root, process, linux, sandbox);
    const auto cgroup = find(linux, "cgroupsPath");
    sandbox.cgroup = {std::string(text_in(linux, "cgroupsPath")), place(cgroup, sandbox.at)};
    if (const auto seccomp = find(linux, "seccomp"))
        sandbox.calls = {profile_of(reading_.sources.text(seccomp->at()), [&] { return seccomp_lines(*seccomp); }),
                         seccomp->at()};
    else
        sandbox.calls.at = sandbox.at;
    const auto masked = find(linux, "maskedPaths"), readonly = find(linux, "readonlyPaths");
    const auto first = masked ? masked : readonly;
    if (masked && readonly && masked->at().source == readonly->at().source && masked->at().end < readonly->at().begin) {
        const Span both{masked->at().source, masked->at().begin, readonly->at().end};
        sandbox.masks = {profile_of(reading_.sources.text(both), [&] { return mask_lines(masked, readonly); }),
                         masked->at()};
    } else {
        sandbox.masks = {add(mask_lines(masked, readonly)), place(first, sandbox.at)};
    }
    return sandbox;
}

}  // namespace tenantry::local_read

#include "tasks.hpp"

#include <fmt/format.h>

#include <tenantry/local_read/codes.hpp>
#include <tenantry/syntax/json.hpp>

#include "hosts.hpp"
#include "mounts.hpp"
#include "oci.hpp"

namespace tenantry::local_read {

void Tasks::read(const Scope& scope, std::string_view task, SourceId source, std::optional<SourceId> observed) {
    const auto tree = syntax::parse_json(reading_.sources, source, {}, reading_.diagnostics);
    if (!tree) return;
    const auto root = Object::of(scope, Node::root(*tree), "the runtime configuration");
    if (!root) return;
    check_configuration(scope, *root);
    const auto annotations = root->find("annotations") ? root->object("annotations", "the annotations") : std::nullopt;
    const auto process = root->object("process", "the process");
    const auto user = process ? process->object("user", "the user") : std::nullopt;
    const auto service = annotations ? annotations->text("tenantry.service") : std::nullopt;
    const auto uid = user ? user->number("uid") : std::nullopt;
    if (!service || !uid) return;
    read_owner(scope, *annotations);

    verify::Process fact;
    fact.name = fmt::format("{}/{}", reading_.facts.environments[scope.owner->at].name, task);
    fact.service = *service;
    fact.owner = scope.owner;
    fact.uid = *uid;
    fact.at = annotations->find("tenantry.service")->at();
    fact.device = read_device(scope, *root, fact.name, fact.at);
    fact.hosts = read_hosts_file(scope, *root);
    // What was observed counts: the text is what was wanted then.
    fact.sandbox = observed ? sandboxes_.read_observed(scope, *observed) : sandboxes_.read_wanted(scope, *root);
    if (observed && fact.sandbox) fact.uid = fact.sandbox->uid.value;
    const Index<verify::Process> index{static_cast<std::uint32_t>(reading_.facts.processes.size())};
    byName_.emplace(fact.name, index);
    reading_.facts.processes.push_back(std::move(fact));
    // With the image's own entry point the first argument is no program.
    if (!annotations->find("tenantry.entrypoint")) read_program(scope, *root, *process, index);
}

void Tasks::read_edge(const Scope& scope, SourceId source, std::optional<SourceId> observed) {
    const auto tree = syntax::parse_json(reading_.sources, source, {}, reading_.diagnostics);
    if (!tree) return;
    const auto root = Object::of(scope, Node::root(*tree), "the runtime configuration");
    if (!root) return;
    check_configuration(scope, *root, false);
    const auto sandbox = observed ? sandboxes_.read_observed(scope, *observed) : sandboxes_.read_wanted(scope, *root);
    for (verify::Edge& edge : reading_.facts.edges) edge.sandbox = sandbox;
}

void Tasks::read_owner(const Scope& scope, const Object& annotations) {
    const auto environment = annotations.text("tenantry.environment");
    const std::string& folder = reading_.facts.environments[scope.owner->at].name;
    if (environment && *environment != folder)
        scope.everybody().unclear(
            annotations.find("tenantry.environment")->at(),
            fmt::format("A task in the folder of `{}` says that it belongs to `{}`.", folder, *environment));
}

Index<verify::Device> Tasks::read_device(const Scope& scope, const Object& root, const std::string& name, Span& at) {
    const NetworkNamespace space = read_network_namespace(scope, root);
    if (space.at) at = *space.at;
    switch (space.kind) {
        case NetworkNamespace::Kind::host:
            return shared_device("host", at);
        case NetworkNamespace::Kind::fresh:
            return add_device(name + " (a new namespace)", scope.owner, at);
        case NetworkNamespace::Kind::path:
            break;
    }
    if (const auto device = networks_.at_path(space.path)) return *device;
    scope.everybody().unclear(
        at,
        fmt::format("The task `{}` is in the network namespace `{}`, which no network.json has.", name, space.path));
    return shared_device(space.path, at);
}

Index<verify::Device> Tasks::add_device(std::string name, verify::Owner owner, Span at) {
    const Index<verify::Device> index{static_cast<std::uint32_t>(reading_.facts.devices.size())};
    reading_.facts.devices.push_back({std::move(name), owner, false, {}, {}, {}, at});
    return index;
}

Index<verify::Device> Tasks::shared_device(const std::string& name, Span at) {
    const auto found = sharedDevices_.find(name);
    if (found != sharedDevices_.end()) return found->second;
    const auto device = add_device(name, std::nullopt, at);
    sharedDevices_.emplace(name, device);
    return device;
}

std::vector<verify::HostEntry> Tasks::read_hosts_file(const Scope& scope, const Object& root) {
    const auto source = mounted_text(scope, root, "/etc/hosts");
    if (!source) return {};
    const auto found = hosts_.find(*source);
    if (found != hosts_.end()) return found->second;
    return hosts_.emplace(*source, read_hosts(scope, *source)).first->second;
}

void Tasks::read_program(const Scope& scope, const Object& root, const Object& process, Index<verify::Process> index) {
    const auto program = read_proxy_program(scope, process);
    if (!program) return;
    if (const auto source = mounted_text(scope, root, program->configuration))
        proxies_.push_back({scope, index, program->haproxy, *source});
}

}  // namespace tenantry::local_read

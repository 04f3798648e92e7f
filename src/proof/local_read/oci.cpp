#include "oci.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sysctls.hpp"

namespace tenantry::local_read {
namespace {

// With one of these a task can leave its namespaces, change what is in them, or send with another's address.
constexpr std::array strongCapabilities{"CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
                                        "CAP_NET_ADMIN", "CAP_NET_RAW",    "CAP_BPF",        "CAP_DAC_READ_SEARCH"};

void check_capabilities(const Scope& scope, const Node& sets) {
    for (std::size_t i = 0; i < sets.size() && sets.is_map(); ++i) {
        const Node set = sets.entry(i).value;
        for (std::size_t j = 0; j < set.size() && set.is_list(); ++j)
            if (std::ranges::find(strongCapabilities, set.item(j).text()) != strongCapabilities.end())
                scope.unclear(set.item(j).at(),
                              fmt::format("With {} a task can change the network that it is in.", set.item(j).text()));
    }
}

void check_namespaces(const Scope& scope, const Node& list) {
    // A user namespace would make the uid another one outside; the others do not touch the network.
    static constexpr std::array known{"pid", "network", "mount", "ipc", "uts", "cgroup"};
    for (std::size_t i = 0; i < list.size() && list.is_list(); ++i) {
        const auto space = Object::of(scope, list.item(i), "the namespace entry");
        const auto type = space ? space->text("type") : std::nullopt;
        if (!type) continue;
        space->expect_only({"type", "path"});
        if (std::ranges::find(known, *type) == known.end())
            scope.unclear(space->find("type")->at(), fmt::format("What a namespace `{}` changes is not known.", *type));
        else if (*type != "network" && space->find("path"))
            scope.unclear(space->find("path")->at(), fmt::format("The task shares a namespace `{}`.", *type));
    }
}

void check_sysctls(const Scope& scope, const Node& sysctls) {
    for (std::size_t i = 0; i < sysctls.size() && sysctls.is_map(); ++i) {
        const syntax::Entry entry = sysctls.entry(i);
        if (!is_irrelevant_sysctl(entry.key) && entry.key.starts_with("net"))
            scope.unclear(entry.keyAt, fmt::format("What the sysctl `{}` changes is not known.", entry.key));
    }
}

// `JWT_KEY=jwt_key`: what the task reads in its own folder of secrets anyway, and nothing that lies elsewhere.
void check_variables(const Scope& scope, const Node& variables) {
    std::string_view words = as_text(variables).value_or("");
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find(' '));
        const std::size_t equals = word.find('=');
        const std::string_view file = equals == std::string_view::npos ? "" : word.substr(equals + 1);
        if (equals == 0 || file.empty() || file.starts_with('.') || file.find('/') != std::string_view::npos)
            return scope.unclear(variables.at(),
                                 fmt::format("Which secret the variable `{}` gets is not known.", word));
        words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
}

}  // namespace

void check_configuration(const Scope& scope, const Object& root, bool isTask) {
    root.expect_only({"ociVersion", "root", "process", "hostname", "mounts", "linux", "annotations"});
    if (const auto process = root.find("process"))
        if (const auto capabilities = process->find("capabilities")) check_capabilities(scope, *capabilities);
    // Others could be for the runtime itself (`run.oci.*` of crun). The entry has none.
    const bool annotated = isTask || root.find("annotations");
    if (const auto annotations = annotated ? root.object("annotations", "the annotations") : std::nullopt) {
        annotations->expect_only({"tenantry.environment", "tenantry.service", "tenantry.image", "tenantry.entrypoint",
                                  "tenantry.variables", "org.opencontainers.image.stopSignal"});
        if (const auto variables = annotations->find("tenantry.variables")) check_variables(scope, *variables);
    }
    const auto linux = root.object("linux", "the Linux part");
    if (!linux) return;
    // What they say of the sandbox is read apart (sandbox_wanted.cpp).
    linux->expect_only({"namespaces", "resources", "cgroupsPath", "seccomp", "maskedPaths", "readonlyPaths",
                        "rootfsPropagation", "devices", "uidMappings", "gidMappings", "sysctl", "personality"});
    for (const std::string_view key : {"uidMappings", "gidMappings"})
        if (const auto mappings = linux->find(key); mappings && mappings->size() > 0)
            scope.unclear(mappings->at(), "Which uids the task has outside of its namespace is not known.");
    if (const auto namespaces = linux->list("namespaces")) check_namespaces(scope, *namespaces);
    if (const auto sysctls = linux->find("sysctl")) check_sysctls(scope, *sysctls);
}

NetworkNamespace read_network_namespace(const Scope& scope, const Object& root) {
    NetworkNamespace result;
    const auto linux = root.find("linux");
    const auto list = linux ? linux->find("namespaces") : std::nullopt;
    if (!list || !list->is_list()) return result;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Node entry = list->item(i);
        const auto type = entry.find("type");
        if (!type || as_text(*type) != "network") continue;
        if (result.at) {
            scope.everybody().unclear(entry.at(), "A task has two network namespaces.");
            continue;
        }
        const auto path = entry.find("path");
        result.at = path ? path->at() : entry.at();
        result.path = path ? as_text(*path).value_or("") : "";
        // crun and runc take an empty path for none.
        result.kind = result.path.empty() ? NetworkNamespace::Kind::fresh : NetworkNamespace::Kind::path;
    }
    return result;
}

std::optional<ProxyProgram> read_proxy_program(const Scope& scope, const Object& process) {
    const auto args = process.list("args");
    if (!args || args->size() == 0) return std::nullopt;
    const std::string_view path = as_text(args->item(0)).value_or("");
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (name != "haproxy" && name != "nginx") return std::nullopt;
    // Below /app lies the image's own program: a service's code, whatever it is called, of which nothing is said.
    if (path.starts_with("/app/")) return std::nullopt;
    ProxyProgram program{name == "haproxy", {}};
    const std::string_view flag = program.haproxy ? "-f" : "-c";
    // How the program runs, not what it does: in the foreground, supervised, without words.
    static constexpr std::array irrelevant{"-db", "-W", "-Ws", "-q"};
    for (std::size_t i = 1; i < args->size(); ++i) {
        const std::string_view argument = as_text(args->item(i)).value_or("");
        if (argument == flag && i + 1 < args->size() && program.configuration.empty())
            program.configuration = as_text(args->item(++i)).value_or("");
        else if (std::ranges::find(irrelevant, argument) == irrelevant.end())
            scope.unclear(args->item(i).at(), fmt::format("What `{}` changes for {} is not known.", argument, name));
    }
    if (!program.configuration.empty()) return program;
    scope.unclear(args->at(), fmt::format("Which configuration {} reads is not said.", name));
    return std::nullopt;
}

}  // namespace tenantry::local_read

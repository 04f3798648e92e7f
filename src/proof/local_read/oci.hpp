#pragma once

// What an OCI runtime configuration (1.0.2) says that claims on text depend on.

#include <optional>
#include <string>

#include "json_fields.hpp"

namespace tenantry::local_read {

/// Where `linux.namespaces` puts the network of a task.
struct NetworkNamespace {
    enum class Kind { host, fresh, path };
    Kind kind = Kind::host;
    std::string path;        ///< of Kind::path
    std::optional<Span> at;  ///< its entry; nothing where there is none
};
NetworkNamespace read_network_namespace(const Scope& scope, const Object& root);

/// Reports what could move a task out of its namespaces or change them: hooks, settings that are not known,
/// capabilities over the network or other processes.
void check_configuration(const Scope& scope, const Object& root, bool isTask = true);

/// A process that is a proxy by the name of its program, and the file inside the task that configures it.
struct ProxyProgram {
    bool haproxy = false;
    std::string configuration;
};
std::optional<ProxyProgram> read_proxy_program(const Scope& scope, const Object& process);

}  // namespace tenantry::local_read

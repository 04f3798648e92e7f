#pragma once

// config.json of every task: who the process is, which network namespace it is really in, and which of our files it
// sees. Proxies among them are read from their configuration.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "json_fields.hpp"
#include "network.hpp"
#include "reading.hpp"
#include "sandbox.hpp"

namespace tenantry::local_read {

/// A process that is a proxy, and where its configuration stands.
struct ProxyTask {
    Scope scope;
    Index<verify::Process> process;
    bool haproxy = false;  ///< else nginx
    SourceId configuration;
};

class Tasks {
  public:
    Tasks(Reading& reading, const Networks& networks) : reading_(reading), networks_(networks), sandboxes_(reading) {}

    /// Reads the config.json of the task with this name of the environment that `scope` speaks for, and what was
    /// observed of it.
    void read(const Scope& scope, std::string_view task, SourceId source, std::optional<SourceId> observed);

    /// Reads the config.json of the machine's entry, after its nginx.conf, and what was observed of it: its sandbox.
    void read_edge(const Scope& scope, SourceId source, std::optional<SourceId> observed);

    [[nodiscard]] const std::vector<ProxyTask>& proxies() const { return proxies_; }
    /// By name: `acme/production/api-1`.
    [[nodiscard]] const std::map<std::string, Index<verify::Process>, std::less<>>& processes() const {
        return byName_;
    }

  private:
    void read_owner(const Scope& scope, const Object& annotations);
    Index<verify::Device> read_device(const Scope& scope, const Object& root, const std::string& name, Span& at);
    Index<verify::Device> add_device(std::string name, verify::Owner owner, Span at);
    Index<verify::Device> shared_device(const std::string& name, Span at);
    std::vector<verify::HostEntry> read_hosts_file(const Scope& scope, const Object& root);
    void read_program(const Scope& scope, const Object& root, const Object& process, Index<verify::Process> index);

    Reading& reading_;
    const Networks& networks_;
    Sandboxes sandboxes_;
    std::map<std::string, Index<verify::Process>, std::less<>> byName_;
    std::map<std::string, Index<verify::Device>, std::less<>> sharedDevices_;  ///< the host's, and paths of nobody
    std::map<SourceId, std::vector<verify::HostEntry>> hosts_;
    std::vector<ProxyTask> proxies_;
};

}  // namespace tenantry::local_read

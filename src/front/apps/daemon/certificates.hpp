#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include <tenantry/engine/runner.hpp>
#include <tenantry/host/crun_containers.hpp>
#include <tenantry/host/host_files.hpp>
#include <tenantry/wire/messages.hpp>

namespace tenantry::daemon {

/// Looks at the certificates of all environments that run, when it begins and every hour: one that ends soon is
/// replaced, first in its file, and each load balancer that serves another one than its file has is given that, without
/// a restart. So whoever is killed in between finds what is left to do.
class CertificateKeeper {
  public:
    using Log = std::function<void(const std::string&)>;
    CertificateKeeper(engine::Runner& runner, host::HostFiles& files, host::CrunContainers& containers, Log log);

    [[nodiscard]] Result<wire::Certificates> list(const std::string& platform) const;
    /// Now, however long it lives still; it is served when this returns. An error where the placement does not run.
    Result<void> renew(const world::Placement& placement, const std::string& by);

  private:
    void keep(const std::stop_token& stop);
    void look_at_all();
    Result<void> look(const world::Placement& placement, bool anew, const std::string& by);
    Result<void> look(const world::EnvironmentSpec& spec, bool anew, const std::string& by);

    engine::Runner& runner_;
    host::HostFiles& files_;
    host::CrunContainers& containers_;
    Log log_;
    std::mutex looking_;  // one at a time speaks to load balancers
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace tenantry::daemon

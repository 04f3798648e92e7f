#pragma once

// The daemon's endpoints on its unix socket. Only root and the group `tenantry` are heard.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/wire/messages.hpp>

namespace tenantry::api {

/// Who asks, as the kernel says (SO_PEERCRED of unix(7)).
struct Caller {
    unsigned uid = 0;
    int pid = 0;
    [[nodiscard]] std::string str() const;  ///< `uid 0`
};

/// What the daemon does for a caller. Called from several threads at once.
class Service {
  public:
    virtual ~Service() = default;
    virtual wire::Answer up(const wire::UpRequest& request, const Caller& caller) = 0;
    virtual wire::Answer down(const wire::DownRequest& request, const Caller& caller) = 0;
    virtual world::Status status(std::uint64_t after, std::chrono::milliseconds wait) = 0;
    virtual wire::ImageAnswer store_image(const std::vector<wire::ImageFile>& files) = 0;
    virtual bool has_image(const std::string& digest) = 0;
    virtual wire::Applied applied(const std::string& platform) = 0;
    virtual wire::Observed observe(const world::Placement& placement) = 0;
    virtual wire::Observed observe_machine() = 0;
    virtual wire::Logs logs(const world::Placement& placement, const std::string& task,
                            const wire::LogsWanted& wanted) = 0;
    virtual wire::Logs logs_behind(const world::Placement& placement, const std::string& task,
                                   const std::string& place) = 0;
    virtual wire::Usage usage() = 0;
    virtual wire::Events events(std::uint64_t after, std::chrono::milliseconds wait) = 0;
    virtual wire::ExecAnswer exec(const wire::ExecRequest& request, const Caller& caller) = 0;
    virtual wire::ProbeAnswer probe(const wire::ProbeRequest& request) = 0;
    virtual wire::Authority authority() = 0;
    virtual wire::Secrets secrets(const std::string& platform) = 0;
    virtual wire::SecretAnswer set_secret(const world::Placement& placement, const std::string& name,
                                          const std::string& value, const Caller& caller) = 0;
    virtual wire::RotateAnswer rotate(const wire::RotateRequest& request, const Caller& caller) = 0;
    virtual wire::Certificates certificates(const std::string& platform) = 0;
    virtual wire::Answer renew_certificates(const wire::RenewRequest& request, const Caller& caller) = 0;
    virtual wire::JobAnswer run_job(const wire::JobRequest& request, const Caller& caller) = 0;
};

class Server {
  public:
    /// Listens at `path` (mode 0660, group `tenantry` where there is one), in place of a socket that nobody serves.
    static Result<std::unique_ptr<Server>> listen(const std::string& path, Service& service);
    virtual ~Server() = default;  ///< ends all connections
};

}  // namespace tenantry::api

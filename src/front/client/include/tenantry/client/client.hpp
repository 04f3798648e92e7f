#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <tenantry/base/error.hpp>
#include <tenantry/wire/messages.hpp>

namespace tenantry::client {

/// The daemon's endpoints, typed. One connection; not for several threads. An error says what the daemon refused, or
/// that nobody answers and what to do.
class Client {
  public:
    static Result<Client> connect(const std::string& path = wire::socketPath);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    Result<wire::Answer> up(const wire::UpRequest& request);
    Result<wire::Answer> down(const wire::DownRequest& request);
    /// Once the status has another version than `after`, or `wait` is over (10 s at most).
    Result<world::Status> status(std::uint64_t after = 0, std::chrono::milliseconds wait = {});
    Result<bool> has_image(const std::string& digest);
    /// The digest of the image, as the daemon counts it.
    Result<std::string> store_image(const std::vector<wire::ImageFile>& files);
    Result<wire::Applied> applied(const std::string& platform);
    Result<wire::Observed> observe(const world::Placement& placement);
    Result<wire::Observed> observe_machine();
    Result<wire::Logs> logs(const world::Placement& placement, const std::string& task, const wire::LogsWanted& wanted);
    /// What is written behind a place, once there is something or a second is over.
    Result<wire::Logs> logs_behind(const world::Placement& placement, const std::string& task,
                                   const std::string& place);
    Result<world::Usage> usage();
    /// What happened behind a number, once there is something or `wait` is over (10 s at most).
    Result<wire::Events> events(std::uint64_t after, std::chrono::milliseconds wait);
    Result<wire::ExecAnswer> exec(const wire::ExecRequest& request);
    Result<wire::ProbeAnswer> probe(const wire::ProbeRequest& request);
    Result<wire::Authority> authority();
    Result<wire::Secrets> secrets(const std::string& platform);
    Result<wire::SecretAnswer> set_secret(const world::Placement& placement, const std::string& name,
                                          const std::string& value);
    Result<wire::RotateAnswer> rotate(const wire::RotateRequest& request);
    Result<wire::Certificates> certificates(const std::string& platform);
    Result<wire::Answer> renew_certificates(const wire::RenewRequest& request);
    Result<wire::JobAnswer> run_job(const wire::JobRequest& request);

  private:
    class Connection;
    explicit Client(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

}  // namespace tenantry::client

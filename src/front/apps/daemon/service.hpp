#pragma once

#include <atomic>
#include <mutex>

#include <tenantry/api/server.hpp>
#include <tenantry/engine/runner.hpp>
#include <tenantry/host/authority.hpp>
#include <tenantry/host/crun_containers.hpp>
#include <tenantry/host/image_store.hpp>
#include <tenantry/host/namespace_probe.hpp>
#include <tenantry/host/oci_images.hpp>

#include "certificates.hpp"
#include "edge.hpp"
#include "platforms.hpp"
#include "secrets.hpp"

namespace tenantry::daemon {

/// What is called around each command of the engine: nothing, but in the program of the tests that end at one.
engine::Hook hook();
/// How far the clock by which jobs run is ahead of the machine's: not at all, but in that program.
std::chrono::seconds clock_ahead();
/// How often the CPU of services with a range is looked at; that of tests can be told.
engine::ScalePace scale_pace();

/// What callers may ask of this machine. Everything must outlive it.
class MachineService final : public api::Service {
  public:
    struct Parts {
        engine::Runner& runner;
        Platforms& platforms;
        host::CrunContainers& containers;
        ports::Network& network;
        ports::Stores& stores;
        host::NamespaceProbe& probe;
        const host::ImageStore& images;
        const host::Authority& authority;
        EdgeKeeper& edge;
        host::OciImages& ociImages;
        SecretKeeper& secrets;
        CertificateKeeper& certificates;
    };
    explicit MachineService(Parts parts) : parts_(parts) {}

    wire::Answer up(const wire::UpRequest& request, const api::Caller& caller) override;
    wire::Answer down(const wire::DownRequest& request, const api::Caller& caller) override;
    world::Status status(std::uint64_t after, std::chrono::milliseconds wait) override;
    wire::ImageAnswer store_image(const std::vector<wire::ImageFile>& files) override;
    bool has_image(const std::string& digest) override;
    wire::Applied applied(const std::string& platform) override;
    wire::Observed observe(const world::Placement& placement) override;
    wire::Observed observe_machine() override;
    wire::Logs logs(const world::Placement& placement, const std::string& task,
                    const wire::LogsWanted& wanted) override;
    wire::Logs logs_behind(const world::Placement& placement, const std::string& task,
                           const std::string& place) override;
    wire::Usage usage() override;
    wire::Events events(std::uint64_t after, std::chrono::milliseconds wait) override;
    wire::ExecAnswer exec(const wire::ExecRequest& request, const api::Caller& caller) override;
    wire::ProbeAnswer probe(const wire::ProbeRequest& request) override;
    wire::Authority authority() override;
    wire::Secrets secrets(const std::string& platform) override;
    wire::SecretAnswer set_secret(const world::Placement& placement, const std::string& name, const std::string& value,
                                  const api::Caller& caller) override;
    wire::RotateAnswer rotate(const wire::RotateRequest& request, const api::Caller& caller) override;
    wire::Certificates certificates(const std::string& platform) override;
    wire::Answer renew_certificates(const wire::RenewRequest& request, const api::Caller& caller) override;
    wire::JobAnswer run_job(const wire::JobRequest& request, const api::Caller& caller) override;

    /// Programs that `exec` runs are ended, now and from now on.
    void end_programs() { ending_ = true; }
    /// What came while no daemon ran, or a part of it was done.
    Result<void> catch_up();
    /// Removes bundles and images that no placement has.
    Result<void> tidy();

  private:
    struct Prepared;
    Result<Prepared> prepare(const wire::UpRequest& request);
    Result<std::string> image_of(const ImageRef& image, const Platform& platform);
    Result<std::vector<world::EnvironmentSpec>> specs_of(const wire::UpRequest& request, const Prepared& prepared);
    [[nodiscard]] bool is_known(const world::Placement& placement) const;
    Result<void> check_apart(const std::vector<world::EnvironmentSpec>& specs) const;

    Parts parts_;
    std::atomic<bool> ending_ = false;
    std::mutex asking_;  // one `up` or `down` is looked at at a time, so that two cannot take one host name
};

}  // namespace tenantry::daemon

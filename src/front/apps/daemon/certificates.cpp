#include "certificates.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace tenantry::daemon {
namespace {

// A certificate is replaced a month before its end: an hour is nothing of that, and a look costs a millisecond.
constexpr std::chrono::hours lookEvery{1};

bool has_files(const world::EnvironmentStatus& one) {
    return one.phase != "absent" && one.phase != "stopping" && one.phase != "clearing";
}

std::string day(std::chrono::sys_seconds at) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

}  // namespace

CertificateKeeper::CertificateKeeper(engine::Runner& runner, host::HostFiles& files, host::CrunContainers& containers,
                                     Log log)
    : runner_(runner),
      files_(files),
      containers_(containers),
      log_(std::move(log)),
      thread_([this](const std::stop_token& stop) { keep(stop); }) {}

void CertificateKeeper::keep(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    do {
        lock.unlock();
        look_at_all();
        lock.lock();
    } while (!changed_.wait_for(lock, stop, lookEvery, [] { return false; }) && !stop.stop_requested());
}

void CertificateKeeper::look_at_all() {
    for (const world::EnvironmentStatus& one : runner_.status().environments) {
        if (!has_files(one)) continue;
        if (const auto looked = look(one.placement, false, ""); !looked) log_(looked.error().text());
    }
}

Result<void> CertificateKeeper::look(const world::Placement& placement, bool anew, const std::string& by) {
    const std::scoped_lock lock(looking_);
    auto spec = runner_.spec(placement);
    if (!spec) return fail("{} does not run here", placement.str());
    TRY_VOID(look(*spec, anew, by));
    // One that got other hosts meanwhile has another certificate.
    for (auto now = runner_.spec(placement); now && now != spec; now = runner_.spec(placement)) {
        spec = std::move(now);
        TRY_VOID(look(*spec, false, by));
    }
    return {};
}

Result<void> CertificateKeeper::look(const world::EnvironmentSpec& spec, bool anew, const std::string& by) {
    const world::Placement& placement = spec.placement;
    const auto certificate = TRY(files_.certificate(spec, anew));
    if (!certificate) return anew ? fail("{} has no certificate", placement.str()) : Result<void>();
    if (certificate->isNew)
        TRY_VOID(runner_.note(placement,
                              fmt::format("the certificate is renewed: {}, until {}", certificate->facts.serial,
                                          day(certificate->facts.dates.until)),
                              by));
    for (const world::TaskSpec& task : spec.tasks)
        if (task.kind == world::TaskKind::balancer)
            TRY_VOID(containers_.serve_certificate(placement, task.name, certificate->pem, certificate->facts.serial));
    return {};
}

Result<wire::Certificates> CertificateKeeper::list(const std::string& platform) const {
    wire::Certificates all;
    for (const world::EnvironmentStatus& one : runner_.status().environments) {
        if (one.placement.platform != platform) continue;
        const auto facts = TRY(host::HostFiles::kept_certificate(one.placement));
        if (facts)
            all.certificates.push_back(
                {one.placement, one.hosts, facts->serial, facts->dates.until.time_since_epoch().count()});
    }
    return all;
}

Result<void> CertificateKeeper::renew(const world::Placement& placement, const std::string& by) {
    return look(placement, true, by);
}

}  // namespace tenantry::daemon

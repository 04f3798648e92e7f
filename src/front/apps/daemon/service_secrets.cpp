// What MachineService answers about secrets and certificates.

#include "service.hpp"

namespace tenantry::daemon {
namespace {

// An answer, or one that holds the error alone.
template <class Answer>
Answer or_error(Result<Answer> answer) {
    if (answer) return *std::move(answer);
    Answer failed{};
    failed.error = answer.error().text();
    return failed;
}

std::unexpected<Error> other_version(std::uint32_t version) {
    return fail("tenantry speaks version {} and this daemon {}: install the same of both", version, wire::version);
}

}  // namespace

wire::Secrets MachineService::secrets(const std::string& platform) { return or_error(parts_.secrets.kept(platform)); }

wire::SecretAnswer MachineService::set_secret(const world::Placement& placement, const std::string& name,
                                              const std::string& value, const api::Caller& caller) {
    const std::scoped_lock lock(asking_);
    return or_error(parts_.secrets.set(placement, name, value, caller.str()));
}

wire::RotateAnswer MachineService::rotate(const wire::RotateRequest& request, const api::Caller& caller) {
    const std::scoped_lock lock(asking_);
    if (request.version != wire::version) return or_error(Result<wire::RotateAnswer>(other_version(request.version)));
    return or_error(parts_.secrets.rotate(request, caller.str()));
}

wire::Certificates MachineService::certificates(const std::string& platform) {
    return or_error(parts_.certificates.list(platform));
}

wire::Answer MachineService::renew_certificates(const wire::RenewRequest& request, const api::Caller& caller) {
    const auto renew = [&]() -> Result<wire::Answer> {
        if (request.version != wire::version) return other_version(request.version);
        wire::Answer answer;
        for (const world::Placement& placement : request.placements) {
            TRY_VOID(parts_.certificates.renew(placement, caller.str()));
            answer.placements.push_back(placement);
        }
        return answer;
    };
    return or_error(renew());
}

Result<void> MachineService::catch_up() {
    const std::scoped_lock lock(asking_);
    return parts_.secrets.catch_up();
}

}  // namespace tenantry::daemon

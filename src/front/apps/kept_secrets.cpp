#include "kept_secrets.hpp"

namespace tenantry::apps {

Result<view::KeptSecrets> kept_secrets(client::Client& daemon, const std::string& platform) {
    view::KeptSecrets kept;
    for (const wire::KeptSecrets& of : TRY(daemon.secrets(platform)).placements)
        for (const wire::KeptSecret& one : of.secrets)
            kept[of.placement.environment][one.name] = {
                one.version, std::chrono::sys_seconds(std::chrono::seconds(one.madeAt)), one.given};
    return kept;
}

Result<Diagnostics> missing_secrets(Session& session, client::Client& daemon,
                                    std::optional<std::span<const std::string>> only) {
    compile::GivenSecrets given;
    const std::string& platform = session.compiled()->blueprint.commons.platform.str();
    for (const auto& [environment, secrets] : TRY(kept_secrets(daemon, platform)))
        for (const auto& [name, kept] : secrets)
            if (kept.given) given[environment].insert(name);
    return compile::missing_secrets(*session.compiled(), given, only);
}

}  // namespace tenantry::apps

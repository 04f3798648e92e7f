#include "applied.hpp"

#include "output.hpp"

namespace tenantry::apps {
namespace {

// A state of 5,000 tenants has 5 MiB.
constexpr host::ReadLimits limits{std::uint64_t{32} << 20, std::uint64_t{128} << 20};

Result<std::optional<Applied>> read_applied(Session& session, SourceId source, std::string where) {
    auto state = blueprint::read_state(session.sources(), source, session.diagnostics());
    if (!state) return std::optional<Applied>();
    const std::string& platform = session.compiled()->blueprint.commons.platform.str();
    if (state->platform != platform)
        return fail("{} holds what was emitted of the platform `{}`, and this one is `{}`", where, state->platform,
                    platform);
    return Applied{*std::move(state), std::string(session.sources().text(source)), std::move(where)};
}

}  // namespace

Result<std::optional<Applied>> find_running(Session& session, client::Client& daemon) {
    wire::Applied running = TRY(daemon.applied(session.compiled()->blueprint.commons.platform.str()));
    if (running.state.empty()) return Applied{};
    const SourceId source = session.sources().add("what runs", std::move(running.state));
    return read_applied(session, source, std::string(thisMachine));
}

Result<std::optional<Applied>> find_applied(Session& session, const std::string& against, const std::string& socket) {
    Diagnostics wrong;
    if (against.empty())
        if (auto daemon = client::Client::connect(socket)) {
            auto running = TRY(find_running(session, *daemon));
            if (!running || !running->where.empty()) return running;
        }
    if (!against.empty()) {
        const host::Workspace folder = TRY(host::Workspace::open(against));
        const auto source = folder.read(stateName, session.sources(), wrong, true, limits);
        if (source) return read_applied(session, *source, against);
        if (wrong.empty())
            return fail("{} holds no {}: `tenantry emit --out {}` writes it", against, stateName, against);
        session.diagnostics().append(std::move(wrong));
        return std::optional<Applied>();
    }
    std::vector<std::pair<std::string, SourceId>> found;
    for (const std::string& name : TRY(session.workspace().list("")))
        if (const auto source =
                session.workspace().read(fmt::format("{}/{}", name, stateName), session.sources(), wrong, true, limits))
            found.emplace_back(name, *source);
    session.diagnostics().append(std::move(wrong));
    if (session.diagnostics().has_errors()) return std::optional<Applied>();
    if (found.empty()) return Applied{};
    if (found.size() > 1)
        return fail("`{}` and `{}` both hold what was emitted: name one with `--against`", found[0].first,
                    found[1].first);
    return read_applied(session, found[0].second, found[0].first);
}

}  // namespace tenantry::apps

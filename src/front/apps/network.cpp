// `tenantry network`: whose every block is, and how one is given back.

#include <algorithm>

#include <tenantry/blueprint/network_use.hpp>
#include <tenantry/view/network.hpp>

#include "network_commands.hpp"

namespace tenantry::apps {
namespace {

bool of_tenant(const std::string& environment, const std::string& tenant) {
    return environment.starts_with(tenant + "/");
}

/// The lock as the file has it, and where it stands.
struct ReadLock {
    SourceId text;
    blueprint::Lock lock;
};

std::optional<ReadLock> read_lock(Session& session) {
    const auto text = session.workspace().read("platform.lock", session.sources(), session.diagnostics());
    if (!text) return std::nullopt;
    auto lock = blueprint::read_lock(session.sources(), *text, session.diagnostics());
    if (!lock) return std::nullopt;
    return ReadLock{*text, *std::move(lock)};
}

Exit ask(const ReclaimOptions& own, const std::vector<blueprint::LockedBlock>& freed) {
    const std::string tenant = own.environments.front().substr(0, own.environments.front().find('/'));
    const bool one = std::ranges::all_of(own.environments, [&](const auto& name) { return of_tenant(name, tenant); });
    if (!one) return report(Error("environments of one tenant at a time, so that its name confirms it"), Exit::usage);
    const std::string words = fmt::format("{} block{} would be free for others, for good:\n{}", freed.size(),
                                          freed.size() == 1 ? "" : "s", view::reclaim_text(freed));
    std::fwrite(words.data(), 1, words.size(), stderr);
    return report(Error(fmt::format("nothing was done; `--confirm={}` does it", tenant)), Exit::usage);
}

}  // namespace

Exit network_show(const Options& options) {
    return with_platform(options, "network show", [&](Session& session) {
        if (options.json) {
            JsonText json = session.begin_json("network show");
            view::network_json(*session.compiled(), json);
            json.end();
            session.print(std::move(json).take());
        } else {
            session.print(view::network_text(*session.compiled()));
        }
        return Exit::done;
    });
}

Exit network_reclaim(const Options& options, const ReclaimOptions& own) {
    Session session(options);
    if (auto opened = session.open(); !opened) return report(opened.error(), Exit::badInput);
    const auto held = session.workspace().exclusive();
    if (!held) return report(held.error(), Exit::locked);
    const auto read = read_lock(session);
    if (!read) return refuse(session, "network reclaim");
    const auto left = blueprint::reclaim(read->lock, own.environments, read->text, session.diagnostics());
    if (!left) return refuse(session, "network reclaim");
    std::vector<blueprint::LockedBlock> freed;
    for (const blueprint::LockedBlock& block : read->lock.blocks)
        if (std::ranges::find(own.environments, block.name()) != own.environments.end()) freed.push_back(block);
    if (own.confirm.empty() ||
        !std::ranges::all_of(own.environments, [&](const auto& name) { return of_tenant(name, own.confirm); }))
        return ask(own, freed);
    if (const auto written = session.workspace().write("platform.lock", to_text(*left)); !written)
        return report(written.error());
    if (options.json) {
        JsonText json = session.begin_json("network reclaim");
        view::reclaim_json(freed, json);
        json.end();
        session.print(std::move(json).take());
    } else {
        session.print(fmt::format("platform.lock: {} block{} freed\n{}", freed.size(), freed.size() == 1 ? "" : "s",
                                  view::reclaim_text(freed)));
    }
    return Exit::done;
}

}  // namespace tenantry::apps

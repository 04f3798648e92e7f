// `tenantry lock`: gives blocks to those that have none, and mends what two branches did.

#include <algorithm>

#include <tenantry/view/lock.hpp>

#include "command.hpp"
#include "machine.hpp"

namespace tenantry::apps {
namespace {

Result<std::vector<blueprint::AppliedBlock>> applied_blocks(const std::vector<std::string>& words) {
    std::vector<blueprint::AppliedBlock> applied;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const std::size_t slash = name.find('/');
        if (slash == std::string::npos || !TenantName::parse(name.substr(0, slash)) ||
            !StageName::parse(name.substr(slash + 1)))
            return fail("--applied {}: an environment is written `TENANT/STAGE`, or `TENANT/STAGE=BLOCK`", word);
        applied.push_back({name, {}});
        if (equals == std::string::npos) continue;
        const auto block = Cidr::parse(word.substr(equals + 1));
        if (!block) return fail("--applied {}: {}", word, block.error());
        applied.back().block = *block;
    }
    return applied;
}

// Environments whose block this run gives.
std::vector<std::string> newly_given(const Session& session, const blueprint::Resolution& resolution) {
    std::vector<std::string> names = session.compiled()->provisional;
    for (const blueprint::Moved& moved : resolution.moved) names.push_back(moved.environment);
    std::ranges::sort(names);
    return names;
}

Exit write_lock(Session& session, blueprint::Resolution resolution, const std::string& machine) {
    const auto given = newly_given(session, resolution);
    if (const auto stop = refuse_machine(session, "lock", machine, given)) return *stop;
    view::LockChange change{std::move(resolution), session.compiled()->provisional};
    change.resolution.lock = session.compiled()->lock;
    const auto written = session.workspace().write("platform.lock", blueprint::to_text(change.resolution.lock));
    if (!written) return report(written.error());
    change.written = *written;
    if (session.options().json) {
        JsonText json = session.begin_json("lock");
        view::lock_json(change, json);
        json.end();
        session.print(std::move(json).take());
    } else {
        session.print(view::lock_text(change));
    }
    return Exit::done;
}

Exit resolve(const Options& options, const LockOptions& own, const std::vector<blueprint::AppliedBlock>& applied) {
    Session session(options);
    auto inputs = session.read();
    if (!inputs) return report(inputs.error(), Exit::badInput);
    if (!*inputs) return refuse(session, "lock");
    blueprint::Resolution resolution;
    if ((*inputs)->lock) {
        auto resolved = compile::resolve_lock(session.sources(), **inputs, applied, session.diagnostics());
        if (!resolved) return refuse(session, "lock");
        (*inputs)->lock = session.sources().add("platform.lock", to_text(resolved->lock));
        resolution = *std::move(resolved);
    }
    session.compile(**inputs);
    return session.compiled() ? write_lock(session, std::move(resolution), own.machine) : refuse(session, "lock");
}

}  // namespace

Exit lock(const Options& words, const LockOptions& own) {
    Options options = words;
    options.lockId = host::random_id();
    const auto applied = applied_blocks(own.applied);
    if (!applied) return report(applied.error(), Exit::usage);
    // Held from before the lock is read, so that two runs cannot give one block away twice.
    auto workspace = host::Workspace::open(options.folder);
    if (!workspace) return report(workspace.error(), Exit::badInput);
    const auto held = workspace->exclusive();
    if (!held) return report(held.error(), Exit::locked);
    if (own.resolve) return resolve(options, own, *applied);
    return with_platform(options, "lock", [&](Session& session) { return write_lock(session, {}, own.machine); });
}

}  // namespace tenantry::apps

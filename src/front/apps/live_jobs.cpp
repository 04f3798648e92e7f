// `job run`: a job that has times of its own, now.

#include <algorithm>

#include <tenantry/view/status.hpp>

#include "live_commands.hpp"
#include "output.hpp"

namespace tenantry::apps {
namespace {

using world::EnvironmentStatus;
using world::RunStatus;
using world::TaskStatus;

constexpr std::chrono::milliseconds pollFor{1000};

void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

// The environment, and the name of the job in it.
Result<std::pair<world::Placement, std::string>> choose_job(const Options& options, const LiveOptions& own,
                                                            client::Client& daemon) {
    LiveOptions one = own;
    one.selectors = {own.one};
    const world::Status status = TRY(daemon.status());
    const std::vector<Chosen> chosen = TRY(choose(options, one, status));
    if (chosen.size() > 1)
        return fail("{} means {} and {}: choose one", own.one, chosen[0].environment.placement.environment,
                    chosen[1].environment.placement.environment);
    const std::vector<TaskStatus>& tasks = chosen.front().tasks;
    if (tasks.empty() || std::ranges::any_of(tasks, [&](const auto& task) { return task.service != tasks[0].service; }))
        return fail("no job is named: TENANT/STAGE/JOB");
    return std::pair(chosen.front().environment.placement, tasks.front().service);
}

// What becomes of a run. One that ends a reset is waited for until the environment serves again, or does not.
Result<RunStatus> follow(client::Client& daemon, const world::Placement& placement, const std::string& job,
                         std::uint64_t number) {
    for (std::uint64_t version = 0;;) {
        const world::Status all = TRY(daemon.status(version, version == 0 ? std::chrono::milliseconds(0) : pollFor));
        version = all.version;
        const auto environment = std::ranges::find(all.environments, placement, &EnvironmentStatus::placement);
        if (environment == all.environments.end()) return fail("{} is taken down", placement.environment);
        const auto task = std::ranges::find_if(
            environment->tasks, [&](const TaskStatus& one) { return one.service == job && one.times.has_value(); });
        if (task == environment->tasks.end()) return fail("{} has no job {} any more", placement.environment, job);
        const auto run = std::ranges::find(task->times->runs, number, &RunStatus::number);
        if (run == task->times->runs.end()) return fail("what became of run {} is not known any more", number);
        if (run->ended && (!task->times->resets || is_settled(*environment))) return *run;
    }
}

std::string run_json(const world::Placement& placement, const std::string& job, const RunStatus& run) {
    JsonText json;
    json.object().member("version", jsonVersion).member("command", "job run");
    json.member("environment", placement.environment).member("job", job);
    json.key("run");
    view::run_json(run, json);
    json.end();
    return std::move(json).take();
}

}  // namespace

Exit job_run(const Options& options, const LiveOptions& own) {
    auto daemon = client::Client::connect(own.socket);
    if (!daemon) return report(daemon.error());
    const auto chosen = choose_job(options, own, *daemon);
    if (!chosen) return report(chosen.error());
    const auto& [placement, job] = *chosen;
    const auto answer = daemon->run_job({.placement = placement, .job = job, .reset = own.reset});
    if (!answer) return report(answer.error());
    if (!options.json) write(fmt::format("run {} of {}/{} begins\n", answer->run, placement.environment, job));
    const auto run = follow(*daemon, placement, job, answer->run);
    if (!run) return report(run.error());
    write(options.json ? run_json(placement, job, *run) : view::run_text(*run) + "\n");
    if (!run->well && !options.json)
        write(fmt::format("`tenantry logs {}/{}` shows what it wrote\n", placement.environment, job));
    return run->well ? Exit::done : Exit::failed;
}

}  // namespace tenantry::apps

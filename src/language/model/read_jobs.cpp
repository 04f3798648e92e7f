#include <algorithm>

#include "programs.hpp"

namespace tenantry::model {
namespace {

// `when` or `at`, and what goes with which.
void read_times(MapReader& map, Job& job, Diagnostics& diagnostics) {
    const auto when = map.scalar("when", parse_when);
    job.schedule = map.scalar("at", parse_schedule);
    job.reset = map.scalar("reset", parse_schedule);
    job.when = when.value_or(Job::When::scheduled);
    if (map.is_map() && !map.find("when") && !map.find("at"))
        diagnostics.add(code::missingKey, job.at, fmt::format("The job `{}` needs `when` or `at`.", job.name.str()),
                        "write `when: before-release`, `when: after-create` or `at: \"02:00 Europe/Madrid\"`");
    if (when && map.find("at"))
        diagnostics.add(code::badValue, map.find("at")->keyAt,
                        fmt::format("The job `{}` has `when` and `at`.", job.name.str()),
                        "make two jobs of it, or keep one of the two");
    if (map.find("reset") && job.when != Job::When::afterCreate)
        diagnostics.add(code::badValue, map.find("reset")->keyAt, "`reset` goes with `when: after-create`.",
                        "a job that runs at times has `at`");
}

void check_reset(MapReader& map, const Job& job, Diagnostics& diagnostics) {
    const bool owns = std::ranges::any_of(job.stores, [](const StoreUse& use) { return use.access == Access::owner; });
    if (!job.reset || job.when != Job::When::afterCreate || owns) return;
    diagnostics.add(code::badValue, map.find("reset")->keyAt,
                    fmt::format("`reset` empties the stores that the job owns, and `{}` owns none.", job.name.str()),
                    "name one: `stores: { books: owner }`");
}

}  // namespace

void read_jobs(const Place& place, const StageNames& stages, Platform& platform, Diagnostics& diagnostics) {
    if (!expect_map(place, "`jobs`", diagnostics)) return;
    for (std::size_t i = 0; i < place.node.size(); ++i) {
        const syntax::Entry entry = place.node.entry(i);
        auto name = JobName::parse(entry.key);
        if (!name) {
            diagnostics.add(code::badValue, entry.keyAt,
                            fmt::format("The job name {} {}.", quote(entry.key), name.error()));
            continue;
        }
        MapReader map({entry.value, entry.keyAt}, fmt::format("the job `{}`", entry.key), keys::job(), diagnostics);
        const auto image = map.scalar("image", ImageRef::parse);
        Job job{*std::move(name), entry.keyAt, image.value_or(*ImageRef::parse("x"))};
        read_times(map, job, diagnostics);
        job.command = read_words(map.find("command"), "`command`", diagnostics);
        job.stages = read_stage_list(map.find("stages"), stages, diagnostics);
        job.timeout = map.scalar("timeout", parse_duration).value_or(job.timeout);
        job.overlap = map.scalar("overlap", parse_overlap).value_or(false);
        job.repeatable = map.scalar("repeatable", parse_bool).value_or(false);
        job.cpu = read_per_stage<Cpu>(map.find("cpu"), "The CPU", stages, diagnostics, parse_cpu);
        job.memory = read_per_stage<Bytes>(map.find("memory"), "The memory", stages, diagnostics, parse_bytes);
        if (const auto env = map.find("env")) job.env = read_env(*env, diagnostics);
        job.stores = read_store_uses(map.find("stores"), diagnostics);
        check_reset(map, job, diagnostics);
        job.secrets = read_secret_uses(map.find("secrets"), diagnostics);
        job.egress = read_egress(map.find("egress"), diagnostics);
        platform.jobs.push_back(std::move(job));
    }
}

std::string_view to_string(Job::When when) {
    switch (when) {
        case Job::When::beforeRelease:
            return "before-release";
        case Job::When::afterCreate:
            return "after-create";
        case Job::When::scheduled:
            return "at";
    }
    return "";
}

}  // namespace tenantry::model

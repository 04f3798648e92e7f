#include <algorithm>

#include <tenantry/plan/job_runs.hpp>

namespace tenantry::plan {
namespace {

using world::WallTime;

// A clock that is set to and fro makes one more with each jump; without jumps the last ones stand a day apart.
constexpr std::size_t mostSpans = 16;
constexpr std::size_t mostEnded = 5;
// Behind the last time that could be missed, by more than a week.
constexpr std::int64_t noticedSeconds = 10 * mostLateSeconds;

void join(std::vector<WallSpan>& spans, std::size_t at) {
    spans[at].to = std::max(spans[at].to, spans[at + 1].to);
    spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

// Too many: the two that stand closest become one. Times between them count as decided then: rather none than twice.
void join_closest(std::vector<WallSpan>& spans) {
    std::size_t closest = 0;
    const auto gap = [&](std::size_t i) { return spans[i + 1].from - spans[i].to; };
    for (std::size_t i = 1; i + 1 < spans.size(); ++i)
        if (gap(i) < gap(closest)) closest = i;
    join(spans, closest);
}

void add(std::vector<WallSpan>& spans, WallSpan one) {
    spans.insert(std::ranges::lower_bound(spans, one.from, {}, &WallSpan::from), one);
    for (std::size_t i = 0; i + 1 < spans.size();)
        spans[i + 1].from <= spans[i].to ? join(spans, i) : static_cast<void>(++i);
    if (spans.size() > mostSpans) join_closest(spans);
}

}  // namespace

bool is_decided(const JobRuns& runs, WallTime at) {
    return std::ranges::any_of(runs.decided, [&](const WallSpan& one) { return one.from <= at && at <= one.to; });
}

void decide(JobRuns& runs, WallTime at) { add(runs.decided, {at, at}); }

void notice(JobRuns& runs, const std::string& schedule, WallTime now) {
    runs.schedule = schedule;
    runs.passedOver.clear();
    add(runs.decided, {now + -noticedSeconds, now});
}

std::optional<DueTime> due_time(const JobRuns& runs, const world::ScheduleSpec& schedule, WallTime now,
                                const world::ZoneRules& rules) {
    const auto at = last_time(schedule, now, rules);
    if (!at || is_decided(runs, *at)) return std::nullopt;
    return DueTime{*at, now - *at >= mostLateSeconds};
}

std::optional<WallTime> next_run(const JobRuns& runs, const world::ScheduleSpec& schedule, WallTime now,
                                 const world::ZoneRules& rules) {
    auto at = next_time(schedule, now, rules);
    for (std::size_t i = 0; at && i <= mostSpans; ++i) {
        const auto span =
            std::ranges::find_if(runs.decided, [&](const WallSpan& one) { return one.from <= *at && *at <= one.to; });
        if (span == runs.decided.end()) return at;
        at = next_time(schedule, span->to, rules);
    }
    return at;
}

void begin_run(JobRuns& runs, const std::string& task, JobRun run) {
    run.number = ++runs.count;
    runs.passedOver.clear();
    runs.running[task] = std::move(run);
}

std::optional<JobRun> end_run(JobRuns& runs, const std::string& task, bool well, const std::string& how, Instant now) {
    const auto found = runs.running.find(task);
    if (found == runs.running.end()) return std::nullopt;
    JobRun run = std::move(found->second);
    runs.running.erase(found);
    run.tookMs = std::max<std::int64_t>(0, (now - run.since).count());  // less: the machine was started meanwhile
    run.well = well;
    run.how = how;
    runs.ended.push_back(run);
    if (runs.ended.size() > mostEnded) runs.ended.erase(runs.ended.begin());
    return run;
}

}  // namespace tenantry::plan

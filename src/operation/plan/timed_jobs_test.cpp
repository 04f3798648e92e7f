#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/plan/environment_machine.hpp>

namespace tenantry::plan {
namespace {

namespace on = environment_event;
using C = EnvironmentCommand;
using Phase = EnvironmentPhase;
using world::WallTime;

constexpr Instant now{1'000'000};
constexpr std::int64_t hour = 3600;
constexpr WallTime midnight{1'795'392'000};  // 2026-11-23T00:00:00Z
constexpr WallTime two = midnight + 2 * hour;

const world::ScheduleSpec atTwo{"02:00 UTC", {}, 120, "UTC"};
const world::ZoneRules plain{{{WallTime{0}, 0}}};
const world::ZoneRules* rules(const std::string& zone) { return zone == "UTC" ? &plain : nullptr; }

// `web` calls `api`, which uses the store `books`; `cache` is another store. `seed` empties books, and what `migrate`
// made there is made again; `index` may run twice at a time.
on::Up lending() {
    on::Up to{.spec = "s1", .tasks = {{"api-1", "a"}, {"books-1", "b"}, {"cache-1", "c"}, {"web-1", "w"}}};
    to.stores = {"books-1", "cache-1"};
    to.jobs = {{"migrate-1", "m", false}, {"seed-1", "s", true}};
    to.rolled = {{{"api-1"}, "api-2", "a", true}, {{"web-1"}, "web-2", "w", true}};
    to.timed = {{"accrue", {{"accrue-1", "ac"}}, atTwo, {}},
                {"index", {{"index-1", "i1"}, {"index-2", "i2"}}, atTwo, {}},
                {"seed",
                 {{"seed-1", "s"}},
                 atTwo,
                 ResetPlan{{"books-1"}, {{"web-1", "web-2"}, {"api-1", "api-2"}}, {"migrate-1", "seed-1"}}}};
    return to;
}

on::OfTask of(const char* task, Told told) { return {task, std::move(told)}; }
on::OfTask ended(const char* task, bool well = true) {
    return of(task, told::Finished{"", well, well ? "exit code 0" : "exit code 1"});
}

/// The events of one environment, and what each did.
class Lending {
  public:
    Lending() {
        take(lending());
        come_up();
        for (const char* job : {"accrue", "index", "seed"}) take(on::Noticed{job, midnight});
    }

    std::string take(const EnvironmentEvent& event) {
        EnvironmentStep step = plan::step(std::move(state), event, now);
        state = std::move(step.state);
        notes.insert(notes.end(), step.notes.begin(), step.notes.end());
        std::string text(to_string(state.phase));
        for (const C command : step.commands) text += fmt::format(" !{}", to_string(command));
        for (const ToTask& to : step.told)
            text += fmt::format(" {}{}", std::holds_alternative<task_event::Stop>(to.event) ? '-' : '+', to.task);
        return step.refused.empty() ? text : text + " refused: " + step.refused;
    }
    std::string done(C command) { return take(on::Done{command, state.epoch}); }
    std::string due(const char* job, WallTime at = two, bool tooLate = false) {
        return take(on::Due{job, {at, tooLate}, at + 5});
    }

    // From the files on.
    void come_up() {
        done(C::openIngress);
        fill();
    }
    // From the stores on.
    void fill() {
        for (const char* store : {"books-1", "cache-1"}) take(of(store, told::Ready{}));
        done(C::grantStores);
        take(of("migrate-1", told::Finished{"m", true, "exit code 0"}));
        take(of("seed-1", told::Finished{"s", true, "exit code 0"}));
        for (const char* task : {"api-1", "books-1", "cache-1", "web-1"}) take(of(task, told::Ready{}));
        while (state.directing > 0) done(C::direct);
        done(C::check);
    }

    // From the first directing of a reset up to its emptying.
    std::string stop() {
        done(C::direct);
        for (const char* task : {"web-1", "web-2"}) take(of(task, told::Stopped{}));
        done(C::direct);
        for (const char* task : {"api-1", "api-2"}) take(of(task, told::Stopped{}));
        return take(of("books-1", told::Stopped{}));
    }

    EnvironmentState state;
    std::vector<std::string> notes;
};

TEST(TimedJobs, OneRunsAtItsTimeAndOnceForIt) {
    Lending lend;
    ASSERT_EQ(lend.state.phase, Phase::up);
    EXPECT_EQ(lend.due("accrue"), "up +accrue-1");
    EXPECT_EQ(lend.due("accrue"), "up") << "that time is decided";
    EXPECT_EQ(lend.take(ended("accrue-1")), "up");
    EXPECT_EQ(lend.due("accrue"), "up");
    EXPECT_EQ(lend.due("accrue", two + 24 * hour), "up +accrue-1");
    EXPECT_EQ(lend.notes, (std::vector<std::string>{"run 1 of the job accrue begins, due at 2026-11-23T02:00:00Z",
                                                    "run 1 of the job accrue ended well: exit code 0",
                                                    "run 2 of the job accrue begins, due at 2026-11-24T02:00:00Z"}));
}

TEST(TimedJobs, AFailureIsKeptAndTheEnvironmentStaysUp) {
    Lending lend;
    lend.due("accrue");
    EXPECT_EQ(lend.take(ended("accrue-1", false)), "up");
    EXPECT_TRUE(lend.state.why.empty());
    const JobRun& last = lend.state.runs.at("accrue").ended.back();
    EXPECT_FALSE(last.well);
    EXPECT_EQ(last.how, "exit code 1");
    EXPECT_FALSE(lend.state.finished.contains("accrue-1"));
}

TEST(TimedJobs, ARunWhoseFormerOneGoesOnIsPassedOverAndSaid) {
    Lending lend;
    lend.due("accrue");
    EXPECT_EQ(lend.due("accrue", two + 24 * hour), "up");
    EXPECT_EQ(lend.state.runs.at("accrue").passedOver, "2026-11-24T02:00:00Z: the run before goes on");
    EXPECT_EQ(lend.notes.back(), "no run of the job accrue due at 2026-11-24T02:00:00Z: the run before goes on");
    lend.take(ended("accrue-1"));
    EXPECT_EQ(lend.due("accrue", two + 24 * hour), "up") << "and stays so";
    EXPECT_EQ(lend.due("index"), "up +index-1");
    EXPECT_EQ(lend.due("index", two + 24 * hour), "up +index-2") << "`overlap: allow`";
    EXPECT_EQ(lend.due("index", two + 48 * hour), "up") << "a third one has no place";
}

TEST(TimedJobs, WhatComesMoreThanADayLateIsSaidAndNotRun) {
    Lending lend;
    EXPECT_EQ(lend.due("accrue", two, true), "up");
    EXPECT_EQ(lend.state.runs.at("accrue").passedOver, "2026-11-23T02:00:00Z: it is more than 24 h late");
    EXPECT_EQ(lend.due("seed", two, true), "up");
}

TEST(TimedJobs, TheClockIsLookedAtWhileItIsUp) {
    Lending lend;
    EXPECT_TRUE(look_at_times(lend.state, midnight + hour, rules).empty());
    EXPECT_EQ(next_look(lend.state, midnight + hour, rules), two);
    EXPECT_EQ(look_at_times(lend.state, two, rules).size(), 3u);
    lend.due("accrue");
    EXPECT_EQ(look_at_times(lend.state, two, rules).size(), 1u) << "the reset waits for the run";
    EXPECT_EQ(lend.due("seed"), "up");
    lend.take(ended("accrue-1"));
    EXPECT_EQ(look_at_times(lend.state, two, rules).size(), 2u);
    lend.take(lending());
    EXPECT_TRUE(look_at_times(lend.state, two, rules).empty()) << "it is preparing";
    EXPECT_EQ(next_look(lend.state, two, rules), std::nullopt);
    EXPECT_EQ(lend.due("index"), "preparing");
}

TEST(TimedJobs, TimesOfAnotherScheduleBeginAnew) {
    Lending lend;
    on::Up changed = lending();
    changed.timed[0].schedule = {"01:00 UTC", {}, 60, "UTC"};
    lend.take(changed);
    lend.come_up();
    const auto noticed = look_at_times(lend.state, two + 3 * hour, rules);
    ASSERT_EQ(noticed.size(), 3u);
    EXPECT_TRUE(std::holds_alternative<on::Noticed>(noticed[0]));
    lend.take(noticed[0]);
    EXPECT_EQ(look_at_times(lend.state, two + 3 * hour, rules).size(), 2u) << "01:00 was not missed";
}

TEST(TimedJobs, WhoAsksGetsARunOrAReason) {
    Lending lend;
    const auto ask = [&](const char* job, bool resets = false) { return lend.take(on::Run{job, resets, midnight}); };
    EXPECT_EQ(ask("migrate"), "up refused: it has no job `migrate` with times of its own; those of a release and of a "
                              "new environment run with `tenantry up`");
    EXPECT_EQ(
        ask("seed"),
        "up refused: `seed` comes with a reset, which destroys what stores hold: `--reset` says that this is meant");
    EXPECT_EQ(ask("accrue"), "up +accrue-1");
    EXPECT_EQ(ask("accrue"), "up refused: `accrue` runs already");
    EXPECT_EQ(ask("seed", true), "up refused: accrue-1 runs, and would lose what it works on");
    lend.take(ended("accrue-1"));
    EXPECT_EQ(lend.due("accrue"), "up +accrue-1") << "the time that comes is another matter";
    lend.take(lending());
    EXPECT_EQ(lend.take(on::Run{"index", false, midnight}).find("preparing"), 0u);
}

TEST(TimedJobs, ARunGoesOnWhileTheEnvironmentChangesAndEndsWithIt) {
    Lending lend;
    lend.due("accrue");
    lend.take(lending());
    EXPECT_EQ(lend.take(ended("accrue-1")), "preparing");
    lend.come_up();
    lend.due("accrue", two + 24 * hour);
    on::Up without = lending();
    without.timed.erase(without.timed.begin());
    EXPECT_EQ(lend.take(without), "retiring -accrue-1");
    EXPECT_EQ(lend.take(of("accrue-1", told::Stopped{})).substr(0, 9), "preparing");
    EXPECT_EQ(lend.notes.back(), "run 2 of the job accrue failed: it was stopped");
    lend.come_up();
    lend.due("index");
    EXPECT_NE(lend.take(on::Down{}).find("-index-1"), std::string::npos);
}

// --- resets

TEST(Reset, StopsServicesEmptiesStoresAndBeginsWithThemAnew) {
    Lending lend;
    ASSERT_EQ(lend.state.serving, (std::set<std::string>{"api-1", "web-1"}));
    EXPECT_EQ(lend.due("seed"), "draining !directing connections");
    EXPECT_EQ(lend.state.serving, (std::set<std::string>{"api-1"})) << "what is on its way in web goes on";
    EXPECT_EQ(lend.done(C::direct), "draining -web-1 -web-2");
    EXPECT_EQ(lend.take(of("web-2", told::Stopped{})), "draining");
    EXPECT_EQ(lend.take(of("web-1", told::Stopped{})), "draining !directing connections");
    EXPECT_TRUE(lend.state.serving.empty());
    EXPECT_EQ(lend.done(C::direct), "draining -api-1 -api-2");
    EXPECT_EQ(lend.take(of("api-2", told::Stopped{})), "draining");
    EXPECT_EQ(lend.take(of("api-1", told::Stopped{})), "emptying -books-1");
    EXPECT_EQ(lend.take(of("books-1", told::Stopped{})), "emptying !emptying stores");
    EXPECT_EQ(lend.done(C::emptyStores), "initializing +books-1 +cache-1");
    lend.take(of("cache-1", told::Ready{}));
    EXPECT_EQ(lend.take(of("books-1", told::Ready{})), "initializing !giving rights in stores");
    EXPECT_EQ(lend.done(C::grantStores), "initializing +migrate-1") << "else the seed has no tables";
    EXPECT_EQ(lend.take(of("migrate-1", told::Finished{"m", true, ""})), "initializing +seed-1");
    EXPECT_EQ(lend.take(of("seed-1", told::Finished{"s", true, "exit code 0"})),
              "starting +api-1 +books-1 +cache-1 +web-1");
    EXPECT_TRUE(lend.state.runs.at("seed").ended.back().well);
    for (const char* task : {"books-1", "cache-1"}) lend.take(of(task, told::Ready{}));
    EXPECT_EQ(lend.take(of("web-1", told::Ready{})), "starting") << "nobody comes to it before api can be called";
    EXPECT_EQ(lend.take(of("api-1", told::Ready{})), "checking !directing connections !checking");
    EXPECT_EQ(lend.state.serving, (std::set<std::string>{"api-1", "web-1"}));
}

TEST(Reset, AnUpOnTheWayGoesOnWithIt) {
    Lending lend;
    lend.due("seed");
    lend.done(C::direct);
    lend.take(of("web-2", told::Stopped{}));
    lend.take(lending());  // as the daemon's start asks for
    EXPECT_EQ(lend.done(C::openIngress), "draining !directing connections");
    EXPECT_EQ(lend.stop(), "emptying !emptying stores");
    lend.take(lending());
    EXPECT_EQ(lend.done(C::openIngress), "draining !directing connections");
    EXPECT_EQ(lend.stop(), "emptying !emptying stores");
    EXPECT_EQ(lend.done(C::emptyStores), "initializing +books-1 +cache-1");
    lend.take(lending());
    EXPECT_EQ(lend.done(C::openIngress), "initializing +books-1 +cache-1") << "that is over";
    lend.fill();
    EXPECT_EQ(lend.state.phase, Phase::up);
    EXPECT_EQ(lend.state.serving, (std::set<std::string>{"api-1", "web-1"}));
    EXPECT_EQ(lend.state.runs.at("seed").ended.size(), 1u);
}

TEST(Reset, ConnectionsAreDirectedBackAlsoByTheNextDaemon) {
    Lending lend;
    lend.due("seed");
    lend.stop();
    lend.done(C::emptyStores);
    lend.take(lending());  // killed while stores come up
    lend.done(C::openIngress);
    EXPECT_TRUE(lend.state.serving.empty()) << "the load balancer knows of none";
    for (const char* store : {"books-1", "cache-1"}) lend.take(of(store, told::Ready{}));
    lend.done(C::grantStores);
    lend.take(of("migrate-1", told::Finished{"m", true, ""}));
    lend.take(of("seed-1", told::Finished{"s", true, ""}));
    for (const char* task : {"books-1", "cache-1", "web-1"}) EXPECT_EQ(lend.take(of(task, told::Ready{})), "starting");
    EXPECT_EQ(lend.take(of("api-1", told::Ready{})), "checking !directing connections !checking");
}

TEST(Reset, OneThatFailsIsSaidAndGoesOnWithTheNextUp) {
    Lending lend;
    lend.due("seed");
    lend.stop();
    EXPECT_EQ(lend.take(on::Failed{C::emptyStores, lend.state.epoch, "the disk is full"}), "failed");
    EXPECT_EQ(lend.notes.back(), "run 1 of the job seed failed: emptying stores: the disk is full");
    lend.take(lending());
    EXPECT_EQ(lend.done(C::openIngress), "draining !directing connections");
}

TEST(Reset, ADownEndsItAndAnUpGoesOnWithIt) {
    Lending lend;
    lend.due("seed");
    lend.take(on::Down{});
    for (const char* task : {"api-1", "books-1", "cache-1", "web-1", "migrate-1", "seed-1"})
        lend.take(of(task, told::Stopped{}));
    EXPECT_EQ(lend.done(C::removeFiles), "absent");
    EXPECT_FALSE(lend.state.runs.at("seed").ended.back().well);
    lend.take(lending());
    EXPECT_EQ(lend.done(C::openIngress), "draining !directing connections");
    lend.take(on::Down{.destroyData = true});
    for (const char* task : {"api-1", "api-2", "books-1", "cache-1", "web-1", "web-2", "migrate-1", "seed-1"})
        lend.take(of(task, told::Stopped{}));
    EXPECT_EQ(lend.done(C::destroyData), "absent");
    EXPECT_TRUE(lend.state.runs.empty() && lend.state.resetting.empty());
}

TEST(Reset, AServiceThatIsGivenUpMeanwhileDoesNotEndIt) {
    Lending lend;
    lend.due("seed");
    EXPECT_EQ(lend.take(of("cache-1", told::GivenUp{"exit code 1"})), "draining");
}

}  // namespace
}  // namespace tenantry::plan

#include <algorithm>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "fake_machine_test.hpp"

namespace tenantry::engine {
namespace {

using namespace std::chrono_literals;

const world::Placement acme{"lend", "acme/production"};

world::TaskSpec task(const char* name, const char* digest) {
    return {
        .name = name, .service = name, .address = {}, .health = {}, .drain = 1s, .descriptors = 0, .digest = digest};
}

world::EnvironmentSpec two_tasks() {
    world::EnvironmentSpec spec{.placement = acme, .network = {}, .tasks = {}, .texts = {}, .images = {}};
    spec.network.platform = "lend";
    spec.network.environment = "acme/production";
    spec.tasks = {task("load-balancer-1", "l"), task("api-1", "a")};
    spec.tasks[0].descriptors = 1;
    spec.tasks[0].kind = world::TaskKind::balancer;
    spec.texts = {{"nftables.json", R"({"nftables": []})"}};
    return spec;
}

/// Besides, a store, a job that each release begins with, and one for a new environment.
world::EnvironmentSpec with_data() {
    world::EnvironmentSpec spec = two_tasks();
    spec.tasks.push_back(task("books-1", "b"));
    spec.tasks.back().kind = world::TaskKind::store;
    for (const char* name : {"migrate-1", "seed-1"}) {
        spec.tasks.push_back(task(name, name));
        spec.tasks.back().kind = world::TaskKind::job;
        spec.tasks.back().job = world::JobSpec{.beforeRelease = std::string_view(name) == "migrate-1",
                                               .afterCreate = std::string_view(name) == "seed-1"};
    }
    spec.stores = {{.name = "books", .engine = "postgresql", .task = "books-1", .uid = 7, .port = 5432, .users = {}}};
    return spec;
}

// 2026-11-29T09:00:00Z: an hour behind what the fake's clock begins with.
constexpr std::int64_t nine = 1'795'942'800;
const world::ScheduleSpec atNine{"09:00 UTC", {}, 540, "UTC"};

/// Besides, a job with a time of its own.
world::EnvironmentSpec with_times() {
    world::EnvironmentSpec spec = with_data();
    spec.tasks.push_back(task("accrue-1", "accrue"));
    spec.tasks.back().service = "accrue";
    spec.tasks.back().kind = world::TaskKind::job;
    spec.tasks.back().job = world::JobSpec{.schedule = atNine};
    return spec;
}

/// Besides `with_data`, `seed` comes with a reset.
world::EnvironmentSpec with_reset() {
    world::EnvironmentSpec spec = with_data();
    world::TaskSpec& seed = spec.tasks.back();
    seed.service = "seed";
    seed.job->schedule = atNine;
    seed.job->reset = world::ResetSpec{{"books"}, {"api-1"}, {"migrate-1", "seed-1"}};
    return spec;
}

/// A runner on its own thread. The fake's tasks have this process' pid, so that they can be watched.
class Running {
  public:
    explicit Running(FakeMachine& machine, Hook hook = {}, ScalePace pace = {})
        : runner_(
              machine.ports(), [](const std::string&) {}, std::move(hook), pace),
          thread_([this](const std::stop_token& stop) { end_ = runner_.run(stop); }) {}
    Runner& operator*() { return runner_; }
    Runner* operator->() { return &runner_; }

    world::EnvironmentStatus settled() {
        world::Status status = runner_.status();
        for (int i = 0; i < 2000; ++i) {
            if (status.environments.empty()) return {.placement = acme, .phase = "absent"};
            const std::string& phase = status.environments[0].phase;
            if (phase == "up" || phase == "failed" || phase == "absent" || phase == "closed")
                return status.environments[0];
            status = runner_.status_after(status.version, 10ms);
        }
        ADD_FAILURE() << "did not settle: " << status.environments[0].phase;
        return status.environments[0];
    }

    /// The runs of the job that has times.
    std::vector<world::RunStatus> runs() {
        const world::Status status = runner_.status();
        for (const world::EnvironmentStatus& one : status.environments)
            for (const world::TaskStatus& task : one.tasks)
                if (task.times) return task.times->runs;
        return {};
    }
    /// Until so many of its runs have ended.
    std::vector<world::RunStatus> ended(std::size_t count) {
        std::uint64_t version = runner_.status().version;
        for (int i = 0; i < 2000; ++i) {
            const std::vector<world::RunStatus> all = runs();
            if (all.size() == count && std::ranges::all_of(all, &world::RunStatus::ended)) return all;
            version = runner_.status_after(version, 10ms).version;
        }
        ADD_FAILURE() << "no " << count << " runs have ended";
        return {};
    }

  private:
    Runner runner_;
    Result<void> end_;
    std::jthread thread_;
};

TEST(Runner, BringsAnEnvironmentUpAndTakesItAwayAgain) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.tasks.size(), 2u);
    EXPECT_EQ(machine.networks.size() + machine.ingress.size() + machine.files.size(), 3u);
    ASSERT_TRUE(runner->down(acme, "root"));
    EXPECT_EQ(runner.settled().phase, "absent");
    EXPECT_EQ(machine.tasks.size() + machine.networks.size() + machine.ingress.size() + machine.files.size(), 0u);
}

TEST(Runner, JobsRunOnceInTheirOrderAndDataAreKeptUntilTheyAreDestroyed) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_data(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.ran, (std::vector<std::string>{"migrate-1", "seed-1"}));
    EXPECT_EQ(machine.granted.size(), 1u);
    ASSERT_TRUE(runner->down(acme, "root"));
    EXPECT_EQ(runner.settled().why, "its data is kept");
    EXPECT_EQ(machine.data.size(), 1u);
    ASSERT_TRUE(runner->up(with_data(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.ran.size(), 2u);
    ASSERT_TRUE(runner->down(acme, "root", true));
    EXPECT_EQ(runner.settled().phase, "absent");
    EXPECT_TRUE(machine.data.empty());
    ASSERT_TRUE(runner->up(with_data(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.ran.size(), 4u) << "what is new begins as it did";
}

// Whatever happens, the clock is looked at behind it; the second time that has been done.
void set_clock(FakeMachine& machine, Running& runner, std::int64_t seconds) {
    machine.wallSeconds = seconds;
    for (int i = 0; i < 2; ++i) (void)runner->down({"lend", "other/demo"}, "root");
}

TEST(Runner, AJobRunsAtItsTimeAndItsFailureIsShown) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_times(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    EXPECT_TRUE(runner.runs().empty());
    set_clock(machine, runner, nine);
    std::vector<world::RunStatus> runs = runner.ended(1);
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].dueAt, "2026-11-29T09:00:00Z");
    EXPECT_TRUE(runs[0].well) << runs[0].how;
    set_clock(machine, runner, nine - 7200);
    set_clock(machine, runner, nine);
    EXPECT_EQ(runner.runs().size(), 1u) << "a clock that is put back brings no second run";
    machine.brokenTasks = {"accrue-1"};
    set_clock(machine, runner, nine + 86'400);
    runs = runner.ended(2);
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_FALSE(runs[1].well);
    EXPECT_EQ(runs[1].how, "no such program");
    EXPECT_EQ(runner.settled().phase, "up");
}

TEST(Runner, AClockThatWasYearsAheadHoldsNoRunBack) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_times(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    const std::int64_t ahead = nine + std::int64_t{700} * 86'400;
    set_clock(machine, runner, ahead);
    ASSERT_EQ(runner.ended(1).size(), 1u);
    set_clock(machine, runner, ahead);  // it knows now when to look again
    set_clock(machine, runner, nine - 7200);
    set_clock(machine, runner, nine);
    const std::vector<world::RunStatus> runs = runner.ended(2);
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[1].dueAt, "2026-11-29T09:00:00Z");
}

TEST(Runner, ARunThatWasMissedWhileItWasDownIsMadeUpForOnce) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_times(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    ASSERT_TRUE(runner->down(acme, "root"));
    ASSERT_EQ(runner.settled().phase, "absent");
    set_clock(machine, runner, nine + 4 * 3600);
    ASSERT_TRUE(runner->up(with_times(), "root"));
    EXPECT_EQ(runner.ended(1).size(), 1u);
    ASSERT_TRUE(runner->down(acme, "root"));
    ASSERT_EQ(runner.settled().phase, "absent");
    ASSERT_TRUE(runner->up(with_times(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(runner.runs().size(), 1u);
}

TEST(Runner, AJobThatIsAskedForRunsAndOneThatCannotIsRefused) {
    FakeMachine machine;
    Running runner(machine);
    EXPECT_FALSE(runner->run_job(acme, "accrue", false, "root")) << "nothing runs here";
    ASSERT_TRUE(runner->up(with_times(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    const auto number = runner->run_job(acme, "accrue", false, "root");
    ASSERT_TRUE(number) << number.error().text();
    EXPECT_EQ(*number, 1u);
    EXPECT_EQ(runner.ended(1).at(0).dueAt, "");
    const auto refused = runner->run_job(acme, "migrate-1", false, "root");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text().find("it has no job `migrate-1` with times of its own"), std::string::npos);
}

TEST(Runner, AResetEmptiesStoresAndFillsThemAgain) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_reset(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    set_clock(machine, runner, nine);
    EXPECT_TRUE(runner.ended(1).at(0).well);
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.emptied, std::vector<std::string>{"books"});
    EXPECT_FALSE(machine.emptiedWhileItRan);
    EXPECT_EQ(machine.ran, (std::vector<std::string>{"migrate-1", "seed-1", "migrate-1", "seed-1"}));
    EXPECT_EQ(machine.tasks.size(), 3u);
}

std::vector<std::string> told_by(Running& runner, std::uint64_t behind = 0) {
    std::vector<std::string> told;
    for (const world::EventRecord& one : runner->events_after(behind, 0ms).records)
        told.push_back(one.task.empty() ? one.what : one.task + " " + one.what);
    return told;
}

TEST(Runner, WhatTheLedgerHasIsToldByTheNextOneToo) {
    FakeMachine machine;
    const std::vector<std::string> all{"up asked for", "migrate-1 job finished", "seed-1 job finished", "up"};
    {
        Running runner(machine);
        ASSERT_TRUE(runner->up(with_data(), "root"));
        EXPECT_EQ(runner.settled().phase, "up");
        EXPECT_EQ(told_by(runner), all);
        EXPECT_EQ(told_by(runner, 3), std::vector<std::string>{"up"});
    }
    Running runner(machine);
    ASSERT_TRUE(runner->down(acme, "root"));
    EXPECT_EQ(runner.settled().phase, "absent");
    const auto told = told_by(runner);
    ASSERT_GE(told.size(), all.size());
    EXPECT_TRUE(std::equal(all.begin(), all.end(), told.begin()));
    EXPECT_EQ(told.back(), "absent");
}

const std::string claim = "NET-5: api-1 is reached by web-1";

TEST(Runner, ANewEnvironmentThatIsRefusedByTheProofIsClosedAndSaysWhy) {
    FakeMachine machine;
    machine.refused = claim;
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    const world::EnvironmentStatus status = runner.settled();
    EXPECT_EQ(status.phase, "closed");
    EXPECT_EQ(status.why, claim);
    EXPECT_TRUE(machine.ingress.empty());
    EXPECT_EQ(machine.tasks.size(), 1u) << "what does not take requests stays, to be looked at";
    machine.refused.clear();
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.ingress.size() + machine.tasks.size(), 3u);
}

TEST(Runner, OneThatServesGoesOnAfterAViolationUnlessItShallBeClosed) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    machine.refused = claim;
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    EXPECT_EQ(runner.settled().phase, "failed");
    EXPECT_EQ(machine.ingress.size() + machine.tasks.size(), 3u);
    ASSERT_TRUE(runner->up(two_tasks(), "root", plan::OnViolation::close));
    EXPECT_EQ(runner.settled().phase, "closed");
    EXPECT_TRUE(machine.ingress.empty());
    ASSERT_TRUE(runner->down(acme, "root"));
    EXPECT_EQ(runner.settled().phase, "absent");
    EXPECT_TRUE(machine.tasks.empty() && machine.networks.empty() && machine.files.empty());
}

TEST(Runner, ANewOneServesInSpiteOfAViolationWhereThatIsWished) {
    FakeMachine machine;
    machine.refused = claim;
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root", plan::OnViolation::alarm));
    EXPECT_EQ(runner.settled().phase, "failed");
    EXPECT_EQ(machine.ingress.size() + machine.tasks.size(), 3u);
}

TEST(Runner, ATaskThatDoesNotComeUpIsTriedThreeTimesAndNamed) {
    FakeMachine machine;
    machine.brokenTasks = {"api-1"};
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    EXPECT_EQ(runner.settled().why, "task api-1 does not come up: no such program");
    EXPECT_TRUE(machine.tasks.empty());
}

TEST(Runner, OnlyATaskThatChangedIsReplaced) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    runner.settled();
    const auto before = machine.tasks;
    world::EnvironmentSpec other = two_tasks();
    other.tasks[1].digest = "b";
    ASSERT_TRUE(runner->up(other, "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.tasks.at(acme.str() + "/load-balancer-1"), before.at(acme.str() + "/load-balancer-1"));
    EXPECT_EQ(machine.tasks.at(acme.str() + "/api-1").digest, "b");
}

world::EnvironmentSpec with_newer_secret(const world::EnvironmentSpec& before) {
    world::EnvironmentSpec after = before;
    after.tasks[1].digest += " with version 2";
    return after;
}

TEST(Runner, WhatBecomesNewOfItselfReplacesItsReadersInTheWayOfTheLastUp) {
    FakeMachine machine;
    machine.refused = claim;
    Running runner(machine);
    ASSERT_TRUE(runner->up(two_tasks(), "root", plan::OnViolation::alarm));
    ASSERT_EQ(runner.settled().phase, "failed");
    const auto before = runner->asked(acme);
    const auto balancer = machine.tasks.at(acme.str() + "/load-balancer-1");
    EXPECT_TRUE(runner->renew(before, with_newer_secret(*before)).value());
    EXPECT_EQ(runner.settled().phase, "failed") << "it serves in spite of a violation, as was wished";
    EXPECT_EQ(machine.tasks.at(acme.str() + "/api-1").digest, "a with version 2");
    EXPECT_EQ(machine.tasks.at(acme.str() + "/load-balancer-1"), balancer);
    EXPECT_EQ(*runner->asked(acme), with_newer_secret(two_tasks()));
}

TEST(Runner, NothingIsRenewedThatIsNotWantedAnyMore) {
    FakeMachine machine;
    Running runner(machine);
    const auto never = std::make_shared<const world::EnvironmentSpec>(two_tasks());
    EXPECT_FALSE(runner->renew(never, with_newer_secret(*never)).value());
    ASSERT_TRUE(runner->up(two_tasks(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    const auto first = runner->asked(acme);
    world::EnvironmentSpec other = two_tasks();
    other.tasks[1].digest = "b";
    ASSERT_TRUE(runner->up(other, "root"));
    EXPECT_FALSE(runner->renew(first, with_newer_secret(*first)).value()) << "another one was asked for meanwhile";
    ASSERT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.tasks.at(acme.str() + "/api-1").digest, "b");
    machine.refused = claim;
    ASSERT_TRUE(runner->up(other, "root", plan::OnViolation::close));
    ASSERT_EQ(runner.settled().phase, "closed");
    EXPECT_FALSE(runner->renew(runner->asked(acme), with_newer_secret(other)).value()) << "it opens for an `up` alone";
    const auto last = runner->asked(acme);
    ASSERT_TRUE(runner->down(acme, "root"));
    ASSERT_EQ(runner.settled().phase, "absent");
    EXPECT_FALSE(runner->renew(last, with_newer_secret(*last)).value());
    EXPECT_EQ(runner->asked(acme), nullptr);
}

TEST(Runner, ALineOfTheLedgerNeedsNoMachine) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->note(acme, "the secret jwt_key is given a value", "uid 0"));
    ASSERT_EQ(machine.lines().size(), 1u);
    EXPECT_EQ(machine.lines()[0], R"({ "at": "2026-11-24T08:00:00.000Z", "placement": "local/lend/acme/production", )"
                                  R"("what": "the secret jwt_key is given a value", "by": "uid 0", "spec": "" })");
    EXPECT_TRUE(runner->status().environments.empty());
}

TEST(Runner, FilesFollowWhereAStoreTakesAnotherPassword) {
    FakeMachine machine;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_data(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_TRUE(machine.secretsWritten.empty());
    EXPECT_EQ(machine.settled.size(), 1u);
    machine.takesPassword = true;
    ASSERT_TRUE(runner->up(with_data(), "root"));
    EXPECT_EQ(runner.settled().phase, "up");
    EXPECT_EQ(machine.secretsWritten.size(), 1u);
}

TEST(Runner, ADownEndsTheWaitForAStoreThatNeverComes) {
    FakeMachine machine;
    machine.storesNeverCome = true;
    Running runner(machine);
    ASSERT_TRUE(runner->up(with_data(), "root"));
    machine.waitsForStore.wait(false);
    ASSERT_TRUE(runner->down(acme, "root"));
    EXPECT_EQ(runner.settled().phase, "absent");
}

TEST(Runner, WhatWaitsForAStoreWhenTheDaemonEndsWaitsInTheNextOne) {
    FakeMachine machine;
    machine.storesNeverCome = true;
    {
        Running runner(machine);
        ASSERT_TRUE(runner->up(with_data(), "root"));
        machine.waitsForStore.wait(false);
    }
    machine.storesNeverCome = false;
    Running next(machine);
    EXPECT_EQ(next.settled().phase, "up");
}

/// Kills the process at the n-th time that a moment comes, and starts it again. True where there was an n-th time.
bool killed_at(FakeMachine& machine, Moment moment, int n, const std::function<void(Runner&)>& ask) {
    std::atomic<int> seen = 0;
    {
        Running runner(machine, [&](Moment now, const ports::StoredCommand&) {
            if (now == moment && ++seen == n) machine.die();
        });
        ask(*runner);
        world::Status status = runner->status();
        for (int i = 0; i < 2000 && !machine.dead(); ++i) {
            const std::string phase = status.environments.empty() ? "absent" : status.environments[0].phase;
            if (phase == "up" || phase == "absent" || phase == "closed") break;
            status = runner->status_after(status.version, 10ms);
        }
    }
    const bool was = machine.dead();
    machine.restart();
    return was;
}

/// The same, of a runner that goes on with what is there, until it is `done`.
bool killed_while(FakeMachine& machine, Moment moment, int n, const std::function<bool(const world::Status&)>& done) {
    std::atomic<int> seen = 0;
    {
        Running runner(machine, [&](Moment now, const ports::StoredCommand&) {
            if (now == moment && ++seen == n) machine.die();
        });
        world::Status status = runner->status();
        for (int i = 0; i < 2000 && !machine.dead() && !done(status); ++i)
            status = runner->status_after(status.version, 10ms);
    }
    const bool was = machine.dead();
    machine.restart();
    return was;
}

bool has_ended(const world::Status& status) {
    for (const world::EnvironmentStatus& one : status.environments)
        for (const world::TaskStatus& task : one.tasks)
            if (task.times) return !task.times->runs.empty() && task.times->runs.back().ended;
    return false;
}

class KilledAt : public testing::TestWithParam<Moment> {};

TEST_P(KilledAt, EveryCommandOfUpEndsEqual) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        killed = killed_at(machine, GetParam(), n, [](Runner& runner) { (void)runner.up(two_tasks(), "root"); });
        const auto before = machine.tasks;
        Running again(machine);
        EXPECT_EQ(again.settled().phase, "up") << n;
        EXPECT_EQ(machine.tasks.size(), 2u) << n;
        for (const auto& [id, one] : before) EXPECT_EQ(machine.tasks.at(id), one) << "a task that ran still runs";
    }
    EXPECT_GE(n, 7) << "files, network, ingress, two starts and the check";
}

TEST_P(KilledAt, EveryCommandOfUpWithDataRunsEachJobOnce) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        killed = killed_at(machine, GetParam(), n, [](Runner& runner) { (void)runner.up(with_data(), "root"); });
        Running again(machine);
        EXPECT_EQ(again.settled().phase, "up") << n;
        EXPECT_EQ(machine.ran, (std::vector<std::string>{"migrate-1", "seed-1"})) << n;
        EXPECT_EQ(machine.tasks.size(), 3u) << n;
    }
    EXPECT_GE(n, 12)
        << "files, network, ingress, the store, its users, two jobs and their stops, two starts, the check";
}

TEST_P(KilledAt, EveryCommandOfARenewalEndsWithTheLastSecret) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        {
            Running runner(machine);
            ASSERT_TRUE(runner->up(two_tasks(), "root"));
            ASSERT_EQ(runner.settled().phase, "up");
        }
        const auto renew = [](Runner& runner) {
            const auto before = runner.asked(acme);
            if (before && before->tasks[1].digest == "a") (void)runner.renew(before, with_newer_secret(*before));
        };
        killed = killed_at(machine, GetParam(), n, [&](Runner& runner) {
            (void)runner.status();
            renew(runner);
        });
        Running again(machine);
        (void)again->status();
        renew(*again);  // as the daemon does when it begins: the vault has had the value since before the first
        EXPECT_EQ(again.settled().phase, "up") << n;
        EXPECT_EQ(machine.tasks.at(acme.str() + "/api-1").digest, "a with version 2") << n;
        EXPECT_EQ(machine.tasks.at(acme.str() + "/load-balancer-1").digest, "l") << n;
    }
    EXPECT_GE(n, 6) << "files, network, ingress, a stop, a start and the check";
}

TEST_P(KilledAt, EveryCommandOfAScheduledRunRunsItOnce) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        {
            Running runner(machine);
            ASSERT_TRUE(runner->up(with_times(), "root"));
            ASSERT_EQ(runner.settled().phase, "up");
        }
        machine.wallSeconds = nine;
        killed = killed_while(machine, GetParam(), n, [](const world::Status& status) { return has_ended(status); });
        Running again(machine);
        EXPECT_EQ(again.ended(1).at(0).dueAt, "2026-11-29T09:00:00Z") << n;
        EXPECT_EQ(again.settled().phase, "up") << n;
        EXPECT_EQ(machine.ran, (std::vector<std::string>{"migrate-1", "seed-1", "accrue-1"})) << n;
        EXPECT_TRUE(again.ended(1).at(0).well) << n;
    }
    EXPECT_GE(n, 7) << "files, network, ingress, the store's users, the check, the job";
}

TEST_P(KilledAt, EveryCommandOfAResetEndsEqual) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        {
            Running runner(machine);
            ASSERT_TRUE(runner->up(with_reset(), "root"));
            ASSERT_EQ(runner.settled().phase, "up");
        }
        const auto before = machine.tasks;
        machine.wallSeconds = nine;
        killed = killed_while(machine, GetParam(), n, [](const world::Status& status) {
            return has_ended(status) && status.environments[0].phase == "up";
        });
        Running again(machine);
        EXPECT_EQ(again.ended(1).size(), 1u) << n;
        EXPECT_EQ(again.settled().phase, "up") << n;
        EXPECT_FALSE(machine.emptiedWhileItRan) << n;
        EXPECT_EQ(machine.emptied.empty(), false) << n;
        EXPECT_EQ(machine.ran, (std::vector<std::string>{"migrate-1", "seed-1", "migrate-1", "seed-1"})) << n;
        EXPECT_EQ(machine.tasks.size(), 3u) << n;
        EXPECT_EQ(machine.tasks.at(acme.str() + "/load-balancer-1"), before.at(acme.str() + "/load-balancer-1")) << n;
        EXPECT_NE(machine.tasks.at(acme.str() + "/api-1"), before.at(acme.str() + "/api-1")) << n;
        EXPECT_EQ(again.runs().size(), 1u) << n;
    }
    EXPECT_GE(n, 15) << "those of the daemon's start, two stops, emptying, and all that comes then";
}

TEST_P(KilledAt, EveryCommandOfDownEndsEqual) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        {
            Running runner(machine);
            ASSERT_TRUE(runner->up(two_tasks(), "root"));
            ASSERT_EQ(runner.settled().phase, "up");
        }
        // The daemon's start asks for what is wanted once more: those commands come first.
        killed = killed_at(machine, GetParam(), n, [](Runner& runner) { (void)runner.down(acme, "root"); });
        Running again(machine);
        (void)again->down(acme, "root");
        EXPECT_EQ(again.settled().phase, "absent") << n;
        EXPECT_TRUE(machine.tasks.empty() && machine.networks.empty() && machine.ingress.empty()) << n;
        EXPECT_TRUE(machine.files.empty()) << n;
    }
    EXPECT_GE(n, 6) << "two stops, ingress, network and files";
}

TEST_P(KilledAt, EveryCommandOfClosingEndsClosed) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
        FakeMachine machine;
        machine.refused = claim;
        killed = killed_at(machine, GetParam(), n, [](Runner& runner) { (void)runner.up(two_tasks(), "root"); });
        Running again(machine);
        EXPECT_EQ(again.settled().phase, "closed") << n;
        EXPECT_EQ(again.settled().why, claim) << n;
        EXPECT_TRUE(machine.ingress.empty()) << n;
        EXPECT_EQ(machine.tasks.size(), 1u) << n;
    }
    EXPECT_GE(n, 9) << "files, network, ingress, two starts, the check, a stop and the ingress";
}

// One to two tasks of `api`, over which the router spreads connections.
world::EnvironmentSpec with_a_range() {
    world::EnvironmentSpec spec = two_tasks();
    spec.tasks.push_back(task("api-2", "a2"));
    spec.tasks.back().onLoad = true;
    spec.tasks.push_back(task("api-3", "a3"));
    spec.tasks.back().spare = true;
    std::uint32_t number = 0;
    for (world::TaskSpec& one : spec.tasks) {
        one.address = Ipv4{0x0A000001 + number++};  // api-1: 10.0.0.2
        if (one.kind == world::TaskKind::balancer) continue;
        one.service = "api";
        one.calledAt = Ipv4{0x0A000064};
    }
    spec.turns = {"api", "load-balancer"};
    spec.ranges = {{"api", 1, 2, 1024}};
    spec.texts = {{"nftables.json", R"({"nftables": [{"add": {"rule": {"expr": [{"dnat": {"addr": {"map": {
        "key": {"numgen": {"mod": 1}}, "data": {"set": [[0, "10.0.0.2"]]}}}}}]}}}]})"}};
    return spec;
}

constexpr auto busy = 1s, idle = 0s;  // of CPU, between two looks

// Waits until `api` has so many tasks, all well, and connections go to exactly those, or until the process was killed.
bool has_settled(FakeMachine& machine, Runner& runner, std::uint32_t tasks) {
    world::Status status = runner.status();
    for (int i = 0; i < 2000 && !machine.dead(); ++i) {
        if (!status.environments.empty()) {
            const world::EnvironmentStatus& one = status.environments[0];
            const bool all = std::ranges::all_of(one.tasks, [](const auto& task) { return task.phase == "ready"; });
            if (one.phase == "up" && one.ranges.at(0).tasks == tasks && one.tasks.size() == tasks + 1 && all &&
                machine.spreads_over("10.0.0.3") == (tasks == 2))
                return true;
        }
        status = runner.status_after(status.version, 1ms);
    }
    return false;
}

TEST_P(KilledAt, EveryCommandOfScalingGoesOnWithTheNumberThatItHad) {
    for (const bool grows : {true, false}) {
        int n = 1;
        for (bool killed = true; killed; ++n) {
            FakeMachine machine;
            {
                Running runner(machine, {}, {2ms});
                ASSERT_TRUE(runner->up(with_a_range(), "root"));
                ASSERT_EQ(runner.settled().phase, "up");
                machine.usesCpu = grows ? idle : busy;
                ASSERT_TRUE(has_settled(machine, *runner, grows ? 1 : 2));
            }
            machine.usesCpu = grows ? busy : idle;
            std::atomic<int> seen = 0;
            {
                Running runner(machine,
                               [&](Moment now, const ports::StoredCommand&) {
                                   if (now == GetParam() && ++seen == n) machine.die();
                               },
                               {2ms});
                has_settled(machine, *runner, grows ? 2 : 1);
            }
            killed = machine.dead();
            machine.restart();
            const auto before = machine.tasks;
            Running again(machine, {}, {2ms});
            EXPECT_TRUE(has_settled(machine, *again, grows ? 2 : 1)) << n;
            for (const auto& [id, one] : machine.tasks) {
                const auto ran = before.find(id);
                EXPECT_TRUE(ran == before.end() || ran->second == one) << "a task that ran still runs";
            }
        }
        EXPECT_GE(n, 7) << "what a start asks for again, and a start or stop and new rules";
    }
}

TEST(Runner, EachScalingIsInTheLedgerWithItsReason) {
    FakeMachine machine;
    machine.usesCpu = busy;
    Running runner(machine, {}, {2ms});
    ASSERT_TRUE(runner->up(with_a_range(), "root"));
    ASSERT_EQ(runner.settled().phase, "up");
    ASSERT_TRUE(has_settled(machine, *runner, 2));
    const auto ledger = machine.lines();
    const auto scaled = std::ranges::find_if(
        ledger, [](const std::string& line) { return line.find("api scaled from 1 to 2 tasks") != line.npos; });
    ASSERT_NE(scaled, ledger.end());
    EXPECT_NE(scaled->find("CPU at "), std::string::npos) << *scaled;
    EXPECT_NE(scaled->find(" %, target 60 %"), std::string::npos) << *scaled;
}

INSTANTIATE_TEST_SUITE_P(Moments, KilledAt,
                         testing::Values(Moment::beforeEffect, Moment::afterEffect, Moment::afterResult));

}  // namespace
}  // namespace tenantry::engine

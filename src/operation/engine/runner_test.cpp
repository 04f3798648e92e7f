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

/// A runner on its own thread. The fake's tasks have this process' pid, so that they can be watched.
class Running {
  public:
    explicit Running(FakeMachine& machine, Hook hook = {})
        : runner_(
              machine.ports(), [](const std::string&) {}, std::move(hook)),
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

INSTANTIATE_TEST_SUITE_P(Moments, KilledAt,
                         testing::Values(Moment::beforeEffect, Moment::afterEffect, Moment::afterResult));

}  // namespace
}  // namespace tenantry::engine

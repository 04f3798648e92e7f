#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/plan/environment_machine.hpp>
#include <tenantry/support/golden.hpp>

namespace tenantry::plan {
namespace {

using namespace std::chrono_literals;
constexpr Instant now{1'000'000};

const world::TaskSpec service{.name = "api-1",
                              .service = "api",
                              .address = {},
                              .health = world::HealthSpec{},
                              .digest = "a",
                              .release = {},
                              .job = {}};

// --- one task

TaskState task_in(TaskPhase phase) {
    TaskState state{.phase = phase, .wanted = "a", .running = "a", .since = Instant{now.ms - 60'000}, .starts = 1};
    if (phase == TaskPhase::stopped) state.wanted = state.running = "";
    if (phase == TaskPhase::running || phase == TaskPhase::ready) state.process = world::TaskProcess{7, 8, 9};
    if (phase == TaskPhase::waiting) state.wakeAt = now;
    return state;
}

std::string shown(const TaskStep& step) {
    std::string text(to_string(step.state.phase));
    for (const TaskCommand command : step.commands) text += command == TaskCommand::start ? " !start" : " !stop";
    for (const Told& told : step.told)
        text += std::array{" >ready", " >lost", " >givenUp", " >stopped", " >finished"}.at(told.index());
    return text;
}

TEST(TaskMachine, AnswersEveryEventInEveryPhase) {
    const std::vector<std::pair<const char*, TaskEvent>> events{{"start same", task_event::Start{"a"}},
                                                                {"start other", task_event::Start{"b"}},
                                                                {"stop", task_event::Stop{}},
                                                                {"started", task_event::Started{{7, 8, 9}}},
                                                                {"start failed", task_event::StartFailed{"no"}},
                                                                {"ended", task_event::Ended{"exit code 1"}},
                                                                {"healthy", task_event::Healthy{}},
                                                                {"unhealthy", task_event::Unhealthy{"503"}},
                                                                {"woken", task_event::Woken{}},
                                                                {"stopped", task_event::Stopped{}},
                                                                {"stop failed", task_event::StopFailed{"no"}}};
    std::string table;
    for (const TaskPhase phase : {TaskPhase::stopped, TaskPhase::starting, TaskPhase::running, TaskPhase::ready,
                                  TaskPhase::waiting, TaskPhase::stopping})
        for (const auto& [name, event] : events)
            table += fmt::format("{:8} + {:12} -> {}\n", to_string(phase), name,
                                 shown(step(task_in(phase), event, service, now)));
    support::expect_golden("plan/task_machine.txt", table);
}

// --- one job

const world::TaskSpec job{.name = "migrate-1",
                          .service = "migrate",
                          .address = {},
                          .health = {},
                          .digest = "a",
                          .release = {},
                          .kind = world::TaskKind::job,
                          .job = world::JobSpec{.beforeRelease = true, .timeout = 1h}};

TEST(JobMachine, AnswersEveryEventInEveryPhase) {
    const std::vector<std::pair<const char*, TaskEvent>> events{{"start same", task_event::Start{"a"}},
                                                                {"start other", task_event::Start{"b"}},
                                                                {"stop", task_event::Stop{}},
                                                                {"started", task_event::Started{{7, 8, 9}}},
                                                                {"start failed", task_event::StartFailed{"no"}},
                                                                {"ended well", task_event::Ended{"exit code 0", true}},
                                                                {"ended", task_event::Ended{"exit code 1", false}},
                                                                {"ended unknown", task_event::Ended{"it is gone"}},
                                                                {"healthy", task_event::Healthy{}},
                                                                {"stopped", task_event::Stopped{}}};
    std::string table;
    for (const TaskPhase phase : {TaskPhase::stopped, TaskPhase::starting, TaskPhase::running, TaskPhase::stopping})
        for (const auto& [name, event] : events)
            table += fmt::format("{:8} + {:13} -> {}\n", to_string(phase), name,
                                 shown(step(task_in(phase), event, job, now)));
    support::expect_golden("plan/job_machine.txt", table);
}

TEST(JobMachine, OneThatRunsLongerThanItsTimeoutIsEndedAndSaysSo) {
    const TaskState running = step(task_in(TaskPhase::starting), task_event::Started{{7, 8, 9}}, job, now).state;
    EXPECT_EQ(running.wakeAt, now + 1h);
    EXPECT_EQ(shown(step(running, task_event::Woken{}, job, now + 59min)), "running");
    const TaskStep over = step(running, task_event::Woken{}, job, now + 1h);
    EXPECT_EQ(shown(over), "stopping !stop >finished");
    const auto& told = std::get<told::Finished>(over.told.at(0));
    EXPECT_FALSE(told.well);
    EXPECT_EQ(told.how, "it ran longer than its timeout of 3600 s");
}

TEST(JobMachine, OneWhoseEndNobodyKnowsBeginsAgainOnlyWhereItIsRepeatable) {
    world::TaskSpec repeatable = job;
    repeatable.job->repeatable = true;
    const TaskStep again = step(task_in(TaskPhase::running), task_event::Ended{"it is gone"}, repeatable, now);
    EXPECT_EQ(shown(again), "stopping !stop");
    EXPECT_EQ(shown(step(again.state, task_event::Stopped{}, repeatable, now)), "starting !start");
    const TaskStep never = step(task_in(TaskPhase::running), task_event::Ended{"it is gone"}, job, now);
    EXPECT_EQ(shown(never), "stopping !stop >finished");
    EXPECT_EQ(shown(step(never.state, task_event::Stopped{}, job, now)), "stopped >stopped");
}

TaskState after(TaskState state, std::initializer_list<TaskEvent> events, Instant at = now) {
    for (const TaskEvent& event : events) state = step(std::move(state), event, service, at).state;
    return state;
}

TEST(TaskMachine, WaitsTwiceAsLongAfterEachEndUpToHalfAMinute) {
    TaskState state = after({}, {task_event::Start{"a"}});
    std::int64_t last = 0;
    for (int i = 0; i < 12; ++i) {
        state = after(state, {task_event::Started{}, task_event::Ended{"exit code 1"}});
        const std::int64_t wait = state.wakeAt->ms - now.ms;
        EXPECT_TRUE(wait == 2 * last || last == 0 || wait == 30'000) << wait;
        last = wait;
        state = after(state, {task_event::Woken{}}, *state.wakeAt);
        ASSERT_EQ(state.phase, TaskPhase::starting);
    }
    EXPECT_EQ(last, 30'000);
}

TEST(TaskMachine, IsGivenUpOnceAtTheThirdFailureInARow) {
    TaskState state = after({}, {task_event::Start{"a"}});
    int givenUp = 0;
    for (int i = 0; i < 5; ++i) {
        const TaskStep failed = step(state, task_event::StartFailed{"no such program"}, service, now);
        givenUp += failed.told.size() == 1 ? 1 : 0;
        EXPECT_EQ(failed.told.size(), i == 2 ? 1u : 0u);
        state = after(failed.state, {task_event::Woken{}}, *failed.state.wakeAt);
    }
    EXPECT_EQ(givenUp, 1);
}

TEST(TaskMachine, ForgetsEndsOnceItHasBeenSteady) {
    TaskState state = task_in(TaskPhase::ready);
    state.starts = 5;
    EXPECT_EQ(after(state, {task_event::Healthy{}}, state.since + 9s).starts, 5u);
    EXPECT_EQ(after(state, {task_event::Healthy{}}, state.since + 10s).starts, 0u);
}

TEST(TaskMachine, WhatEndsOnceItHasBeenSteadyComesBackWithTheShortestBackOff) {
    TaskState state = task_in(TaskPhase::ready);
    state.starts = 5;
    const auto back_after = [&](std::chrono::milliseconds ready) {
        const Instant end = state.since + ready;
        return *after(state, {task_event::Ended{"exit code 1"}}, end).wakeAt - end;
    };
    EXPECT_EQ(back_after(10s), firstBackOff);
    EXPECT_GT(back_after(9s), firstBackOff);
}

TEST(TaskMachine, ThreeFailedChecksInARowReplaceATaskAndOneGoodOneForgivesThem) {
    TaskState state = after(task_in(TaskPhase::ready),
                            {task_event::Unhealthy{"503"}, task_event::Unhealthy{"503"}, task_event::Healthy{},
                             task_event::Unhealthy{"503"}, task_event::Unhealthy{"503"}});
    EXPECT_EQ(state.phase, TaskPhase::ready);
    state = after(state, {task_event::Unhealthy{"503"}});
    EXPECT_EQ(state.phase, TaskPhase::stopping);
    EXPECT_EQ(after(state, {task_event::Stopped{}}).phase, TaskPhase::waiting);
}

TEST(TaskMachine, FailedChecksDoNotCountWithinTheGraceTime) {
    TaskState state = task_in(TaskPhase::running);
    for (int i = 0; i < 9; ++i) state = after(state, {task_event::Unhealthy{"refused"}}, state.since + 29s);
    EXPECT_EQ(state.phase, TaskPhase::running);
    for (int i = 0; i < 3; ++i) state = after(state, {task_event::Unhealthy{"refused"}}, state.since + 30s);
    EXPECT_EQ(state.phase, TaskPhase::stopping);
}

TEST(TaskMachine, AStartOfOtherContentReplacesWhatIsBeingStarted) {
    const TaskState state = after({}, {task_event::Start{"a"}, task_event::Start{"b"}, task_event::Started{}});
    EXPECT_EQ(state.phase, TaskPhase::stopping);
    const TaskStep next = step(state, task_event::Stopped{}, service, now);
    EXPECT_EQ(shown(next), "starting !start");
    EXPECT_EQ(next.state.running, "b");
}

// --- one environment

namespace on = environment_event;
using Environment = EnvironmentState;

std::string shown(const EnvironmentStep& step) {
    std::string text(to_string(step.state.phase));
    for (const EnvironmentCommand command : step.commands) text += fmt::format(" !{}", to_string(command));
    for (const ToTask& to : step.told)
        text += fmt::format(" {}{}", std::holds_alternative<task_event::Stop>(to.event) ? '-' : '+', to.task);
    return text;
}

Environment after(Environment state, std::initializer_list<EnvironmentEvent> events) {
    for (const EnvironmentEvent& event : events) state = step(std::move(state), event, now).state;
    return state;
}

const on::Up up{.spec = "s1",
                .tasks = {{"api-1", "a"}, {"web-1", "w"}},
                .balancers = {"web-1"},
                .ranged = {{"api", 1, {{"api-2", "a2"}}}}};
const on::Up upWithData{.spec = "s1",
                        .tasks = {{"api-1", "a"}, {"books-1", "b"}},
                        .balancers = {},
                        .stores = {"books-1"},
                        .jobs = {{"migrate-1", "m", false}, {"seed-1", "s", true}}};
// What `up` is, with a store that is emptied each day.
on::Up with_reset() {
    on::Up to = up;
    to.tasks["books-1"] = "b";
    to.stores = {"books-1"};
    const world::ScheduleSpec schedule{.text = "02:00 UTC", .weekday = {}, .minutes = 120, .zone = "UTC"};
    to.timed = {{"seed", {{"seed-1", "s"}}, schedule, ResetPlan{{"books-1"}, {{"api-1", "web-1"}}, {"seed-1"}}}};
    return to;
}
// Two tasks of `api` and its spare place, of one digest.
on::Up rolled(const std::string& digest) {
    on::Up to{.spec = "s-" + digest, .tasks = {{"api-1", digest + "1"}, {"api-2", digest + "2"}}};
    to.rolled = {{{"api-1", "api-2"}, "api-3", digest + "3", true}};
    return to;
}
on::OfTask of(const char* task, Told told) { return {task, std::move(told)}; }

Environment environment_in(EnvironmentPhase phase) {
    using C = EnvironmentCommand;
    const Environment preparing = after({}, {up});
    const Environment starting = after(preparing, {on::Done{C::openIngress, 1}});
    const Environment checking = after(starting, {of("api-1", told::Ready{}), of("web-1", told::Ready{})});
    const Environment isUp = after(checking, {on::Done{C::check, 1}});
    const Environment stopping = after(isUp, {on::Down{}});
    switch (phase) {
        case EnvironmentPhase::absent:
            return {};
        case EnvironmentPhase::retiring:
            return after(isUp, {on::Up{"s2", {{"api-1", "a"}}}});
        case EnvironmentPhase::preparing:
            return preparing;
        case EnvironmentPhase::draining:
            return after({}, {with_reset(), on::Done{C::openIngress, 1}, of("books-1", told::Ready{}),
                              on::Done{C::grantStores, 1}, of("api-1", told::Ready{}), of("web-1", told::Ready{}),
                              of("books-1", told::Ready{}), on::Done{C::check, 1}, on::Noticed{"seed", {}},
                              on::Run{"seed", true, {}}});
        case EnvironmentPhase::emptying:
            return after(environment_in(EnvironmentPhase::draining),
                         {of("api-1", told::Stopped{}), of("web-1", told::Stopped{})});
        case EnvironmentPhase::initializing:
            return after({}, {upWithData, on::Done{C::openIngress, 1}});
        case EnvironmentPhase::starting:
            return starting;
        case EnvironmentPhase::rolling:
            return after(after({}, {rolled("a")}),
                         {on::Done{C::openIngress, 1}, of("api-1", told::Ready{}), of("api-2", told::Ready{}),
                          on::Done{C::check, 1}, rolled("b"), on::Done{C::openIngress, 2}, of("api-1", told::Ready{}),
                          of("api-2", told::Ready{})});
        case EnvironmentPhase::checking:
            return checking;
        case EnvironmentPhase::up:
            return isUp;
        case EnvironmentPhase::failed:
            return after(isUp, {up, on::Failed{C::makeNetwork, 2, "no"}});
        case EnvironmentPhase::stopping:
            return stopping;
        case EnvironmentPhase::clearing:
            return after(stopping, {of("api-1", told::Stopped{}), of("web-1", told::Stopped{})});
        case EnvironmentPhase::closing:
            return after(checking, {on::Violated{1, "NET-5: no"}});
        case EnvironmentPhase::closed:
            return after(checking,
                         {on::Violated{1, "NET-5: no"}, of("web-1", told::Stopped{}), on::Done{C::closeIngress, 2}});
    }
    return {};
}

TEST(EnvironmentMachine, AnswersEveryEventInEveryPhase) {
    using C = EnvironmentCommand;
    std::string table;
    for (const EnvironmentPhase phase :
         {EnvironmentPhase::absent, EnvironmentPhase::retiring, EnvironmentPhase::preparing, EnvironmentPhase::draining,
          EnvironmentPhase::emptying, EnvironmentPhase::initializing, EnvironmentPhase::starting,
          EnvironmentPhase::rolling, EnvironmentPhase::checking, EnvironmentPhase::up, EnvironmentPhase::failed,
          EnvironmentPhase::stopping, EnvironmentPhase::clearing, EnvironmentPhase::closing,
          EnvironmentPhase::closed}) {
        const Environment state = environment_in(phase);
        ASSERT_EQ(state.phase, phase);
        const std::uint64_t epoch = state.epoch;
        const std::vector<std::pair<const char*, EnvironmentEvent>> events{
            {"up", on::Up{"s3", {{"api-1", "b"}}}},
            {"down", on::Down{}},
            {"done writeFiles", on::Done{C::writeFiles, epoch}},
            {"done openIngress", on::Done{C::openIngress, epoch}},
            {"done direct", on::Done{C::direct, epoch}},
            {"done check", on::Done{C::check, epoch}},
            {"done removeFiles", on::Done{C::removeFiles, epoch}},
            {"old result", on::Failed{C::check, epoch + 1, "no"}},
            {"failed", on::Failed{C::check, epoch, "no"}},
            {"violated", on::Violated{epoch, "NET-5: no"}},
            {"old violated", on::Violated{epoch + 1, "NET-5: no"}},
            {"done closeIngress", on::Done{C::closeIngress, epoch}},
            {"done emptyStores", on::Done{C::emptyStores, epoch}},
            {"ready", of("api-1", told::Ready{})},
            {"lost", of("api-1", told::Lost{"exit code 1"})},
            {"given up", of("api-1", told::GivenUp{"exit code 1"})},
            {"stopped", of("web-1", told::Stopped{})},
            {"scale", on::Scale{"api", 2, "busy"}},
            {"scale other", on::Scale{"web", 2, "busy"}}};
        for (const auto& [name, event] : events)
            table += fmt::format("{:9} + {:16} -> {}\n", to_string(phase), name, shown(step(state, event, now)));
    }
    support::expect_golden("plan/environment_machine.txt", table);
}

TEST(EnvironmentMachine, UndoesWhatWasNeverUpAndKeepsTheReason) {
    Environment state = environment_in(EnvironmentPhase::starting);
    state = after(state, {of("api-1", told::GivenUp{"exit code 3"})});
    EXPECT_EQ(state.phase, EnvironmentPhase::stopping);
    state = after(state, {of("api-1", told::Stopped{}), of("web-1", told::Stopped{}),
                          on::Done{EnvironmentCommand::removeFiles, state.epoch}});
    EXPECT_TRUE(is_gone(state));
    EXPECT_EQ(state.why, "task api-1 does not come up: exit code 3");
}

TEST(EnvironmentMachine, OneThatServedAndFailedForATaskIsLookedAtAgainWhenAllAreReady) {
    // The daemon was restarted while a task ended again and again.
    Environment state = after(environment_in(EnvironmentPhase::up), {up, on::Done{EnvironmentCommand::openIngress, 2}});
    ASSERT_EQ(state.phase, EnvironmentPhase::starting);
    state = after(state, {of("web-1", told::Ready{}), of("api-1", told::GivenUp{"signal 9"})});
    ASSERT_EQ(state.phase, EnvironmentPhase::failed);
    const EnvironmentStep back = step(state, of("api-1", told::Ready{}), now);
    EXPECT_EQ(shown(back), "checking !checking");
    const Environment again = after(back.state, {on::Done{EnvironmentCommand::check, back.state.epoch}});
    EXPECT_EQ(again.phase, EnvironmentPhase::up);
    EXPECT_EQ(again.why, "");
}

TEST(EnvironmentMachine, OneWhoseTaskEndedWhileItWasLookedAtIsLookedAtAgain) {
    using C = EnvironmentCommand;
    Environment state = environment_in(EnvironmentPhase::checking);
    state.everUp = true;
    const Environment lost = after(state, {of("api-1", told::Lost{"signal 9"})});
    const on::Failed failed{C::check, state.epoch, "it ended meanwhile"};
    EXPECT_EQ(shown(step(after(lost, {failed}), of("api-1", told::Ready{}), now)), "checking !checking");
    EXPECT_EQ(shown(step(after(lost, {of("api-1", told::Ready{})}), failed, now)), "checking !checking");
    // The end may be told behind the look that it spoilt.
    const Environment early = after(state, {failed, of("api-1", told::Lost{"signal 9"})});
    EXPECT_EQ(early.phase, EnvironmentPhase::failed);
    EXPECT_EQ(shown(step(early, of("api-1", told::Ready{}), now)), "checking !checking");
}

TEST(EnvironmentMachine, ATaskThatDoesNotComeUpBeforeItIsAskedForEndsNothing) {
    // A load balancer has no ingress sockets before the next daemon has opened them.
    const Environment state = after(environment_in(EnvironmentPhase::up), {up});
    ASSERT_EQ(state.phase, EnvironmentPhase::preparing);
    const Environment going = after(state, {of("api-1", told::GivenUp{"0 ingress sockets are there"})});
    EXPECT_EQ(shown(step(going, on::Done{EnvironmentCommand::openIngress, state.epoch}, now)),
              shown(step(state, on::Done{EnvironmentCommand::openIngress, state.epoch}, now)));
}

TEST(EnvironmentMachine, OneThatFailedForAClaimStaysSoWhateverItsTasksDo) {
    Environment state = environment_in(EnvironmentPhase::checking);
    state.everUp = true;
    state = after(state, {on::Violated{state.epoch, "NET-5: no"}, of("api-1", told::Lost{"exit code 1"}),
                          of("api-1", told::Ready{})});
    EXPECT_EQ(state.phase, EnvironmentPhase::failed);
    EXPECT_EQ(state.why, "NET-5: no");
}

TEST(EnvironmentMachine, ResultsOfWhatWasAskedBeforeAreDropped) {
    const Environment state = environment_in(EnvironmentPhase::checking);
    const Environment again = after(state, {up});
    const EnvironmentStep late = step(again, on::Done{EnvironmentCommand::openIngress, state.epoch}, now);
    EXPECT_EQ(late.state, again);
}

TEST(EnvironmentMachine, StoresComeFirstThenTheirUsersThenEachJobThenTheRest) {
    using C = EnvironmentCommand;
    EnvironmentStep at = step(after({}, {upWithData}), on::Done{C::openIngress, 1}, now);
    EXPECT_EQ(shown(at), "initializing +books-1");
    at = step(at.state, of("books-1", told::Ready{}), now);
    EXPECT_EQ(shown(at), "initializing !giving rights in stores");
    at = step(at.state, on::Done{C::grantStores, 1}, now);
    EXPECT_EQ(shown(at), "initializing +migrate-1");
    at = step(at.state, of("migrate-1", told::Finished{"m", true, "exit code 0"}), now);
    EXPECT_EQ(shown(at), "initializing +seed-1");
    at = step(at.state, of("seed-1", told::Finished{"s", true, "exit code 0"}), now);
    EXPECT_EQ(shown(at), "starting +api-1 +books-1");
}

// As it is when everything of `upWithData` has come up once.
Environment with_data() {
    using C = EnvironmentCommand;
    return after({}, {upWithData, on::Done{C::openIngress, 1}, of("books-1", told::Ready{}),
                      on::Done{C::grantStores, 1}, of("migrate-1", told::Finished{"m", true, "exit code 0"}),
                      of("seed-1", told::Finished{"s", true, "exit code 0"}), of("api-1", told::Ready{}),
                      of("books-1", told::Ready{}), on::Done{C::check, 1}});
}

std::string initialized_again(const Environment& state, const on::Up& changed) {
    using C = EnvironmentCommand;
    const Environment ready = after(state, {changed, on::Done{C::openIngress, state.epoch + 1}});
    const Environment granted = after(ready, {of("books-1", told::Ready{})});
    return shown(step(granted, on::Done{C::grantStores, granted.epoch}, now));
}

TEST(EnvironmentMachine, AJobThatEndedWellRunsAgainOnlyWhenItChangedAndAFirstOneNever) {
    const Environment state = with_data();
    ASSERT_EQ(state.phase, EnvironmentPhase::up);
    EXPECT_EQ(initialized_again(state, upWithData), "starting +api-1 +books-1");
    on::Up changed = upWithData;
    changed.jobs = {{"migrate-1", "m2", false}, {"seed-1", "s2", true}};
    EXPECT_EQ(initialized_again(state, changed), "initializing +migrate-1");
}

Environment down(const Environment& state, bool destroyData) {
    using C = EnvironmentCommand;
    return after(state, {on::Down{destroyData}, of("api-1", told::Stopped{}), of("books-1", told::Stopped{}),
                         of("migrate-1", told::Stopped{}), of("seed-1", told::Stopped{}),
                         on::Done{destroyData ? C::destroyData : C::removeFiles, state.epoch + 1}});
}

TEST(EnvironmentMachine, WhichJobsHaveRunIsKnownOverADownUntilTheDataIsDestroyed) {
    const Environment kept = down(with_data(), false);
    ASSERT_EQ(kept.phase, EnvironmentPhase::absent);
    EXPECT_TRUE(kept.keepsData);
    EXPECT_EQ(initialized_again(kept, upWithData), "starting +api-1 +books-1");
    const Environment destroyed = down(with_data(), true);
    ASSERT_EQ(destroyed.phase, EnvironmentPhase::absent);
    EXPECT_FALSE(destroyed.keepsData);
    EXPECT_EQ(initialized_again(destroyed, upWithData), "initializing +migrate-1");
}

TEST(EnvironmentMachine, AJobThatIsNoMoreIsStoppedBeforeAnythingElse) {
    on::Up changed = upWithData;
    changed.jobs = {{"seed-1", "s", true}};
    const EnvironmentStep at = step(with_data(), changed, now);
    EXPECT_EQ(shown(at), "retiring -migrate-1");
    EXPECT_EQ(shown(step(at.state, of("migrate-1", told::Stopped{}), now)),
              "preparing !writing files !making the network !opening ingress sockets");
}

TEST(EnvironmentMachine, AJobThatFailsKeepsANewReleaseFromStarting) {
    const Environment state = with_data();
    on::Up changed = upWithData;
    changed.jobs = {{"migrate-1", "m2", false}, {"seed-1", "s", true}};
    const Environment migrating =
        after(state, {changed, on::Done{EnvironmentCommand::openIngress, 2}, of("books-1", told::Ready{}),
                      on::Done{EnvironmentCommand::grantStores, 2}});
    const EnvironmentStep failed = step(migrating, of("migrate-1", told::Finished{"m2", false, "exit code 1"}), now);
    EXPECT_EQ(shown(failed), "failed") << "what ran goes on";
    EXPECT_EQ(failed.state.why, "the job migrate-1 failed: exit code 1");
}

// --- changes of what serves

Environment serving() {
    return after({}, {rolled("a"), on::Done{EnvironmentCommand::openIngress, 1}, of("api-1", told::Ready{}),
                      of("api-2", told::Ready{}), on::Done{EnvironmentCommand::check, 1}});
}

// The events of one step, and what it did.
class Rolling {
  public:
    explicit Rolling(Environment state) : state_(std::move(state)) {}
    std::string take(const EnvironmentEvent& event) {
        EnvironmentStep step = plan::step(std::move(state_), event, now);
        state_ = step.state;
        return shown(step);
    }
    std::string done(EnvironmentCommand command) { return take(on::Done{command, state_.epoch}); }
    [[nodiscard]] const Environment& state() const { return state_; }

  private:
    Environment state_;
};

TEST(Rolling, ATaskIsReplacedOnlyWhileASpareOneAndTheOthersServe) {
    using C = EnvironmentCommand;
    using Names = std::set<std::string>;
    Rolling rolling(serving());
    rolling.take(rolled("b"));
    EXPECT_EQ(rolling.done(C::openIngress), "starting +api-1 +api-2");  // as they are
    rolling.take(of("api-1", told::Ready{}));
    EXPECT_EQ(rolling.take(of("api-2", told::Ready{})), "rolling +api-3");
    EXPECT_EQ(rolling.state().serving, (Names{"api-1", "api-2"}));
    EXPECT_EQ(rolling.take(of("api-3", told::Ready{})), "rolling !directing connections");
    EXPECT_EQ(rolling.state().serving, (Names{"api-2", "api-3"}));
    EXPECT_EQ(rolling.done(C::direct), "rolling +api-1");
    EXPECT_EQ(rolling.state().told.at("api-1"), "b1");
    EXPECT_EQ(rolling.take(of("api-1", told::Ready{})), "rolling !directing connections");
    EXPECT_EQ(rolling.state().serving, (Names{"api-1", "api-3"}));
    EXPECT_EQ(rolling.done(C::direct), "rolling +api-2");
    EXPECT_EQ(rolling.take(of("api-2", told::Ready{})), "rolling !directing connections");
    EXPECT_EQ(rolling.state().serving, (Names{"api-1", "api-2"}));
    EXPECT_EQ(rolling.done(C::direct), "rolling -api-3");
    EXPECT_EQ(rolling.take(of("api-3", told::Stopped{})), "checking !checking");
}

TEST(Rolling, NothingIsReplacedWhereASpareTaskDoesNotComeUp) {
    Rolling rolling(serving());
    rolling.take(rolled("b"));
    rolling.done(EnvironmentCommand::openIngress);
    rolling.take(of("api-1", told::Ready{}));
    rolling.take(of("api-2", told::Ready{}));
    EXPECT_EQ(rolling.take(of("api-3", told::GivenUp{"exit code 1"})), "failed -api-3");
    EXPECT_EQ(rolling.state().told.at("api-1"), "a1");
    EXPECT_EQ(rolling.state().why, "task api-3 does not come up: exit code 1");
}

TEST(Rolling, WhatIsKilledOnTheWayGoesOnWhereItWas) {
    using C = EnvironmentCommand;
    Rolling rolling(environment_in(EnvironmentPhase::rolling));
    rolling.take(of("api-3", told::Ready{}));
    rolling.done(C::direct);  // api-1 is being replaced
    rolling.take(rolled("b"));
    rolling.done(C::openIngress);
    rolling.take(of("api-3", told::Ready{}));
    rolling.take(of("api-1", told::Ready{}));
    EXPECT_EQ(rolling.take(of("api-2", told::Ready{})), "rolling !directing connections");
    EXPECT_EQ(rolling.done(C::direct), "rolling") << "the one for api-1, which is back";
    EXPECT_EQ(rolling.done(C::direct), "rolling +api-2");
    EXPECT_EQ(rolling.state().serving, (std::set<std::string>{"api-1", "api-3"}));
}

TEST(Rolling, ConnectionsAreDirectedAwayFromATaskThatIsNoMoreBeforeItStops) {
    using C = EnvironmentCommand;
    Rolling rolling(serving());
    on::Up fewer{.spec = "s2", .tasks = {{"api-1", "a1"}}};
    fewer.rolled = {{{"api-1"}, "api-2", "a2", true}};
    EXPECT_EQ(rolling.take(fewer), "retiring !directing connections");
    EXPECT_EQ(rolling.state().spec, "s-a");  // as it was, until they have left
    EXPECT_EQ(rolling.state().serving, std::set<std::string>{"api-1"});
    EXPECT_EQ(rolling.done(C::direct), "retiring -api-2");
    EXPECT_EQ(rolling.take(of("api-2", told::Stopped{})),
              "preparing !writing files !making the network !opening ingress sockets");
    EXPECT_EQ(rolling.state().spec, "s2");
}

TEST(Rolling, ATaskThatIsLostTakesNoConnectionsUntilItIsBackAndTheLastOneDoes) {
    Rolling rolling(serving());
    EXPECT_EQ(rolling.take(of("api-1", told::Lost{"exit code 1"})), "up !directing connections");
    EXPECT_EQ(rolling.state().serving, std::set<std::string>{"api-2"});
    EXPECT_EQ(rolling.take(of("api-2", told::Lost{"exit code 1"})), "up");
    EXPECT_EQ(rolling.take(of("api-1", told::Ready{})), "up !directing connections");
    EXPECT_EQ(rolling.state().serving, (std::set<std::string>{"api-1", "api-2"}));
}

TEST(Rolling, ALoadBalancersTasksTakeTurnsWithoutBeingDirectedTo) {
    using C = EnvironmentCommand;
    const auto balancer = [](const std::string& digest) {
        on::Up to{.spec = "s-" + digest, .tasks = {{"lb-1", digest + "1"}}, .balancers = {"lb-1"}};
        to.rolled = {{{"lb-1"}, "lb-2", digest + "2", false}};
        return to;
    };
    Rolling rolling(
        after({}, {balancer("a"), on::Done{C::openIngress, 1}, of("lb-1", told::Ready{}), on::Done{C::check, 1}}));
    rolling.take(balancer("b"));
    rolling.done(C::openIngress);
    EXPECT_EQ(rolling.take(of("lb-1", told::Ready{})), "rolling +lb-2");
    EXPECT_EQ(rolling.take(of("lb-2", told::Ready{})), "rolling +lb-1");
    EXPECT_EQ(rolling.take(of("lb-1", told::Ready{})), "rolling !directing connections -lb-2");
}

// --- ranges

// `api` has two to four tasks, and a spare place behind them.
on::Up ranged(const std::string& digest, std::vector<OnLoadTask> more) {
    on::Up to{.spec = "s-" + digest, .tasks = {{"api-1", digest + "1"}, {"api-2", digest + "2"}}};
    to.rolled = {{{"api-1", "api-2"}, "api-5", digest + "5", true, "api"}};
    to.ranged = {{"api", 2, std::move(more)}};
    return to;
}
on::Up ranged(const std::string& digest) { return ranged(digest, {{"api-3", digest + "3"}, {"api-4", digest + "4"}}); }

using Names = std::set<std::string>;
const on::Scale three{"api", 3, "busy"}, two{"api", 2, "idle"};

Environment with_three() {
    return after({}, {ranged("a"), on::Done{EnvironmentCommand::openIngress, 1}, of("api-1", told::Ready{}),
                      of("api-2", told::Ready{}), on::Done{EnvironmentCommand::check, 1}, three,
                      of("api-3", told::Ready{}), on::Done{EnvironmentCommand::direct, 1}});
}

TEST(Ranges, OneMoreTakesConnectionsWhenItIsReady) {
    Rolling scaling(after({}, {ranged("a"), on::Done{EnvironmentCommand::openIngress, 1}, of("api-1", told::Ready{}),
                               of("api-2", told::Ready{}), on::Done{EnvironmentCommand::check, 1}}));
    EXPECT_EQ(scaling.take(three), "up +api-3");
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2"}));
    EXPECT_EQ(scaling.take(of("api-3", told::Ready{})), "up !directing connections");
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2", "api-3"}));
    EXPECT_EQ(tasks_of(scaling.state(), scaling.state().ranged[0]), 3u);
}

TEST(Ranges, OneFewerIsLeftOutByNewConnectionsBeforeItDrains) {
    Rolling scaling(with_three());
    EXPECT_EQ(scaling.take(two), "up !directing connections");
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2"}));
    const EnvironmentStep left = step(scaling.state(), on::Done{EnvironmentCommand::direct, 1}, now);
    EXPECT_EQ(shown(left), "up -api-3");
    EXPECT_TRUE(std::get<task_event::Stop>(left.told.at(0).event).drains);
    EXPECT_EQ(shown(step(left.state, of("api-3", told::Stopped{}), now)), "up");
}

TEST(Ranges, OneThatIsWantedAgainBeforeItLeftStays) {
    Rolling scaling(with_three());
    scaling.take(two);
    EXPECT_EQ(scaling.take(three), "up +api-3");
    EXPECT_EQ(scaling.done(EnvironmentCommand::direct), "up");
    EXPECT_EQ(scaling.take(of("api-3", told::Ready{})), "up !directing connections");
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2", "api-3"}));
}

TEST(Ranges, WhatCannotBeDirectedAwayFromStays) {
    Rolling scaling(with_three());
    scaling.take(two);
    scaling.take(on::Failed{EnvironmentCommand::direct, 1, "no"});
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2", "api-3"}));
    EXPECT_EQ(tasks_of(scaling.state(), scaling.state().ranged[0]), 3u);
}

TEST(Ranges, NoneLeavesWhileAnotherOneDoesNotServe) {
    Rolling scaling(with_three());
    scaling.take(of("api-1", told::Lost{"exit code 1"}));
    EXPECT_EQ(scaling.take(two), "up");
    EXPECT_EQ(scaling.state().serving, (Names{"api-2", "api-3"}));
}

TEST(Ranges, AChangeKeepsThoseThatRunAndReplacesThemToo) {
    using C = EnvironmentCommand;
    Rolling scaling(with_three());
    EXPECT_EQ(scaling.take(ranged("b")), "preparing !writing files !making the network !opening ingress sockets");
    EXPECT_EQ(scaling.state().tasks.at("api-3"), "b3");
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2", "api-3"}));
    EXPECT_EQ(scaling.done(C::openIngress), "starting +api-1 +api-2 +api-3");  // as they are
    scaling.take(of("api-1", told::Ready{}));
    scaling.take(of("api-2", told::Ready{}));
    EXPECT_EQ(scaling.take(of("api-3", told::Ready{})), "rolling +api-5");
}

TEST(Ranges, ANarrowerRangeDirectsAwayFromThoseThatItHasNoMore) {
    Rolling scaling(with_three());
    EXPECT_EQ(scaling.take(ranged("a", {})), "retiring !directing connections");
    EXPECT_EQ(scaling.done(EnvironmentCommand::direct), "retiring -api-3");
    EXPECT_EQ(scaling.take(of("api-3", told::Stopped{})),
              "preparing !writing files !making the network !opening ingress sockets");
}

TEST(Ranges, ADaemonThatWasKilledOnTheWayDownGoesOnWithIt) {
    const Environment killed = after(with_three(), {two});
    Rolling scaling(killed);
    EXPECT_EQ(scaling.take(asked_again(killed)), "retiring !directing connections");
    EXPECT_EQ(scaling.done(EnvironmentCommand::direct), "retiring -api-3");
    scaling.take(of("api-3", told::Stopped{}));
    EXPECT_EQ(tasks_of(scaling.state(), scaling.state().ranged[0]), 2u);
    EXPECT_EQ(scaling.state().serving, (Names{"api-1", "api-2"}));
}

TEST(Ranges, AfterADownTheyBeginWithTheLeast) {
    Rolling scaling(with_three());
    EXPECT_EQ(scaling.take(on::Down{}), "stopping -api-1 -api-2 -api-3");
    scaling.take(ranged("a"));
    scaling.take(of("api-3", told::Stopped{}));
    ASSERT_EQ(scaling.state().phase, EnvironmentPhase::preparing);
    EXPECT_EQ(tasks_of(scaling.state(), scaling.state().ranged[0]), 2u);
}

TEST(EnvironmentMachine, ATaskThatComesBackAtOnceNeedNotBeAwaited) {
    const Environment retiring = environment_in(EnvironmentPhase::retiring);
    EXPECT_EQ(shown(step(retiring, up, now)), "preparing !writing files !making the network !opening ingress sockets");
}

}  // namespace
}  // namespace tenantry::plan

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tenantry/plan/environment_machine.hpp>
#include <tenantry/support/golden.hpp>

namespace tenantry::plan {
namespace {

using namespace std::chrono_literals;
constexpr Instant now{1'000'000};

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
        text += std::array{" >ready", " >lost", " >givenUp", " >stopped"}.at(told.index());
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
                                 shown(step(task_in(phase), event, 30s, now)));
    support::expect_golden("plan/task_machine.txt", table);
}

TaskState after(TaskState state, std::initializer_list<TaskEvent> events, Instant at = now) {
    for (const TaskEvent& event : events) state = step(std::move(state), event, 30s, at).state;
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
        const TaskStep failed = step(state, task_event::StartFailed{"no such program"}, 30s, now);
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
    const TaskStep next = step(state, task_event::Stopped{}, 30s, now);
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

const on::Up up{"s1", {{"api-1", "a"}, {"web-1", "w"}}, {"web-1"}};
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
        case EnvironmentPhase::starting:
            return starting;
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
         {EnvironmentPhase::absent, EnvironmentPhase::retiring, EnvironmentPhase::preparing, EnvironmentPhase::starting,
          EnvironmentPhase::checking, EnvironmentPhase::up, EnvironmentPhase::failed, EnvironmentPhase::stopping,
          EnvironmentPhase::clearing, EnvironmentPhase::closing, EnvironmentPhase::closed}) {
        const Environment state = environment_in(phase);
        ASSERT_EQ(state.phase, phase);
        const std::uint64_t epoch = state.epoch;
        const std::vector<std::pair<const char*, EnvironmentEvent>> events{
            {"up", on::Up{"s3", {{"api-1", "b"}}}},
            {"down", on::Down{}},
            {"done writeFiles", on::Done{C::writeFiles, epoch}},
            {"done openIngress", on::Done{C::openIngress, epoch}},
            {"done check", on::Done{C::check, epoch}},
            {"done removeFiles", on::Done{C::removeFiles, epoch}},
            {"old result", on::Failed{C::check, epoch + 1, "no"}},
            {"failed", on::Failed{C::check, epoch, "no"}},
            {"violated", on::Violated{epoch, "NET-5: no"}},
            {"old violated", on::Violated{epoch + 1, "NET-5: no"}},
            {"done closeIngress", on::Done{C::closeIngress, epoch}},
            {"ready", of("api-1", told::Ready{})},
            {"lost", of("api-1", told::Lost{"exit code 1"})},
            {"given up", of("api-1", told::GivenUp{"exit code 1"})},
            {"stopped", of("web-1", told::Stopped{})}};
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

TEST(EnvironmentMachine, ResultsOfWhatWasAskedBeforeAreDropped) {
    const Environment state = environment_in(EnvironmentPhase::checking);
    const Environment again = after(state, {up});
    const EnvironmentStep late = step(again, on::Done{EnvironmentCommand::openIngress, state.epoch}, now);
    EXPECT_EQ(late.state, again);
}

TEST(EnvironmentMachine, ATaskThatComesBackAtOnceNeedNotBeAwaited) {
    const Environment retiring = environment_in(EnvironmentPhase::retiring);
    EXPECT_EQ(shown(step(retiring, up, now)), "preparing !writing files !making the network !opening ingress sockets");
}

}  // namespace
}  // namespace tenantry::plan

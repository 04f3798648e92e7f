#include "event_ring.hpp"

#include <gtest/gtest.h>

namespace tenantry::engine {
namespace {

namespace is = plan::task_event;

const world::Placement acme{"lend", "acme/production"};
const std::string at = "2026-11-28T10:00:00.000Z";

class EventRingTest : public testing::Test {
  protected:
    void happens(plan::TaskEvent event, plan::TaskPhase then, bool job = false) {
        Change change;
        TaskRow row{acme, {}, {}};
        row.spec.name = "api-1";
        if (job) row.spec.job.emplace();
        row.state.phase = then;
        change.tasks.emplace(id_of(acme, "api-1"), std::move(row));
        ring_.add({acme, "api-1", std::move(event), {}, {}, {}}, change, at);
    }
    [[nodiscard]] std::vector<std::string> told() const {
        std::vector<std::string> all;
        for (const world::EventRecord& one : ring_.behind(0)) all.push_back(one.what + "|" + one.why);
        return all;
    }
    EventRing ring_;
};

using Told = std::vector<std::string>;

TEST_F(EventRingTest, TellsHowATaskEndedAndThatItStartedAgain) {
    happens(is::Started{}, plan::TaskPhase::running);
    happens(is::Healthy{}, plan::TaskPhase::ready);
    happens(is::Ended{"signal 9 (SIGKILL)", false}, plan::TaskPhase::waiting);
    happens(is::Woken{}, plan::TaskPhase::starting);
    happens(is::StartFailed{"no image"}, plan::TaskPhase::waiting);
    happens(is::Started{}, plan::TaskPhase::running);
    happens(is::Started{}, plan::TaskPhase::running);
    EXPECT_EQ(told(), (Told{"task ended|signal 9 (SIGKILL)", "task did not start|no image", "task started again|"}));
    const world::EventRecord first = ring_.behind(0).front();
    EXPECT_EQ(first, (world::EventRecord{1, at, acme, "api-1", "task ended", "signal 9 (SIGKILL)", "", false}));
}

TEST_F(EventRingTest, TellsOfFailedHealthOnlyWhatReplacesTheTask) {
    happens(is::Unhealthy{"status 500"}, plan::TaskPhase::ready);
    EXPECT_EQ(told(), Told{});
    happens(is::Unhealthy{"status 500"}, plan::TaskPhase::stopping);
    happens(is::Started{}, plan::TaskPhase::running);
    EXPECT_EQ(told(), (Told{"task failed its health checks|status 500", "task started again|"}));
}

TEST_F(EventRingTest, OfAJobTheLedgerTellsHowItEnded) {
    happens(is::Ended{"exit code 3", false}, plan::TaskPhase::stopping, true);
    happens(is::StartFailed{"no image"}, plan::TaskPhase::stopped, true);
    EXPECT_EQ(told(), Told{});
    Change change;
    change.transition.ledger.push_back(
        R"({"at": "2026-11-28T10:00:01.000Z", "placement": "local/lend/acme/production", "task": "migrate", "what": "job failed", "why": "exit code 3"})");
    ring_.add({acme, "", plan::EnvironmentEvent(plan::environment_event::Down{}), {}, {}, {}}, change, at);
    EXPECT_EQ(ring_.behind(0).front(), (world::EventRecord{1, "2026-11-28T10:00:01.000Z", acme, "migrate", "job failed",
                                                           "exit code 3", "", true}));
}

TEST_F(EventRingTest, LeavesOutWhatIsNoEntryOfOurs) {
    for (const char* body : {"", "{", "[]", "{}", R"({"placement": "local"})", R"({"placement": 7})"})
        ring_.add_entry(body);
    EXPECT_EQ(told(), Told{});
}

TEST_F(EventRingTest, ForgetsTheOldestAndCutsLongReasons) {
    for (std::size_t i = 0; i < EventRing::most + 2; ++i)
        happens(is::Ended{std::string(5'000, 'x'), false}, plan::TaskPhase::waiting);
    const auto all = ring_.behind(0);
    EXPECT_EQ(all.size(), EventRing::most);
    EXPECT_EQ(all.front().number, 3U);
    EXPECT_EQ(ring_.last(), EventRing::most + 2);
    EXPECT_LT(all.front().why.size(), 1'100U);
    EXPECT_EQ(ring_.behind(ring_.last() - 1).size(), 1U);
    EXPECT_TRUE(ring_.behind(ring_.last()).empty());
}

}  // namespace
}  // namespace tenantry::engine

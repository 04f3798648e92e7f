#include "watcher.hpp"

#include <atomic>
#include <condition_variable>

#include <gtest/gtest.h>

#include "fake_machine_test.hpp"

namespace tenantry::engine {
namespace {

// One task that is asked every millisecond; its clock and its answers are the test's.
class AskedTask : public FakeMachine {
  public:
    AskedTask() {
        row_.placement = {"lend", "acme/demo"};
        row_.spec.name = "api-1";
        row_.spec.health = world::HealthSpec{.port = 9000, .path = {}, .every = std::chrono::milliseconds(1)};
        row_.state.process = world::TaskProcess{::getpid(), 1, 0};
        tasks[id_of(row_.placement, "api-1")] = {"digest", *row_.state.process};
        watcher_.watch(row_);
    }
    ~AskedTask() override {
        answers_all();
        watcher_.stop();
    }
    AskedTask(const AskedTask&) = delete;
    AskedTask& operator=(const AskedTask&) = delete;

    Result<void> healthy(const world::Placement&, const world::TaskSpec&) override {
        std::unique_lock lock(seen_);
        changed_.wait(lock, [&] { return asked_ < goal_ || over_; });
        ++asked_;
        changed_.notify_all();
        return well_ ? Result<void>() : fail("it does not answer");
    }
    std::int64_t boot_ms() override { return ++now_; }  // each look takes a little

    /// Lets it be asked `count` times more. True once `good` and `bad` answers in all, and no more, were told.
    bool tells(int count, int good, int bad) {
        std::unique_lock lock(seen_);
        goal_ += count;
        changed_.notify_all();
        return changed_.wait_for(lock, std::chrono::seconds(20),
                                 [&] { return asked_ == goal_ && good_ == good && bad_ == bad; });
    }
    void let_be(bool well) {
        const std::scoped_lock lock(seen_);
        well_ = well;
    }
    void pass(std::chrono::milliseconds time) { now_ += time.count(); }

  private:
    void answers_all() {
        const std::scoped_lock lock(seen_);
        over_ = true;
        changed_.notify_all();
    }
    void hear(const plan::TaskEvent& event) {
        const std::scoped_lock lock(seen_);
        std::holds_alternative<plan::task_event::Healthy>(event) ? ++good_ : ++bad_;
        changed_.notify_all();
    }

    TaskRow row_;
    std::mutex seen_;
    std::condition_variable changed_;
    std::atomic<std::int64_t> now_ = 1;
    int asked_ = 0, goal_ = 0, good_ = 0, bad_ = 0;
    bool well_ = true, over_ = false;
    Watcher watcher_{
        *this, *this, *this,
        [this](const world::Placement&, const std::string&, const plan::TaskEvent& event) { hear(event); }};
};

TEST(Watcher, OfManyGoodAnswersTheFirstIsToldAndTheOneByWhichItIsSteady) {
    AskedTask task;
    EXPECT_TRUE(task.tells(50, 1, 0));
    task.pass(plan::steadyAfter);
    EXPECT_TRUE(task.tells(50, 2, 0));
    task.pass(plan::steadyAfter);
    EXPECT_TRUE(task.tells(50, 2, 0));
}

// What comes sooner than the one that is waited for wakes who waits: else each of these would be late by up to a
// second.
TEST(Watcher, IsAskedAtItsTime) {
    AskedTask task;
    EXPECT_TRUE(task.tells(2000, 1, 0));
}

TEST(Watcher, EachBadAnswerIsToldAndTheFirstGoodOneBehindIt) {
    AskedTask task;
    EXPECT_TRUE(task.tells(5, 1, 0));
    task.let_be(false);
    EXPECT_TRUE(task.tells(20, 1, 20));
    task.let_be(true);
    EXPECT_TRUE(task.tells(50, 2, 20));
}

}  // namespace
}  // namespace tenantry::engine

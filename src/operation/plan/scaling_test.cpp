#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <tenantry/plan/scaling.hpp>
#include <tenantry/support/golden.hpp>

namespace tenantry::plan {
namespace {

constexpr ScaleLimits range{2, 6};

// What comes of one number of tasks under points of one load, and after how many of them; `-`: nothing.
std::string after_points(std::uint32_t tasks, std::uint32_t load) {
    ScaleState state{tasks, {}};
    for (std::size_t point = 1; point <= 40; ++point) {
        ScaleStep next = step(std::move(state), {tasks, load}, range);
        if (next.tasks) return fmt::format("{} after {}", *next.tasks, point);
        state = std::move(next.state);
    }
    return "-";
}

TEST(Scaling, FollowsTheTableOfTasksAndLoads) {
    std::string table = "load   ";
    for (std::uint32_t tasks = 2; tasks <= 6; ++tasks) table += fmt::format("{:>12}", fmt::format("{} tasks", tasks));
    for (const std::uint32_t load : std::initializer_list<std::uint32_t>{0, 100, 269, 270, 359, 360, 432, 449, 450, 539,
                                                                         540, 600, 601, 700, 900, 1000}) {
        table += fmt::format("\n{:>5.1f} %", load / 10.0);
        for (std::uint32_t tasks = 2; tasks <= 6; ++tasks) table += fmt::format("{:>12}", after_points(tasks, load));
    }
    support::expect_golden("plan/scaling.txt", table + "\n");
}

ScaleStep fed(ScaleState state, std::uint32_t tasks, std::initializer_list<std::optional<std::uint32_t>> loads) {
    ScaleStep last{std::move(state), std::nullopt, 0};
    for (const auto load : loads) {
        last = step(std::move(last.state), {tasks, load}, range);
        if (last.tasks) break;
    }
    return last;
}

TEST(Scaling, ARowIsBrokenByOnePointBelowTheTargetAndByOneThatIsNotKnown) {
    EXPECT_FALSE(fed({2, {}}, 2, {900, 900, 600, 900, 900}).tasks);
    EXPECT_FALSE(fed({2, {}}, 2, {900, 900, std::nullopt, 900, 900}).tasks);
    EXPECT_EQ(fed({2, {}}, 2, {900, 900, 900}).tasks, 3u);
}

TEST(Scaling, ANumberThatAnotherHandChangedBeginsANewRow) {
    const ScaleState three = fed({3, {}}, 3, {900, 900}).state;
    EXPECT_EQ(step(three, {4, 900}, range).state, (ScaleState{4, {}}));
}

TEST(Scaling, ANumberOutsideOfTheRangeComesBackIntoIt) {
    EXPECT_EQ(step({}, {1, std::nullopt}, range).tasks, 2u);
    EXPECT_EQ(step({}, {9, std::nullopt}, range).tasks, 6u);
}

/// A service under some load, told what to have by the rule; `load` is of 1000 of one task's `cpu`.
class Service {
  public:
    Service(ScaleLimits limits, std::uint32_t tasks) : limits_(limits), tasks_(tasks) {}
    /// True where the number changed.
    bool point(std::uint64_t load, bool known = true) {
        const auto use = static_cast<std::uint32_t>(std::min<std::uint64_t>(load / tasks_, 1000));
        ScaleStep next = step(std::move(state_), {tasks_, known ? std::optional(use) : std::nullopt}, limits_);
        state_ = std::move(next.state);
        if (next.tasks) tasks_ = *next.tasks;
        return next.tasks.has_value();
    }
    [[nodiscard]] std::uint32_t tasks() const { return tasks_; }

  private:
    ScaleLimits limits_;
    std::uint32_t tasks_;
    ScaleState state_;
};

ScaleLimits some_limits() {
    const auto least = *rc::gen::inRange<std::uint32_t>(1, 10);
    return {least, *rc::gen::inRange<std::uint32_t>(least, 20)};
}

RC_GTEST_PROP(Scaling, IsNeverBelowTheLeastNorAboveTheMost, ()) {
    const ScaleLimits limits = some_limits();
    Service service(limits, *rc::gen::inRange<std::uint32_t>(limits.least, limits.most + 1));
    for (const std::uint32_t load :
         *rc::gen::container<std::vector<std::uint32_t>>(200, rc::gen::inRange(0u, 25'000u))) {
        service.point(load, load % 7 != 0);
        RC_ASSERT(service.tasks() >= limits.least);
        RC_ASSERT(service.tasks() <= limits.most);
    }
}

RC_GTEST_PROP(Scaling, UnderConstantLoadItGoesOneWayAndThenStays, ()) {
    const ScaleLimits limits = some_limits();
    const auto load = *rc::gen::inRange<std::uint64_t>(0, 25'000);
    Service service(limits, *rc::gen::inRange<std::uint32_t>(limits.least, limits.most + 1));
    int ups = 0, downs = 0;
    std::size_t sinceChange = 0;
    for (int point = 0; point < 20 * 20; ++point) {
        const std::uint32_t before = service.tasks();
        sinceChange = service.point(load) ? 0 : sinceChange + 1;
        ups += service.tasks() > before ? 1 : 0;
        downs += service.tasks() < before ? 1 : 0;
    }
    RC_ASSERT(ups == 0 || downs == 0);
    RC_ASSERT(sinceChange > pointsToShrink);
    // What it ends with is enough, where the range allows enough.
    RC_ASSERT(service.tasks() == limits.most || load / service.tasks() <= scaleTarget);
}

}  // namespace
}  // namespace tenantry::plan

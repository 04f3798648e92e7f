#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/plan/task_machine.hpp>

namespace tenantry::plan {
namespace {

namespace on = task_event;

std::chrono::milliseconds back_off(std::uint32_t starts) {
    const std::uint32_t doublings = std::min(starts == 0 ? 0U : starts - 1, 16U);
    return std::min(firstBackOff * (1 << doublings), longestBackOff);
}

class Machine {
  public:
    Machine(TaskState state, const world::TaskSpec& spec, Instant now)
        : step_{std::move(state), {}, {}},
          grace_(spec.health ? spec.health->grace : std::chrono::milliseconds(0)),
          job_(spec.job),
          now_(now) {}

    TaskStep take() && { return std::move(step_); }

    void operator()(const on::Start& start) {
        const bool same = state().wanted == start.digest;
        state().wanted = start.digest;
        state().why.clear();
        switch (state().phase) {
            case TaskPhase::stopped:
            case TaskPhase::waiting:
                state().starts = 0;
                return begin();
            case TaskPhase::starting:
                return;  // its result is compared with what is wanted then
            case TaskPhase::running:
            case TaskPhase::ready:
                if (job_) return;  // none is broken off; its end is told, and then another one may begin
                if (state().running != start.digest) return stop(start.drains);
                if (same && state().phase == TaskPhase::ready) tell(told::Ready{});
                return;
            case TaskPhase::stopping:
                return;  // begins when it has stopped
        }
    }

    void operator()(const on::Stop& asked) {
        state().wanted.clear();
        if (state().phase != TaskPhase::stopping) stop(asked.drains && state().phase == TaskPhase::ready);
    }

    void operator()(const on::Started& started) {
        if (state().phase != TaskPhase::starting) return;
        state().process = started.process;
        enter(TaskPhase::running);
        state().failures = 0;
        if (job_) state().wakeAt = now_ + job_->timeout;
        if (state().wanted != state().running && (!job_ || state().wanted.empty())) stop();
    }

    void operator()(const on::StartFailed& failed) {
        if (state().phase != TaskPhase::starting) return;
        if (!job_) return wait(failed.why);
        finish(false, failed.why);
        enter(TaskPhase::stopped);
    }

    void operator()(const on::Ended& ended) {
        if (state().phase != TaskPhase::running && state().phase != TaskPhase::ready) return;
        if (job_) return end_job(ended);
        lose(ended.how);
        wait(ended.how);
    }

    void operator()(const on::Healthy&) {
        if (job_) return;
        state().failures = 0;
        if (state().phase == TaskPhase::running) {
            enter(TaskPhase::ready);
            state().why.clear();
            tell(told::Ready{});
        }
        if (is_steady()) state().starts = 0;
    }

    void operator()(const on::Unhealthy& unhealthy) {
        const bool running = state().phase == TaskPhase::running;
        if (!running && state().phase != TaskPhase::ready) return;
        if (running && now_ - state().since < grace_) return;
        if (++state().failures < mostFailures) return;
        lose(unhealthy.why);
        state().why = unhealthy.why;
        stop();
    }

    void operator()(const on::Woken&) {
        if (!state().wakeAt || now_ < *state().wakeAt) return;
        if (state().phase == TaskPhase::running && job_) {
            finish(false,
                   fmt::format("it ran longer than its timeout of {} s", job_->timeout / std::chrono::seconds(1)));
            return stop();
        }
        if (state().phase == TaskPhase::waiting) begin();
        if (state().phase == TaskPhase::stopping) stop();
    }

    void operator()(const on::Stopped&) {
        if (state().phase != TaskPhase::stopping) return;
        state().process.reset();
        state().running.clear();
        if (state().wanted.empty()) {
            enter(TaskPhase::stopped);
            return tell(told::Stopped{});
        }
        // A task that hung comes back with the same back-off as one that fell.
        if (state().why.empty()) return begin();
        wait(state().why);
    }

    void operator()(const on::StopFailed& failed) {
        if (state().phase != TaskPhase::stopping) return;
        state().why = failed.why;
        state().wakeAt = now_ + stopAgainAfter;
    }

  private:
    TaskState& state() { return step_.state; }
    void tell(Told told) { step_.told.push_back(std::move(told)); }

    void enter(TaskPhase phase) {
        state().phase = phase;
        state().since = now_;
        state().wakeAt.reset();
    }

    void begin() {
        enter(TaskPhase::starting);
        ++state().starts;
        state().running = state().wanted;
        step_.commands.push_back(TaskCommand::start);
    }

    void stop(bool drains = false) {
        enter(TaskPhase::stopping);
        step_.commands.push_back(drains ? TaskCommand::drain : TaskCommand::stop);
    }

    // What it has left is taken away before it begins once more.
    void end_job(const on::Ended& ended) {
        if (!ended.well && job_->repeatable) return stop();
        finish(ended.well.value_or(false),
               ended.well ? ended.how : "how it ended is not known, and it is not `repeatable`");
        stop();
    }

    void finish(bool well, const std::string& how) {
        state().wanted.clear();
        tell(told::Finished{state().running, well, how});
    }

    bool is_steady() { return state().phase == TaskPhase::ready && now_ - state().since >= steadyAfter; }

    // The good answer by which it would have been steady may not have come: they are few.
    void lose(const std::string& why) {
        if (is_steady()) state().starts = 0;
        if (state().phase == TaskPhase::ready) tell(told::Lost{why});
    }

    void wait(const std::string& why) {
        if (state().starts == givenUpAfter) tell(told::GivenUp{why});
        state().why = why;
        state().process.reset();
        enter(TaskPhase::waiting);
        state().wakeAt = now_ + back_off(state().starts);
    }

    TaskStep step_;
    std::chrono::milliseconds grace_;
    const std::optional<world::JobSpec>& job_;
    Instant now_;
};

}  // namespace

TaskStep step(TaskState state, const TaskEvent& event, const world::TaskSpec& spec, Instant now) {
    Machine machine(std::move(state), spec, now);
    std::visit(machine, event);
    return std::move(machine).take();
}

std::string_view to_string(TaskPhase phase) {
    switch (phase) {
        case TaskPhase::stopped:
            return "stopped";
        case TaskPhase::starting:
            return "starting";
        case TaskPhase::running:
            return "running";
        case TaskPhase::ready:
            return "ready";
        case TaskPhase::waiting:
            return "waiting";
        case TaskPhase::stopping:
            return "stopping";
    }
    TENANTRY_CHECK(false, "a phase is one of the list");
}

}  // namespace tenantry::plan

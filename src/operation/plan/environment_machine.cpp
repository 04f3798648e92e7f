#include <algorithm>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/plan/environment_machine.hpp>

namespace tenantry::plan {
namespace {

namespace on = environment_event;
using Phase = EnvironmentPhase;
using Command = EnvironmentCommand;

class Machine {
  public:
    Machine(EnvironmentState state, Instant now) : step_{std::move(state), {}, {}}, now_(now) {}
    EnvironmentStep take() && { return std::move(step_); }

    void operator()(const on::Up& up) {
        begin();
        state().spec = up.spec;
        for (const auto& [task, digest] : state().tasks)
            if (!up.tasks.contains(task)) retire(task);
        for (const JobStep& job : state().jobs)  // it may run just now
            if (std::ranges::find(up.jobs, job.task, &JobStep::task) == up.jobs.end()) retire(job.task);
        state().tasks = up.tasks;
        state().balancers = up.balancers;
        state().onViolation = up.onViolation;
        state().stores = up.stores;
        state().jobs = up.jobs;
        state().destroys = false;
        state().keepsData = state().keepsData || !up.stores.empty();
        std::erase_if(state().ready, [&](const std::string& task) { return !up.tasks.contains(task); });
        for (const auto& [task, digest] : up.tasks) state().leaving.erase(task);
        state().leaving.empty() ? prepare() : enter(Phase::retiring);
    }

    void operator()(const on::Down& down) {
        begin();
        state().destroys = state().destroys || down.destroyData;
        take_down();
    }

    void operator()(const on::Done& done) {
        if (done.epoch != state().epoch) return;
        if (state().phase == Phase::preparing && done.command == Command::openIngress) initialize();
        if (state().phase == Phase::initializing && done.command == Command::grantStores) run_jobs();
        if (state().phase == Phase::checking && done.command == Command::check) {
            enter(Phase::up);
            state().everUp = true;
        }
        if (state().phase == Phase::closing && done.command == Command::closeIngress) enter(Phase::closed);
        const Command last = state().destroys ? Command::destroyData : Command::removeFiles;
        if (state().phase == Phase::clearing && done.command == last) {
            enter(Phase::absent);
            state().everUp = false;
            if (state().destroys) {
                state().finished.clear();
                state().keepsData = false;
            }
            state().destroys = false;
        }
    }

    void operator()(const on::Failed& failed) {
        if (failed.epoch == state().epoch) fail(std::string(to_string(failed.command)) + ": " + failed.why);
    }

    // `closing` hears it again after a restart.
    void operator()(const on::Violated& violated) {
        const bool isHere = state().phase == Phase::checking || state().phase == Phase::closing;
        if (violated.epoch != state().epoch || !isHere) return;
        ++state().epoch;
        state().why = violated.why;
        const bool serves = state().everUp && state().phase == Phase::checking;
        const bool closes =
            state().onViolation == OnViolation::close || (state().onViolation == OnViolation::byPlace && !serves);
        if (closes) return close();
        enter(Phase::failed);
        state().everUp = true;  // it serves, as was wished
    }

    void operator()(const on::OfTask& of) {
        std::visit([&](const auto& told) { hear(of.task, told); }, of.told);
    }

  private:
    EnvironmentState& state() { return step_.state; }

    void enter(Phase phase) {
        state().phase = phase;
        state().since = now_;
    }

    void begin() {
        ++state().epoch;
        state().began = now_;
        state().why.clear();
    }

    void retire(const std::string& task) {
        state().leaving.insert(task);
        state().ready.erase(task);
        step_.told.push_back({task, task_event::Stop{}});
    }

    void prepare() {
        enter(Phase::preparing);
        step_.commands = {Command::writeFiles, Command::makeNetwork, Command::openIngress};
    }

    void initialize() {
        enter(Phase::initializing);
        state().ready.clear();
        for (const std::string& store : state().stores)
            step_.told.push_back({store, task_event::Start{state().tasks.at(store)}});
        if (state().stores.empty()) run_jobs();
    }

    void run_jobs() {
        for (const JobStep& job : state().jobs) {
            const auto done = state().finished.find(job.task);
            if (done != state().finished.end() && (job.onceOnly || done->second == job.digest)) continue;
            step_.told.push_back({job.task, task_event::Start{job.digest}});
            return;
        }
        start();
    }

    void start() {
        enter(Phase::starting);
        state().ready.clear();  // each says again that it is
        for (const auto& [task, digest] : state().tasks) step_.told.push_back({task, task_event::Start{digest}});
        if (state().tasks.empty()) check();
    }

    void check() {
        enter(Phase::checking);
        step_.commands = {Command::check};
    }

    void take_down() {
        for (const auto& [task, digest] : state().tasks) retire(task);
        for (const JobStep& job : state().jobs) retire(job.task);
        state().tasks.clear();
        state().stores.clear();
        state().jobs.clear();
        state().leaving.empty() ? clear() : enter(Phase::stopping);
    }

    // The load balancer goes first: with it end the connections that it has.
    void close() {
        enter(Phase::closing);
        for (const std::string& task : state().balancers) retire(task);
        if (state().leaving.empty()) close_ingress();
    }

    void close_ingress() { step_.commands = {Command::closeIngress}; }

    void clear() {
        enter(Phase::clearing);
        step_.commands = {Command::closeIngress, Command::removeNetwork, Command::removeFiles};
        if (state().destroys) step_.commands.push_back(Command::destroyData);
    }

    void fail(const std::string& why) {
        switch (state().phase) {
            case Phase::preparing:
            case Phase::initializing:
            case Phase::starting:
            case Phase::checking:
            case Phase::clearing:
            case Phase::closing:
                break;
            case Phase::absent:
            case Phase::retiring:
            case Phase::up:
            case Phase::failed:
            case Phase::stopping:
            case Phase::closed:
                return;
        }
        ++state().epoch;  // what was asked for and is not done yet need not be done any more
        state().why = why;
        const bool isKept = state().phase == Phase::clearing || state().phase == Phase::closing;
        if (state().everUp || isKept) return enter(Phase::failed);
        take_down();  // what was half made is undone
    }

    void hear(const std::string& task, const told::Ready&) {
        if (!state().tasks.contains(task)) return;
        state().ready.insert(task);
        if (state().phase == Phase::initializing && std::ranges::includes(state().ready, state().stores) &&
            state().stores.contains(task))
            step_.commands = {Command::grantStores};
        if (state().phase == Phase::starting && state().ready.size() == state().tasks.size()) check();
        if (state().phase == Phase::up && state().ready.size() == state().tasks.size()) state().why.clear();
    }

    void hear(const std::string& task, const told::Lost& lost) {
        state().ready.erase(task);
        if (state().phase == Phase::up) state().why = fmt::format("task {}: {}", task, lost.why);
    }

    void hear(const std::string& task, const told::GivenUp& givenUp) {
        const std::string why = fmt::format("task {} does not come up: {}", task, givenUp.why);
        if (state().phase == Phase::up) state().why = why;
        if (state().phase != Phase::clearing && state().phase != Phase::closing) fail(why);
    }

    void hear(const std::string& task, const told::Finished& finished) {
        if (finished.well) state().finished[task] = finished.digest;
        if (state().phase != Phase::initializing) return;
        if (finished.well) return run_jobs();
        fail(fmt::format("the job {} failed: {}", task, finished.how));
    }

    void hear(const std::string& task, const told::Stopped&) {
        if (state().leaving.erase(task) == 0 || !state().leaving.empty()) return;
        if (state().phase == Phase::retiring) prepare();
        if (state().phase == Phase::stopping) clear();
        if (state().phase == Phase::closing) close_ingress();
    }

    EnvironmentStep step_;
    Instant now_;
};

}  // namespace

EnvironmentStep step(EnvironmentState state, const EnvironmentEvent& event, Instant now) {
    Machine machine(std::move(state), now);
    std::visit(machine, event);
    return std::move(machine).take();
}

std::string_view to_string(EnvironmentPhase phase) {
    switch (phase) {
        case Phase::absent:
            return "absent";
        case Phase::retiring:
            return "retiring";
        case Phase::preparing:
            return "preparing";
        case Phase::initializing:
            return "initializing";
        case Phase::starting:
            return "starting";
        case Phase::checking:
            return "checking";
        case Phase::up:
            return "up";
        case Phase::failed:
            return "failed";
        case Phase::stopping:
            return "stopping";
        case Phase::clearing:
            return "clearing";
        case Phase::closing:
            return "closing";
        case Phase::closed:
            return "closed";
    }
    TENANTRY_CHECK(false, "a phase is one of the list");
}

std::string_view to_string(EnvironmentCommand command) {
    switch (command) {
        case Command::writeFiles:
            return "writing files";
        case Command::makeNetwork:
            return "making the network";
        case Command::openIngress:
            return "opening ingress sockets";
        case Command::grantStores:
            return "giving rights in stores";
        case Command::check:
            return "checking";
        case Command::closeIngress:
            return "closing ingress sockets";
        case Command::removeNetwork:
            return "removing the network";
        case Command::removeFiles:
            return "removing files";
        case Command::destroyData:
            return "destroying data";
    }
    TENANTRY_CHECK(false, "a command is one of the list");
}

}  // namespace tenantry::plan

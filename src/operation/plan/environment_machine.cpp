#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <tenantry/base/check.hpp>
#include <tenantry/plan/environment_machine.hpp>

#include "timed_jobs.hpp"

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
        state().pending = with_those_on_load(up);
        state().destroys = false;
        // Whether they were directed away from those that part is not known.
        bool isServing = !state().parting.empty();
        for (const std::string& task : no_more(*state().pending))
            isServing = state().serving.erase(task) != 0 || isServing;
        if (isServing && serves()) {
            enter(Phase::retiring);
            direct();
        } else {
            retire_those_no_more();
        }
    }

    void operator()(const on::Down& down) {
        begin();
        state().destroys = state().destroys || down.destroyData;
        state().pending.reset();
        take_down();
    }

    void operator()(const on::Done& done) {
        if (done.epoch != state().epoch) return;
        if (done.command == Command::direct) directed();
        if (state().phase == Phase::preparing && done.command == Command::openIngress) initialize();
        if (state().phase == Phase::emptying && done.command == Command::emptyStores) {
            state().resetting.clear();
            initialize();
        }
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
                state().runs.clear();
                state().resetting.clear();
                state().withheld = false;
                state().keepsData = false;
            }
            state().destroys = false;
        }
    }

    void operator()(const on::Failed& failed) {
        if (failed.epoch != state().epoch) return;
        const std::string why = std::string(to_string(failed.command)) + ": " + failed.why;
        if (failed.command == Command::direct) {
            if (state().phase != Phase::rolling) {  // the others go on, and so does what was asked for
                state().why = why;
                stay();
                return directed();
            }
            state().directing = 0;
        }
        const bool isLook = state().phase == Phase::checking, lost = state().awaitsTasks;
        fail(why);
        if (!isLook || state().phase != Phase::failed) return;
        // A task that ended while it was looked at is no claim that does not hold.
        state().awaitsTasks = true;
        if (lost) check_if_awaited();
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

    void operator()(const on::Scale& scale) {
        if (state().phase != Phase::up) return;
        const auto ranged = std::ranges::find(state().ranged, scale.service, &RangedService::service);
        if (ranged == state().ranged.end()) return;
        const std::size_t wanted = scale.tasks < ranged->least ? 0 : scale.tasks - ranged->least;
        if (scale.tasks < tasks_of(state(), *ranged) && !all_ready(scale.service)) return;
        bool leaves = false;
        for (std::size_t at = 0; at < ranged->more.size(); ++at) {
            const bool runs = state().tasks.contains(ranged->more[at].task);
            if (at < wanted && !runs) add(*ranged, ranged->more[at]);
            if (at >= wanted && runs) leaves = part(*ranged, ranged->more[at].task) || leaves;
        }
        if (leaves) direct();
    }

    void operator()(const on::OfTask& of) {
        std::visit([&](const auto& told) { hear(of.task, told); }, of.told);
    }

    void operator()(const on::Noticed& noticed) {
        if (const TimedJob* job = timed_job(state(), noticed.job))
            notice(state().runs[job->name], job->schedule.text, noticed.now);
    }

    void operator()(const on::Due& due) {
        if (const auto begun = begin_due(step_, due, now_); begun && begun->reset) reset(*begun);
    }

    void operator()(const on::Run& run) {
        if (const auto begun = begin_asked(step_, run, now_); begun && begun->reset) reset(*begun);
    }

  private:
    EnvironmentState& state() { return step_.state; }

    void enter(Phase phase) {
        state().awaitsTasks = false;
        state().phase = phase;
        state().since = now_;
    }

    void begin() {
        ++state().epoch;
        state().directing = 0;
        state().began = now_;
        state().why.clear();
    }

    void retire(const std::string& task, bool drains = false) {
        state().leaving.insert(task);
        state().ready.erase(task);
        state().told.erase(task);
        step_.told.push_back({task, task_event::Stop{drains}});
    }

    void begin(const std::string& task, const std::string& digest, bool drains = false) {
        state().leaving.erase(task);
        state().told[task] = digest;
        step_.told.push_back({task, task_event::Start{digest, drains}});
    }

    // Others connect to it just now.
    bool serves() {
        switch (state().phase) {
            case Phase::starting:
            case Phase::rolling:
            case Phase::checking:
            case Phase::up:
            case Phase::failed:
                return state().everUp;
            default:
                return false;
        }
    }

    // The tasks of ranges that run go on, as far as their ranges still have them.
    on::Up with_those_on_load(on::Up up) {
        for (const RangedService& ranged : up.ranged)
            for (const OnLoadTask& one : ranged.more) {
                if (!state().tasks.contains(one.task)) break;
                up.tasks[one.task] = one.digest;
                if (RolledService* rolled = rolled_of(up.rolled, ranged.service);
                    rolled != nullptr && std::ranges::find(rolled->tasks, one.task) == rolled->tasks.end())
                    rolled->tasks.push_back(one.task);
            }
        return up;
    }

    static RolledService* rolled_of(std::vector<RolledService>& rolled, const std::string& service) {
        const auto found = std::ranges::find(rolled, service, &RolledService::service);
        return found == rolled.end() ? nullptr : &*found;
    }

    void add(const RangedService& ranged, const OnLoadTask& one) {
        state().parting.erase(one.task);
        state().tasks[one.task] = one.digest;
        if (RolledService* rolled = rolled_of(state().rolled, ranged.service)) rolled->tasks.push_back(one.task);
        begin(one.task, one.digest);
    }

    // True where new connections have to be directed away from it before it leaves.
    bool part(const RangedService& ranged, const std::string& task) {
        state().tasks.erase(task);
        if (RolledService* rolled = rolled_of(state().rolled, ranged.service)) std::erase(rolled->tasks, task);
        if (state().serving.erase(task) == 0) {
            retire(task);
            return false;
        }
        state().parting.insert(task);
        return true;
    }

    // Connections still come to them: they are as if nobody had asked for fewer.
    void stay() {
        if (state().phase != Phase::up) return;
        for (const RangedService& ranged : state().ranged)
            for (const OnLoadTask& one : ranged.more)
                if (state().parting.contains(one.task)) {
                    add(ranged, one);
                    state().serving.insert(one.task);
                }
    }

    bool all_ready(const std::string& service) {
        const RolledService* rolled = rolled_of(state().rolled, service);
        return rolled == nullptr || std::ranges::all_of(rolled->tasks, [&](const std::string& task) {
                   return state().ready.contains(task);
               });
    }

    // Tasks and jobs that run, or may, and that will not be any more.
    std::vector<std::string> no_more(const on::Up& up) {
        std::vector<std::string> all;
        for (const std::string& task : state().parting)
            if (!up.tasks.contains(task)) all.push_back(task);
        for (const auto& [task, digest] : state().tasks)
            if (!up.tasks.contains(task)) all.push_back(task);
        for (const JobStep& job : state().jobs)
            if (std::ranges::find(up.jobs, job.task, &JobStep::task) == up.jobs.end()) all.push_back(job.task);
        for (const std::string& task : running_tasks(state()))
            if (!is_timed(up, task) && std::ranges::find(up.jobs, task, &JobStep::task) == up.jobs.end() &&
                std::ranges::find(all, task) == all.end())
                all.push_back(task);
        for (const RolledService& one : state().rolled)
            if (state().told.contains(one.spare) && !up.tasks.contains(one.spare) &&
                std::ranges::find(up.rolled, one.spare, &RolledService::spare) == up.rolled.end())
                all.push_back(one.spare);
        return all;
    }

    void retire_those_no_more() {
        for (const std::string& task : no_more(*state().pending)) retire(task, state().phase == Phase::retiring);
        state().parting.clear();
        for (const auto& [task, digest] : state().pending->tasks) state().leaving.erase(task);
        state().leaving.empty() ? adopt() : enter(Phase::retiring);
    }

    // From here on the environment shall be what was asked for.
    void adopt() {
        on::Up up = *std::move(state().pending);
        state().pending.reset();
        state().spec = std::move(up.spec);
        state().tasks = std::move(up.tasks);
        state().balancers = std::move(up.balancers);
        state().onViolation = up.onViolation;
        state().stores = std::move(up.stores);
        state().jobs = std::move(up.jobs);
        state().rolled = std::move(up.rolled);
        state().timed = std::move(up.timed);
        std::erase_if(state().runs, [&](const auto& runs) { return timed_job(state(), runs.first) == nullptr; });
        state().ranged = std::move(up.ranged);
        state().keepsData = state().keepsData || !state().stores.empty();
        std::erase_if(state().ready, [&](const std::string& task) { return !state().tasks.contains(task); });
        serve_from_the_start();
        prepare();
    }

    // Connections are directed to every task of a new service, and to those of others that took them before.
    void serve_from_the_start() {
        std::set<std::string> serving;
        for (const RolledService& one : state().rolled) {
            if (!one.directed) continue;
            std::set<std::string> own(one.tasks.begin(), one.tasks.end());
            own.insert(one.spare);
            std::erase_if(own, [&](const std::string& task) { return !state().serving.contains(task); });
            if (own.empty() && !state().withheld) own.insert(one.tasks.begin(), one.tasks.end());
            serving.merge(own);
        }
        state().serving = std::move(serving);
    }

    void prepare() {
        enter(Phase::preparing);
        step_.commands = {Command::writeFiles, Command::makeNetwork, Command::openIngress};
    }

    void initialize() {
        if (!state().resetting.empty()) return drain();
        enter(Phase::initializing);
        for (const std::string& store : state().stores) state().ready.erase(store);
        for (const std::string& store : state().stores) begin(store, state().tasks.at(store));
        if (state().stores.empty()) run_jobs();
    }

    // A copy: what begins here changes what it is part of.
    void reset(const TimedJob& job) {
        begin();
        for (const std::string& task : job.reset->jobs) state().finished.erase(task);
        state().resetting = job.name;
        drain();
    }

    void drain() {
        const TimedJob* job = timed_job(state(), state().resetting);
        if (job == nullptr || !job->reset) {  // the file says otherwise by now
            state().resetting.clear();
            return initialize();
        }
        enter(Phase::draining);
        state().drained = 0;
        state().withheld = true;
        drain_next();
    }

    void drain_next() {
        const auto& services = timed_job(state(), state().resetting)->reset->services;
        if (state().drained == services.size()) return stop_stores();
        bool isDirected =
            false;  // also where they have been directed away already, and nobody knows whether that was done
        for (const std::string& task : services[state().drained]) {
            state().serving.erase(task);
            isDirected = isDirected || directed_service(task) != nullptr;
        }
        isDirected ? direct() : stop_services();
    }

    void stop_services() {
        for (const std::string& task : timed_job(state(), state().resetting)->reset->services[state().drained])
            retire(task, true);
    }

    void stop_stores() {
        enter(Phase::emptying);
        for (const std::string& task : timed_job(state(), state().resetting)->reset->stores) retire(task);
        if (state().leaving.empty()) step_.commands.push_back(Command::emptyStores);
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
        const std::set<std::string> ready = std::exchange(state().ready, {});  // each says again that it is
        std::set<std::string> waiting;
        for (const RolledService& one : state().rolled) {
            waiting.insert(one.tasks.begin(), one.tasks.end());
            waiting.insert(one.spare);
        }
        for (const auto& [task, digest] : state().tasks)
            if (!waiting.contains(task) || !ready.contains(task)) begin(task, digest);
        for (const auto& [task, digest] : state().told)  // as they are, until it is their turn
            if (waiting.contains(task) && !is_begun(task)) step_.told.push_back({task, task_event::Start{digest}});
        if (state().tasks.empty()) check();
    }

    bool is_begun(const std::string& task) {
        return std::ranges::find(step_.told, task, &ToTask::task) != step_.told.end();
    }

    bool all_are_as_wanted() {
        return std::ranges::all_of(state().tasks, [&](const auto& task) {
            const auto told = state().told.find(task.first);
            return told != state().told.end() && told->second == task.second;
        });
    }

    bool all_ready() {
        return std::ranges::all_of(state().tasks, [&](const auto& task) { return state().ready.contains(task.first); });
    }

    void roll() {
        if (state().phase != Phase::rolling) enter(Phase::rolling);
        for (const RolledService& one : state().rolled)
            if (awaits(one)) return;
        check();
    }

    // Takes the next step of a service's turn; false when there is none.
    bool awaits(const RolledService& one) {
        const auto hasChanged = [&](const std::string& task) {
            return state().told.at(task) != state().tasks.at(task);
        };
        const bool spareRuns = state().told.contains(one.spare) && !state().leaving.contains(one.spare);
        if (const auto task = std::ranges::find_if(one.tasks, hasChanged); task != one.tasks.end()) {
            if (!spareRuns || state().told.at(one.spare) != one.spareDigest) {
                state().ready.erase(one.spare);
                begin(one.spare, one.spareDigest);
            } else if (state().ready.contains(one.spare) && !moves(one, *task, one.spare)) {
                state().ready.erase(*task);
                begin(*task, state().tasks.at(*task), true);
            }
            return true;
        }
        if (!std::ranges::all_of(one.tasks, [&](const auto& task) { return state().ready.contains(task); }))
            return true;
        if (spareRuns && !moves(one, one.spare, {})) retire(one.spare, true);
        return state().told.contains(one.spare) || state().leaving.contains(one.spare);
    }

    // Directs connections from one task of a service to all others that can take them. True while that is being done.
    bool moves(const RolledService& one, const std::string& from, const std::string& spare) {
        if (!one.directed) return false;
        std::set<std::string> serving = state().serving;
        for (const std::string& task : one.tasks)
            if (state().ready.contains(task)) serving.insert(task);
        if (!spare.empty()) serving.insert(spare);
        serving.erase(from);
        if (serving != state().serving) {
            state().serving = std::move(serving);
            direct();
        }
        return state().directing > 0;
    }

    void direct() {
        ++state().directing;
        step_.commands.push_back(Command::direct);
    }

    void directed() {
        if (state().directing == 0) return;
        --state().directing;
        if (state().directing > 0) return;
        if (state().phase == Phase::retiring && state().pending) retire_those_no_more();
        if (state().phase == Phase::draining) stop_services();
        if (state().phase == Phase::rolling) roll();
        for (const std::string& task : std::exchange(state().parting, {})) retire(task, true);
    }

    // Behind a reset: to all services at once, so that none takes a request before those that it calls can.
    void serve_again() {
        if (!std::exchange(state().withheld, false)) return;
        for (const RolledService& one : state().rolled) {
            const auto isServing = [&](const std::string& task) { return state().serving.contains(task); };
            if (one.directed && std::ranges::none_of(one.tasks, isServing))
                state().serving.insert(one.tasks.begin(), one.tasks.end());
        }
        direct();
    }

    // Of the tasks to which connections are directed; nothing where they are not.
    const RolledService* directed_service(const std::string& task) {
        for (const RolledService& one : state().rolled)
            if (one.directed && std::ranges::find(one.tasks, task) != one.tasks.end()) return &one;
        return nullptr;
    }

    void check() {
        enter(Phase::checking);
        step_.commands.push_back(Command::check);
    }

    void take_down() {
        for (const auto& [task, digest] : state().tasks) retire(task);
        for (const JobStep& job : state().jobs) retire(job.task);
        for (const std::string& task : running_tasks(state()))
            if (!state().leaving.contains(task)) retire(task);
        for (const RolledService& one : state().rolled)
            if (state().told.contains(one.spare)) retire(one.spare);
        for (const std::string& task : state().parting) retire(task);
        state().parting.clear();
        state().ranged.clear();
        state().tasks.clear();
        state().timed.clear();
        state().stores.clear();
        state().jobs.clear();
        state().rolled.clear();
        state().serving.clear();
        state().leaving.empty() ? clear() : enter(Phase::stopping);
    }

    // The load balancer goes first: with it end the connections that it has.
    void close() {
        enter(Phase::closing);
        for (const std::string& task : state().balancers) retire(task);
        for (const RolledService& one : state().rolled)
            if (!one.directed && state().told.contains(one.spare)) retire(one.spare);
        if (state().leaving.empty()) close_ingress();
    }

    void close_ingress() { step_.commands.push_back(Command::closeIngress); }

    void clear() {
        enter(Phase::clearing);
        step_.commands = {Command::closeIngress, Command::removeNetwork, Command::removeFiles};
        if (state().destroys) step_.commands.push_back(Command::destroyData);
    }

    void fail(const std::string& why) {
        switch (state().phase) {
            case Phase::preparing:
            case Phase::draining:
            case Phase::emptying:
            case Phase::initializing:
            case Phase::starting:
            case Phase::rolling:
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
        state().directing = 0;
        state().why = why;
        end_resets(step_, why, now_);
        for (const RolledService& one : state().rolled)  // one that does not come up; what serves stays
            if (state().told.contains(one.spare) && !state().ready.contains(one.spare)) retire(one.spare);
        const bool isKept = state().phase == Phase::clearing || state().phase == Phase::closing;
        if (state().everUp || isKept) return enter(Phase::failed);
        take_down();  // what was half made is undone
    }

    void hear(const std::string& task, const told::Ready&) {
        if (!state().told.contains(task)) return;
        state().ready.insert(task);
        // It begins with what its file says.
        if (state().phase != Phase::starting && serves() && state().balancers.contains(task)) direct();
        if (state().phase == Phase::rolling) return roll();
        const bool isDirected = directed_service(task) != nullptr && !state().withheld;
        if (serves() && isDirected && state().serving.insert(task).second) direct();
        if (state().phase == Phase::initializing && std::ranges::includes(state().ready, state().stores) &&
            state().stores.contains(task))
            step_.commands.push_back(Command::grantStores);
        if (state().phase == Phase::starting && all_ready()) {
            serve_again();
            roll();
        }
        if (state().phase == Phase::up && all_ready()) state().why.clear();
        check_if_awaited();
    }

    void check_if_awaited() {
        if (state().phase != Phase::failed || !state().awaitsTasks || !all_ready() || !all_are_as_wanted()) return;
        state().why.clear();
        check();
    }

    void hear(const std::string& task, const told::Lost& lost) {
        state().ready.erase(task);
        if (state().phase == Phase::up) state().why = fmt::format("task {}: {}", task, lost.why);
        if (state().phase == Phase::checking) state().awaitsTasks = true;
        const RolledService* service = directed_service(task);
        if (!serves() || service == nullptr || !state().serving.contains(task)) return;
        // Where it was the last one, connections are refused until it is back.
        const auto others = std::ranges::count_if(
            service->tasks, [&](const std::string& one) { return one != task && state().serving.contains(one); });
        if (others == 0 && !state().serving.contains(service->spare)) return;
        state().serving.erase(task);
        direct();
    }

    void hear(const std::string& task, const told::GivenUp& givenUp) {
        const std::string why = fmt::format("task {} does not come up: {}", task, givenUp.why);
        if (state().phase == Phase::up) state().why = why;
        const bool isLater = state().phase == Phase::preparing || state().phase == Phase::draining ||
                             state().phase == Phase::emptying || state().phase == Phase::clearing ||
                             state().phase == Phase::closing;
        if (isLater) return;  // it is told again by one that shall go on
        const Phase before = state().phase;
        fail(why);
        state().awaitsTasks = state().awaitsTasks || (before != Phase::failed && state().phase == Phase::failed);
    }

    void hear(const std::string& task, const told::Finished& finished) {
        end_timed(step_, task, finished.well, finished.how, now_);
        if (std::ranges::find(state().jobs, task, &JobStep::task) == state().jobs.end()) return;
        if (finished.well) state().finished[task] = finished.digest;
        if (state().phase != Phase::initializing) return;
        if (finished.well) return run_jobs();
        fail(fmt::format("the job {} failed: {}", task, finished.how));
    }

    void hear(const std::string& task, const told::Stopped&) {
        end_timed(step_, task, false, "it was stopped", now_);
        if (state().leaving.erase(task) == 0 || !state().leaving.empty()) return;
        if (state().phase == Phase::retiring && state().directing == 0) adopt();
        if (state().phase == Phase::rolling) roll();
        if (state().phase == Phase::emptying) step_.commands.push_back(Command::emptyStores);
        if (state().phase == Phase::draining && state().directing == 0) {
            ++state().drained;
            drain_next();
        }
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

environment_event::Up asked_again(const EnvironmentState& state) {
    return state.pending.value_or(on::Up{.spec = state.spec,
                                         .tasks = state.tasks,
                                         .balancers = state.balancers,
                                         .onViolation = state.onViolation,
                                         .stores = state.stores,
                                         .jobs = state.jobs,
                                         .rolled = state.rolled,
                                         .timed = state.timed,
                                         .ranged = state.ranged});
}

bool may_be_renewed(EnvironmentPhase phase) {
    switch (phase) {
        case Phase::retiring:
        case Phase::preparing:
        case Phase::initializing:
        case Phase::starting:
        case Phase::rolling:
        case Phase::checking:
        case Phase::up:
        case Phase::failed:
        case Phase::draining:
        case Phase::emptying:
            return true;
        case Phase::absent:
        case Phase::stopping:
        case Phase::clearing:
        case Phase::closing:
        case Phase::closed:
            return false;
    }
    TENANTRY_CHECK(false, "a phase is one of the list");
}

std::uint32_t tasks_of(const EnvironmentState& state, const RangedService& ranged) {
    const auto runs = [&](const OnLoadTask& one) { return state.tasks.contains(one.task); };
    return ranged.least + static_cast<std::uint32_t>(std::ranges::count_if(ranged.more, runs));
}

std::string_view to_string(EnvironmentPhase phase) {
    switch (phase) {
        case Phase::absent:
            return "absent";
        case Phase::retiring:
            return "retiring";
        case Phase::preparing:
            return "preparing";
        case Phase::draining:
            return "draining";
        case Phase::emptying:
            return "emptying";
        case Phase::initializing:
            return "initializing";
        case Phase::starting:
            return "starting";
        case Phase::rolling:
            return "rolling";
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
        case Command::direct:
            return "directing connections";
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
        case Command::emptyStores:
            return "emptying stores";
    }
    TENANTRY_CHECK(false, "a command is one of the list");
}

}  // namespace tenantry::plan
